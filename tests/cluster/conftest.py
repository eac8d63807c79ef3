"""A cluster, and the chart in it, for as long as these tests run; without MARKET_LONG they are skipped: `./market test --long cluster`.

Tests go in the order of their files: each leaves the release whole, the last one takes it away. What was measured is printed, and written to
build/cluster.txt.
"""

import fcntl
import os
import pathlib
import shutil
import sys
import tempfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/system"), str(ROOT / "tests/models"), str(ROOT)]

import backends  # noqa: E402
import clients  # noqa: E402
import images  # noqa: E402
import node as nodes  # noqa: E402
import parts  # noqa: E402
import release as releases  # noqa: E402
from deploy.lib import fetched  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402
from kube import Kubernetes  # noqa: E402

TAGS = ("first", "second")
DNS_LIMIT_S = 120


@pytest.fixture(scope="session")
def measured():
    """measured("what", "figure") for who reads the run."""
    report = ROOT / "build" / "cluster.txt"
    report.parent.mkdir(exist_ok=True)
    report.write_text("")

    def note(what, figure):
        with report.open("a") as file:
            file.write(f"{what}: {figure}\n")
        print(f"cluster: {what}: {figure}")

    return note


@pytest.fixture(scope="session")
def work():
    """A directory that goes with the tests; MARKET_KEEP leaves it, with what every component said."""
    if not os.environ.get("MARKET_LONG"):
        pytest.skip("minutes: ./market test --long cluster")
    if os.geteuid():
        pytest.skip("a cluster needs root")
    with open(fetched.cache() / "cluster.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        place = pathlib.Path(tempfile.mkdtemp(prefix="market-cluster-", dir="/var/tmp"))
        place.chmod(0o755)
        yield place
        if "MARKET_KEEP" not in os.environ:
            shutil.rmtree(place)


@pytest.fixture(scope="session")
def archives(work):
    """Of the product's images. What can't be had skips everything, with its name."""
    try:
        return images.product(work, TAGS)
    except Failure as why:
        pytest.skip(f"no images: {why}")


@pytest.fixture(scope="session")
def node(work, archives, measured):
    try:
        parts.put(work / "bin")
    except Failure as why:
        pytest.skip(f"no cluster: {why}")
    own = [images.of_program(work / "pause.tar", "localhost/pause:1", work / "bin/pause"),
           images.of_program(work / "coredns.tar", "coredns:test", work / "bin/coredns")]
    began = time.monotonic()
    with nodes.Node(work, work / "bin") as made:
        measured("cluster ready after", f"{time.monotonic() - began:.1f} s")
        began = time.monotonic()
        for archive in (*own, *archives):
            made.load(archive)
            archive.unlink()
        measured("images taken in", f"{time.monotonic() - began:.1f} s")
        made.run("kubectl", "apply", "-f", made.etc / "dns.yaml")
        made.run("kubectl", "-n", "kube-system", "rollout", "status", "deployment/coredns", f"--timeout={DNS_LIMIT_S}s")
        yield made
    assert nodes.sysctls() == made.before, "the cluster has changed settings of this machine"
    assert not nodes.cgroups(), "the cluster has left cgroups"


@pytest.fixture(scope="session")
def kubernetes(node):
    return Kubernetes(node, releases.NAMESPACE)


@pytest.fixture(scope="session")
def behind(node):
    started = backends.Backends(node)
    started.start()
    return started


@pytest.fixture(scope="session")
def prepared(node, kubernetes, behind):
    """The release, not yet installed."""
    made = releases.Release(node, kubernetes, behind)
    made.prepare()
    return made


@pytest.fixture(scope="session")
def release(prepared, kubernetes, measured):
    """Installed, and whole."""
    began = time.monotonic()
    prepared.install()
    kubernetes.await_rollout()
    prepared.installed_s = time.monotonic() - began
    measured("helm install until every replica is available", f"{prepared.installed_s:.1f} s")
    return prepared


@pytest.fixture(scope="session")
def people(release):
    return clients.Clients(release)


@pytest.fixture
def whole(release, kubernetes):
    """Before and after the test every replica is available."""
    kubernetes.await_rollout()
    yield
    kubernetes.await_rollout()
