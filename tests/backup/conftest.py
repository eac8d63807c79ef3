"""Over one marketplace that this suite may take down (MARKET_DATA); people as in tests/system.

What it restores beside it, or in its place, is a marketplace of ./market too, and is taken down and erased at the end.
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

stack, operator, category = system.stack, system.operator, system.category
