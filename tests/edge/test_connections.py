"""The rules of docs/edge.md that bound the connections of an address before nginx, loaded in a network namespace of its own."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COUNT, MOST = 600, 500


def test_an_address_has_its_share_of_connections():
    if os.geteuid() or not shutil.which("nft"):
        pytest.skip("needs root and nft (apt-get install nftables)")
    rules = re.search(r"<!-- nft:begin -->\n```\n(.*?)```", (ROOT / "docs" / "edge.md").read_text(), re.DOTALL)[1]
    done = subprocess.run(["unshare", "-n", sys.executable, HERE / "connections.py", str(COUNT)], input=rules, capture_output=True,
                          text=True, timeout=60)
    if "Could not process rule: Not supported" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip(f"this kernel can't: {done.stderr[:200]}")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    del found["connectUs"]
    # The second address is of the first one's /64; ten of the greedy one's have ended.
    assert found == {"greedy": MOST, "other": 1, "sixes": [MOST, 0, MOST], "again": 10}
