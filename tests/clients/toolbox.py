"""The generators, installed once into a cache outside the checkout. What this machine can't have is a skip that says why."""

import re
import shutil
import subprocess

import pytest

from deploy.lib import fetched
from deploy.lib.failure import Failure

GO_LEAST = (1, 24)  # `go tool`
PYTHON = "/usr/bin/python3"
INSTALL_LIMIT_S = 900


def output_of(command, **options):
    """(whether it went well, everything it said)"""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options)
    return done.returncode == 0, done.stdout


def run(command, **options):
    well, said = output_of(command, timeout=600, **options)
    assert well, f"{' '.join(map(str, command))}\n{said}"
    return said


def install(command, **options):
    """Nothing is wrong with the contract where a registry can't be reached."""
    well, said = output_of(command, timeout=INSTALL_LIMIT_S, **options)
    if not well:
        pytest.skip(f"{' '.join(map(str, command))} failed: {said[-500:]}")


def node_modules(sources):
    try:
        return fetched.node_modules(sources)
    except Failure as why:
        pytest.skip(str(why))


def python_programs(sources):
    """The bin folder of an environment with what requirements.txt names."""

    def make(place):
        install([PYTHON, "-m", "venv", place / "env"])
        install([place / "env" / "bin" / "pip", "install", "--quiet", "-r", place / "requirements.txt"])

    return fetched.kept("clients-python", [sources / "requirements.txt"], make) / "env" / "bin"


def go():
    """The program; modules and what was built of them are in Go's own caches."""
    program = shutil.which("go")
    if not program:
        pytest.skip("Go is not installed")
    version = tuple(map(int, re.search(r"go(\d+)\.(\d+)", output_of([program, "version"])[1]).groups()))
    if version < GO_LEAST:
        pytest.skip(f"Go {version} is older than {GO_LEAST}")
    return program
