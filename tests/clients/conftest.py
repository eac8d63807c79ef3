"""Over one running marketplace, as tests/system: what is made of docs/openapi.yaml by other people's generators, and run."""

import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SYSTEM = HERE.parent / "system"
sys.path[:0] = [str(HERE), str(SYSTEM), str(HERE.parent), str(HERE.parents[1])]

spec = importlib.util.spec_from_file_location("system_fixtures", SYSTEM / "conftest.py")
system = importlib.util.module_from_spec(spec)
spec.loader.exec_module(system)

stack, anonymous, person = system.stack, system.anonymous, system.person
operator, category = system.operator, system.category
