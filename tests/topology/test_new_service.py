"""tools/new_service in a scratch copy of the tree: every place is filled, and a line less in any of them is told.

With MARKET_LONG (`./market test --long new-service`) the copy is also built, its tests are run, and it serves in both shapes.
"""

import json
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid

import pytest
from conftest import ROOT

import everywhere
import places
from deploy.lib import topology
from deploy.lib.failure import Failure

sys.path.insert(0, str(ROOT / "tests" / "system"))

import market  # noqa: E402

NAME = "review"
PYTHON = "/usr/bin/python3"
# Lines of these follow from a service's being there, and other tests hold them.
NOT_PLACES = re.compile(r"services/|proto/|docs/metrics\.md")
long_only = pytest.mark.skipif("MARKET_LONG" not in os.environ, reason="minutes: ./market test --long new-service")


class Scratch:
    """A copy of the checkout, with its own history of one commit."""

    def __init__(self, directory):
        self.root = directory
        listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True,
                                text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("-c", "user.name=scratch", "-c", "user.email=scratch@localhost", "commit", "-qm", "as it was")

    def git(self, *arguments):
        return self.run("git", *arguments)

    def run(self, *command, limit_s=600, **environment):
        """What it printed; fails the test when it fails."""
        done = self.attempt(*command, limit_s=limit_s, **environment)
        assert done.returncode == 0, f"{command}\n{(done.stdout + done.stderr)[-4000:]}"
        return done.stdout

    def attempt(self, *command, limit_s=600, **environment):
        return subprocess.run(list(map(str, command)), cwd=self.root, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=limit_s, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def added_lines(self):
        """{file: numbers of the lines that the last commit does not have}."""
        found, file = {}, ""
        for line in self.git("diff", "--cached", "-U0", "--no-color").splitlines():
            if line.startswith("+++ "):
                file = line.removeprefix("+++ b/")
            elif hunk := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
                first, count = int(hunk[1]), int(hunk[2] or 1)
                found.setdefault(file, []).extend(range(first, first + count))
        return found


@pytest.fixture(scope="module")
def scratch():
    # Below /tmp and short: the long test has sockets there.
    with tempfile.TemporaryDirectory(prefix="market-new-", dir="/tmp") as directory:
        made = Scratch(pathlib.Path(directory))
        made.run(PYTHON, "tools/new_service", NAME)
        made.git("add", "-A")
        yield made


def test_the_tree_is_whole(scratch):
    scratch.run(PYTHON, "-m", "pytest", "tests/topology/test_topology.py", "tests/topology/test_shape.py", "-q", "-p", "no:cacheprovider")
    for check in ("check_layers", "check_reasons", "check_docs"):
        scratch.run(PYTHON, f"tools/{check}.py")
    sources = scratch.git("diff", "--cached", "--name-only", "--", "*.cpp", "*.hpp").split()
    assert len(sources) > 20
    scratch.run("clang-format-19", "--dry-run", "--Werror", *sources)


def test_nothing_is_left_of_the_template(scratch):
    for name in scratch.git("diff", "--cached", "--name-only").split():
        if "tools/new_service" not in name:
            assert not re.search(r"@(?:name|Name|names|Names)@", (scratch.root / name).read_text()), name


def problems(root, file):
    """What the check says of one file, or of all when it is the topology itself."""
    try:
        found = everywhere.places(topology.read(root))
    except Failure as failure:
        return [str(failure)]
    return places.problems(root, [place for place in found if file in (place.file, topology.FILE)])


def test_a_line_less_in_any_place_names_the_file(scratch):
    removed = 0
    for file, numbers in scratch.added_lines().items():
        if NOT_PLACES.match(file):
            continue
        path = scratch.root / file
        text = path.read_text()
        lines = text.splitlines(keepends=True)
        for number in numbers:
            line = lines[number - 1]
            # Lines that clang-format broke anew say nothing of the service; comments of Debian's file are for people.
            if (path.suffix == ".cpp" and NAME not in line.lower()) or re.match(r"(# \S+ = .*)?\n", line):
                continue
            path.write_text("".join(lines[:number - 1] + lines[number:]))
            told = problems(scratch.root, file)
            # Without its entry in the topology, or a part of it, everything else says too much.
            assert told and (file == topology.FILE or told[0].startswith(file)), (file, line, told)
            removed += 1
        path.write_text(text)
    assert removed > 80


def test_a_name_that_is_taken_is_refused(scratch):
    for name in (NAME, "gateway", "redis", "Re-view", ""):
        done = scratch.attempt(PYTHON, "tools/new_service", name)
        assert done.returncode == 1 and f"'{name}'" in done.stderr, done.stderr
    assert not scratch.git("diff", "--name-only")


def in_its_place(scratch):
    """The command's front by which the copy stands where this checkout does, so that ccache knows every unit that has not changed."""
    front = ["unshare", "-m", "--propagation", "private", "sh", "-c",
             'mount --bind "$0" "$1" && cd "$1" && shift && exec "$@"', scratch.root, ROOT]
    return front if scratch.attempt(*front, "true").returncode == 0 else []


@pytest.fixture(scope="module")
def built(scratch):
    front = in_its_place(scratch)
    scratch.run(*front, "sh", "deploy/lib/build.sh", "release", "programs", limit_s=3600)
    targets = scratch.run(*front, "cmake", "--build", "build/release", "--target", "help")
    tests = re.findall(rf"^(market_{NAME}_\w+_test):", targets, re.MULTILINE)
    assert len(tests) == 5, tests
    scratch.run(*front, "sh", "deploy/lib/build.sh", "release", *tests, "protoc-gen-market", limit_s=3600)
    return front


@long_only
def test_its_own_tests_pass(scratch, built):
    told = scratch.run(*built, "ctest", "--test-dir", "build/release", "--output-on-failure", "-R", f"^{NAME}_")
    assert "100% tests passed, 0 tests failed out of 5" in told, told


@long_only
def test_documents_follow(scratch, built):
    scratch.run(*built, "./market", "docs", MARKET_NO_BUILD="1")
    assert f"/v1/{NAME}s/{{{NAME}Id}}" in (scratch.root / "docs/openapi.yaml").read_text()
    assert f"`{NAME}.sweep_every`" in (scratch.root / "docs/configuration.md").read_text()


@long_only
@pytest.mark.parametrize("shape", ["services", "single"])
def test_it_serves_through_nginx(scratch, built, shape, free_block):
    data = pathlib.Path(tempfile.mkdtemp(prefix="market-new-", dir="/tmp"))
    data.chmod(0o755)
    environment = {"MARKET_DATA": str(data), "MARKET_NO_BUILD": "1", "MARKET_NO_SEED": "1"}
    try:
        scratch.run(*built, "./market", "up", "--port", free_block, *(["--single"] if shape == "single" else []), **environment)
        info = json.loads(scratch.run(*built, "./market", "info", "--json", **environment))
        assert (NAME in info["pids"]) == (shape == "services")
        one = uuid.uuid4()
        conninfo = (data / "secrets" / f"{NAME}.conninfo").read_text().strip()
        scratch.run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", conninfo, "-c", f"INSERT INTO {NAME}s (id, title, state, close_at) "
                    f"VALUES ('{one}', 'first', 'OPEN', market_now() + interval '1 hour')")
        anybody = market.Client(info["url"], info["caFile"])
        shown = anybody.ok("GET", f"/v1/{NAME}s/{one}")
        assert shown["id"] == str(one) and shown["title"] == "first" and shown["state"] == "OPEN"
        assert anybody.call("GET", f"/v1/{NAME}s/{uuid.uuid4()}").status_code == 404
        scratch.run(*built, "./market", "status", **environment)
    finally:
        scratch.run(*built, "./market", "down", "--erase", **environment)
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def free_block():
    size = topology.read().size
    while True:
        base = random.randrange(10000, 30000, size)
        try:
            for port in range(base, base + size):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
