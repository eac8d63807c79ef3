"""Over one running marketplace, as tests/system: its pages, in a browser."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SYSTEM, CLIENTS = HERE.parent / "system", HERE.parent / "clients"
sys.path[:0] = [str(HERE), str(SYSTEM), str(CLIENTS), str(HERE.parent), str(ROOT)]

spec = importlib.util.spec_from_file_location("system_fixtures", SYSTEM / "conftest.py")
system = importlib.util.module_from_spec(spec)
spec.loader.exec_module(system)

stack, anonymous = system.stack, system.anonymous


@pytest.fixture(scope="session")
def demonstration(stack):
    """The shops, products and pictures of `./market seed`; what is there already is left alone."""
    done = subprocess.run([ROOT / "market", "seed"], env=dict(os.environ), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
