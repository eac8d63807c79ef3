"""Over one running marketplace, as tests/system: its pages, in a browser."""

import importlib.util
import os
import pathlib
import shutil
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

import toolbox  # noqa: E402
from deploy.lib import fetched  # noqa: E402

stack, anonymous = system.stack, system.anonymous
SCREENSHOTS = ROOT / "build" / "test-results" / "pages"


def pytest_configure(config):
    system.pytest_configure(config)    # marks of the scenes that are taken from there


@pytest.fixture(scope="session")
def chromium(stack, anonymous):
    """chromium(script, **more): runs it with these in its environment; everything that it sees must be in order."""
    program = shutil.which("chromium")
    if not program:
        pytest.skip("chromium is not installed: ./market setup test")
    if anonymous.get("/en/").status_code != 200:
        pytest.skip("this marketplace was started without npm, so without pages")
    modules = toolbox.or_skip(fetched.node_modules, HERE.parent / "clients" / "browser")
    environment = {**os.environ, "MARKET_URL": stack["url"], "MARKET_CHROMIUM": program, "MARKET_NODE_MODULES": str(modules),
                   "MARKET_SCREENSHOTS": str(SCREENSHOTS)}

    def run(script, **more):
        wrong = toolbox.run(["node", HERE / script], env={**environment, **more})
        assert not wrong, wrong

    return run


@pytest.fixture(scope="session")
def demonstration(stack):
    """The shops, products and pictures of `./market seed`; what is there already is left alone."""
    done = subprocess.run([ROOT / "market", "seed"], env=dict(os.environ), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
