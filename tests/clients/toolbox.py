"""The generators, installed once into a cache outside the checkout. What this machine can't have is a skip that says why."""

import re
import shutil
import subprocess

import pytest

from deploy.lib.failure import Failure

GO_LEAST = (1, 24)  # `go tool`
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


def or_skip(fetch, source):
    """What deploy/lib/fetched.py fetches, with the same skip."""
    try:
        return fetch(source)
    except Failure as why:
        pytest.skip(str(why))


def go():
    """The program; modules and what was built of them are in Go's own caches."""
    program = shutil.which("go")
    if not program:
        pytest.skip("Go is not installed")
    version = tuple(map(int, re.search(r"go(\d+)\.(\d+)", output_of([program, "version"])[1]).groups()))
    if version < GO_LEAST:
        pytest.skip(f"Go {version} is older than {GO_LEAST}")
    return program
