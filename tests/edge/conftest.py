"""Over one marketplace with the limits that it comes with (MARKET_DATA, no MARKET_EDGE_*); people as in tests/system.

Strangers come from addresses of their own, 127.0.0.2 and up: what one of them uses up is nobody else's.
"""

import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SYSTEM = HERE.parent / "system"
sys.path[:0] = [str(HERE), str(SYSTEM)]

spec = importlib.util.spec_from_file_location("system_fixtures", SYSTEM / "conftest.py")
system = importlib.util.module_from_spec(spec)
spec.loader.exec_module(system)

stack, anonymous, person, buyer = system.stack, system.anonymous, system.person, system.buyer
operator, category, shop = system.operator, system.category, system.shop
