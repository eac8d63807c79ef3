"""Checks of the chart deploy/helm/marketplace as `helm template` renders it. No cluster is needed, none is touched.

helm and kubernetes-validate are installed once into a cache outside the checkout (helm takes three minutes to build). Where one can't be
had, the tests that need it are skipped and say why.
"""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
CHART = ROOT / "deploy" / "helm" / "marketplace"
VALUE_SETS = sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml"))
KUBERNETES = "1.37.0"
HELM = "helm.sh/helm/v3/cmd/helm@v3.22.0"
VALIDATOR = "kubernetes-validate==1.37.0"
INSTALL_LIMIT_S = 1200


def install(word, *command, **options):
    """Runs one step of an installation; skips what asked for it, with the reason, when it fails."""
    try:
        done = subprocess.run(["nice", "-n", "15", *map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=INSTALL_LIMIT_S, **options)
    except (OSError, subprocess.TimeoutExpired) as failure:
        pytest.skip(f"{word} can't be had: {failure}")
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["no output"])[-1]
        pytest.skip(f"{word} can't be had: {last}")


@pytest.fixture(scope="session")
def tools():
    """The cache's folder, held alone while something is put into it."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "marketplace" / "tools"
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield cache


@pytest.fixture(scope="session")
def helm(tools):
    """helm(argument...) returns the finished process."""
    program = tools / "helm-v3.22.0"
    if not program.exists():
        if shutil.which("go") is None:
            pytest.skip("helm can't be had: there is no Go to build it with")
        made = tools / "making"
        install("helm", "go", "install", HELM, env={**os.environ, "GOBIN": str(made), "GOFLAGS": "-buildvcs=false"})
        (made / "helm").rename(program)

    def call(*arguments):
        return subprocess.run([program, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    return call


@pytest.fixture(scope="session")
def validator(tools):
    """The path of kubernetes-validate."""
    place = tools / VALIDATOR.replace("==", "-")
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        install("kubernetes-validate", "/usr/bin/python3", "-m", "venv", place)
        install("kubernetes-validate", place / "bin" / "pip", "install", "--quiet", VALIDATOR)
        (place / "complete").touch()
    return place / "bin" / "kubernetes-validate"


@pytest.fixture(scope="session")
def template(helm):
    """template(value set, setting...) returns the finished `helm template`; a setting is KEY=VALUE."""

    def call(values, *settings):
        options = [word for setting in settings for word in ("--set", setting)]
        return helm("template", "shop", CHART, "--namespace", "market", "--kube-version", KUBERNETES,
                    "--values", CHART / "ci" / f"{values}-values.yaml", *options)

    return call


class Rendered:
    """The resources of one value set."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.resources = [one for one in yaml.safe_load_all(text) if one]

    def of(self, kind):
        return [one for one in self.resources if one["kind"] == kind]

    def one(self, kind, name):
        found = [one for one in self.of(kind) if one["metadata"]["name"] == name]
        assert len(found) == 1, f"{self.name}: {len(found)} of {kind} {name}"
        return found[0]

    def programs(self):
        """The Deployments of our programs: all but those of the pages and of the mailbox."""
        return [one for one in self.of("Deployment") if self.component(one) not in ("site", "mailbox")]

    def pods(self):
        """(name, spec) of every pod that it makes."""
        for one in self.of("Deployment") + self.of("Job"):
            yield f"{one['kind']} {one['metadata']['name']}", one["spec"]["template"]["spec"]

    def component(self, resource):
        return resource["metadata"]["labels"]["app.kubernetes.io/component"]


@pytest.fixture(scope="session")
def render(template):
    made = {}

    def call(values):
        if values not in made:
            done = template(values)
            assert done.returncode == 0, done.stderr
            made[values] = Rendered(values, done.stdout)
        return made[values]

    return call


@pytest.fixture(params=VALUE_SETS)
def rendered(request, render):
    return render(request.param)
