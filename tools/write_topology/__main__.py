#!/usr/bin/python3
"""Writes what other files say of deploy/topology.yaml; `--check` only names each place that does not say it. Exits 1 if there is one.

./market docs runs it, tests/topology checks. Text that is made stands here in full; files that people write (sources.py, chart.py) are
held to name every service.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(ROOT)]

import everywhere  # noqa: E402
import places  # noqa: E402
from deploy.lib import topology  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = everywhere.places(topology.read())
    except Failure as failure:
        print(failure)
        return 1
    for file in places.write(ROOT, found) if not arguments else []:
        print(f"{file}: written")
    problems = places.problems(ROOT, found)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
