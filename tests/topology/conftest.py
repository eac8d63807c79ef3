"""Checks of deploy/topology.yaml and of every place that names a service; nothing is built or started."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "write_topology"), str(ROOT / "tools" / "native"), str(ROOT / "tools"), str(ROOT)]
