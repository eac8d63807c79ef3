"""The examples of README.md, run as they stand there; only the URL and the CA are this stack's."""

import os
import re
import subprocess

import pytest

from market import ROOT

README = (ROOT / "README.md").read_text()


def script(name):
    """The bash blocks between <!-- name:begin --> and <!-- name:end -->, as one script that stops at a failure."""
    part = re.search(rf"<!-- {name}:begin -->(.*)<!-- {name}:end -->", README, re.DOTALL).group(1)
    blocks = re.findall(r"^```bash\n(.*?)^```$", part, re.DOTALL | re.MULTILINE)
    assert blocks and part.count("```") == 2 * len(blocks)
    return "set -euo pipefail\n" + "\n".join(blocks)


def run(stack, name):
    environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8",
                   "MARKET_URL": stack["url"], "MARKET_CA": stack["caFile"]}
    done = subprocess.run(["bash", "-c", script(name)], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_walk_ends_with_a_return(stack):
    lines = run(stack, "walk")
    assert lines[0] == "PUBLISHED"
    assert re.fullmatch(r"order \S+: PLACED, 3998 cents", lines[1])
    assert lines[2:5] == ["ACCEPTED", "SHIPPED", "SHIPPED"]
    assert lines[5:8] == ["PUBLISHED", "Post", "PERCENTAGE"]
    assert re.fullmatch(r"order \S+: PLACED, 6089 cents", lines[8])    # 19.99, and 2 x 20.00 less a tenth with 4.90 to send
    assert lines[9:12] == ["ACCEPTED", "PARTIALLY_SHIPPED", "DELIVERED"]
    assert lines[12:15] == ["APPROVED", "IN_TRANSIT", "RECEIVED"]
    assert re.fullmatch(r"return \S+: CLOSED, 1800 cents", lines[15]) and len(lines) == 16


def test_grpc_example_finds_products(stack, shop):
    pytest.importorskip("grpc")
    shop(title="Difference engine")
    lines = run(stack, "grpc")
    assert lines and all("engine" in line.lower() for line in lines)
