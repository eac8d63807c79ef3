"""The shop in a browser, on a real marketplace: every page in every look, and what people do with them."""

import json
import os
import pathlib
import shutil

import pytest

import toolbox
from deploy.lib import fetched

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCREENSHOTS = ROOT / "build" / "test-results" / "pages"


@pytest.fixture(scope="module")
def browse(stack, anonymous, demonstration):
    """browse(script): runs it; everything that it sees must be in order."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed: ./market setup test")
    if anonymous.get("/en/").status_code != 200:
        pytest.skip("this marketplace was started without npm, so without pages")
    modules = toolbox.or_skip(fetched.node_modules, HERE.parent / "clients" / "browser")
    environment = {**os.environ, "MARKET_URL": stack["url"], "MARKET_CHROMIUM": chromium, "MARKET_NODE_MODULES": str(modules),
                   "MARKET_SCREENSHOTS": str(SCREENSHOTS), "MARKET_SOME": json.dumps(some(anonymous))}

    def run(script):
        wrong = toolbox.run(["node", HERE / script], env=environment)
        assert not wrong, wrong

    return run


def some(anonymous):
    """A product whose variants are told apart by two options, its shop and its category."""
    found = anonymous.get("/v1/products?query=long+sleeve").json()["products"]
    product = next(one for one in found if len(one["offers"][0]["options"]) == 2)
    categories = {one["id"]: one["slug"] for one in anonymous.get("/v1/categories").json()["categories"]}
    return {"product": product["id"], "title": product["title"], "seller": product["sellerId"], "category": categories[product["categoryId"]]}


def test_every_page_in_every_look(browse):
    browse("pages.mjs")


def test_a_visit_from_the_search_to_signing_out(browse):
    browse("journey.mjs")
