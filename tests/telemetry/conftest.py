"""Over one marketplace with its telemetry (./market up --telemetry, MARKET_DATA); fixtures of people as in tests/system."""

import importlib.util
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SYSTEM = HERE.parent / "system"
sys.path[:0] = [str(HERE), str(SYSTEM), str(HERE.parents[1])]

from stores import Stores  # noqa: E402

spec = importlib.util.spec_from_file_location("system_fixtures", SYSTEM / "conftest.py")
system = importlib.util.module_from_spec(spec)
spec.loader.exec_module(system)

stack, anonymous, person, buyer = system.stack, system.anonymous, system.person, system.buyer
operator, category, shop = system.operator, system.category, system.shop


@pytest.fixture(scope="session")
def stores(stack):
    found = Stores(stack)
    for part in ("kafka", "collector", "trace-store", "log-store", "prometheus"):
        if part not in stack["pids"]:
            pytest.skip(f"this stack has no {part}: see what ./market up --telemetry said")
    return found


@pytest.fixture(scope="session")
def prometheus(stores):
    return stores.url("PROMETHEUS")
