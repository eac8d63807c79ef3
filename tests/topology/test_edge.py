"""What nginx is told by deploy/lib/nginx.py: the settings, the names, and that docs/edge.md says so."""

import re

import pytest

from deploy.lib import nginx, topology
from deploy.lib.failure import Failure


def test_every_setting_is_documented():
    text = (topology.ROOT / "docs/edge.md").read_text()
    rows = re.findall(r"^\| `MARKET_EDGE_(\w+)` \| (\d+) \| (.+) \|$", text, re.MULTILINE)
    assert rows == [(name, str(default), what) for name, (default, _, _, what) in nginx.SETTINGS.items()]


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "1000001", "\u0663"])
def test_a_setting_out_of_bounds_is_named(monkeypatch, text):
    monkeypatch.setenv("MARKET_EDGE_REQUESTS_PER_S", text)
    with pytest.raises(Failure, match="MARKET_EDGE_REQUESTS_PER_S"):
        nginx.setting("REQUESTS_PER_S")


def test_names():
    assert nginx.names(["shop.example", "localhost"], "https://market.example:8443") == [
        "market.example", "shop.example", "localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize("name", ["a b", "a;b", "~^.*$", "*.example", "", 'a"', "_"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(Failure):
        nginx.names([name], "https://localhost:8443")
