#!/usr/bin/python3
"""Writes what other files say of deploy/topology.yaml; `--check` names each place that does not say it, and exits 1.

./market docs runs it, tests/topology checks. What is written by hand is only checked: tools/write_topology/sources.py, chart.py.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(ROOT)]

import chart  # noqa: E402
import composition  # noqa: E402
import debian  # noqa: E402
import pages  # noqa: E402
import places  # noqa: E402
import sources  # noqa: E402
from deploy.lib import topology  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402


def all_places():
    read = topology.read()
    return [place for part in (sources, composition, debian, chart, pages) for place in part.places(read)]


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        found = all_places()
        written = [] if arguments else places.write(ROOT, found)
        problems = places.problems(ROOT, found)
    except Failure as failure:
        problems, written = [str(failure)], []
    print("".join(f"{line}\n" for line in (*(f"{file}: written" for file in written), *problems)), end="")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
