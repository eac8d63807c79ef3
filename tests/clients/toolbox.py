"""The generators, installed once into a cache outside the checkout. What this machine can't have is a skip that says why."""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

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


def installed(kind, files, make):
    """The cached place of what `make(place)` installs from these files; they are copied there first."""
    content = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "marketplace"
    cache.mkdir(parents=True, exist_ok=True)
    place = cache / f"{kind}-{content[:16]}"
    with open(cache / f"{kind}.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for file in files:
                shutil.copy(file, place)
            make(place)
            (place / "complete").touch()
    return place


def node_modules(sources):
    if not shutil.which("npm"):
        pytest.skip("npm is not installed: ./market setup node")
    files = [sources / "package.json", sources / "package-lock.json"]
    return installed("clients-npm", files, lambda place: install(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place)) / "node_modules"


def python_programs(sources):
    """The bin folder of an environment with what requirements.txt names."""

    def make(place):
        install([PYTHON, "-m", "venv", place / "env"])
        install([place / "env" / "bin" / "pip", "install", "--quiet", "-r", place / "requirements.txt"])

    return installed("clients-python", [sources / "requirements.txt"], make) / "env" / "bin"


def go():
    """The program; modules and what was built of them are in Go's own caches."""
    program = shutil.which("go")
    if not program:
        pytest.skip("Go is not installed")
    version = tuple(map(int, re.search(r"go(\d+)\.(\d+)", output_of([program, "version"])[1]).groups()))
    if version < GO_LEAST:
        pytest.skip(f"Go {version} is older than {GO_LEAST}")
    return program
