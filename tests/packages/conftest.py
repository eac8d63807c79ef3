"""The packages under test, made of the release build once."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(ROOT), str(ROOT / "tests")]

NAMES = ("marketplace", "marketplace-sandbox")


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Name -> .deb. MARKET_PACKAGES names a directory that has them already."""
    for program, package in (("cpack", "cmake"), ("dpkg-shlibdeps", "dpkg-dev"), ("file", "file")):
        if not shutil.which(program):
            pytest.skip(f"{program} is missing (apt-get install {package})")
    directory = os.environ.get("MARKET_PACKAGES")
    if not directory:
        directory = tmp_path_factory.mktemp("packages")
        done = subprocess.run(["sh", ROOT / "tools/native/package.sh", directory], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = {path.name.split("_")[0]: path for path in pathlib.Path(directory).glob("*.deb")}
    assert sorted(found) == sorted(NAMES)
    return found


@pytest.fixture(scope="session")
def unpacked(packages, tmp_path_factory):
    """Both packages in one directory, as they would lie in /."""
    directory = tmp_path_factory.mktemp("unpacked")
    for package in packages.values():
        subprocess.run(["dpkg-deb", "-x", package, directory], check=True)
    return directory
