"""Checks of deploy/observability and docs/runbooks that start nothing but the tools which read such files.

Real parsers where there are any: promtool, amtool, docker-compose, Grafana's grammars and types from npm. Loki, Tempo, Promtail
and Grafana are neither started nor fetched here: their files are held to a list of known keys, which is a static check only.
"""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]


@pytest.fixture(scope="session")
def run():
    """run(program, argument...) returns its output and fails the test when the program is missing or unhappy."""

    def call(program, *arguments, **options):
        assert shutil.which(program), f"{program} is not installed: ./market setup test"
        done = subprocess.run([program, *map(str, arguments)], stdin=None if "input" in options else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, **options)
        assert done.returncode == 0, done.stdout
        return done.stdout

    return call


@pytest.fixture(scope="session")
def node_modules(run):
    """The packages of package-lock.json, installed once into a cache outside the checkout; its path."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "marketplace"
    place = cache / f"npm-{hashlib.sha256(lock).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "npm.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, place)
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=place)
            (place / "complete").touch()
    return place / "node_modules"
