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


def places(monkeypatch, own):
    """What stands where, by the map: of a host and a path."""
    monkeypatch.setenv("MARKET_OPERATORS_HOST", own)
    lines = nginx.misplaced(nginx.names(["operators.example"], "https://shop.example"), "https://shop.example")
    rules = [(re.compile(pattern), word) for pattern, word in re.findall(r'"~(.+)" (\w+);', lines)]
    return lambda host, path: next((word for pattern, word in rules if pattern.search(f"{host} {path}")), "")


def test_operators_have_a_name_of_their_own_where_one_is_set(monkeypatch):
    place = places(monkeypatch, "operators.example")
    for path in ("/operator", "/en/operator", "/ru/operator/orders"):
        assert (place("operators.example", path), place("shop.example", path), place("localhost", path)) == ("", "operators", "operators")
    for path in ("/en", "/en/", "/ru/search", "/en/operators", "/en/p/1/operator"):
        assert (place("operators.example", path), place("shop.example", path)) == ("shop", "")
    assert (place("operators.example", "/"), place("shop.example", "/")) == ("home", "")
    for path in ("/v1/roles", "/assets/a.js", "/pictures/a.webp", "/shop/operator_en.html"):
        assert place("operators.example", path) == place("shop.example", path) == ""
    # A dot is a dot.
    assert place("operatorsxexample", "/en/operator") == "operators"


def test_without_one_they_are_where_the_shop_is(monkeypatch):
    place = places(monkeypatch, "")
    assert place("shop.example", "/en/operator") == place("shop.example", "/en/") == ""


@pytest.mark.parametrize("own", ["shop.example", "other.example", "a;b"])
def test_a_name_that_is_not_ours_or_the_shops_is_refused(monkeypatch, own):
    with pytest.raises(Failure, match="MARKET_OPERATORS_HOST"):
        places(monkeypatch, own)
