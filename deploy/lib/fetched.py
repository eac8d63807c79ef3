"""What is fetched from a registry once and kept outside the checkout: packages of npm and what else a list of versions names."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

from deploy.lib.failure import Failure

NPM_LIMIT_S = 300
PIP_LIMIT_S = 900
PYTHON = "/usr/bin/python3"


def cache():
    """The folder of all of it."""
    place = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "marketplace"
    place.mkdir(parents=True, exist_ok=True)
    return place


def kept(kind, sources, make):
    """The place of what `make(place)` installs from these files, which are copied there first; a change of them makes another.
    Processes that ask at the same time wait for the first."""
    content = hashlib.sha256(b"\0".join(file.read_bytes() for file in sources)).hexdigest()
    place = cache() / f"{kind}-{content[:16]}"
    with open(cache() / f"{kind}.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for file in sources:
                shutil.copy(file, place)
            make(place)
            (place / "complete").touch()
    return place


def node_modules(folder):
    """As the package-lock.json in `folder` pins them. Scripts of packages don't run. Failure says why there are none."""
    return kept("npm", [folder / "package.json", folder / "package-lock.json"], npm_ci) / "node_modules"


def npm_ci(place):
    if not shutil.which("npm"):
        raise Failure("npm is not installed (./market setup node)")
    try:
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=NPM_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise Failure(f"npm took longer than {NPM_LIMIT_S} s") from None
    if done.returncode:
        raise Failure(f"npm failed: {done.stdout[-300:].strip()}")


def python_programs(requirements):
    """The bin folder of an environment with what this list of versions names. Failure says why there is none."""

    def make(place):
        for command in ([PYTHON, "-m", "venv", "env"], ["env/bin/pip", "install", "--quiet", "-r", requirements.name]):
            done = subprocess.run(command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=PIP_LIMIT_S)
            if done.returncode:
                raise Failure(f"{' '.join(command)} failed: {done.stdout[-300:].strip()}")

    return kept("python", [requirements], make) / "env" / "bin"
