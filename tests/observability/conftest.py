"""Checks of deploy/observability and docs/runbooks that start nothing but the tools which read such files.

Real parsers where there are any: promtool, amtool, docker-compose, Grafana's grammars and types from npm. Loki, Tempo, Promtail
and Grafana are neither started nor fetched here: their files are held to a list of known keys, which is a static check only.
"""

import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from deploy.lib import fetched  # noqa: E402


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
def node_modules():
    """The packages of package-lock.json; its path."""
    return fetched.node_modules(HERE)
