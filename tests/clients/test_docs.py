"""/docs as people use it: in a browser, against the very marketplace that serves it."""

import json
import os
import pathlib
import shutil

import pytest

import toolbox
from deploy.lib import fetched

HERE = pathlib.Path(__file__).resolve().parent


def test_try_it_out_signs_in_and_searches_and_everybody_can_use_it(stack, anonymous, person):
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("chromium is not installed: ./market setup test")
    if "swagger-ui-bundle.js" not in anonymous.get("/docs").text:
        pytest.skip("this marketplace was started without npm, so without Swagger UI")
    modules = toolbox.or_skip(fetched.node_modules, HERE / "browser")
    somebody = person()
    told = {"MARKET_URL": stack["url"], "MARKET_CHROMIUM": chromium, "MARKET_NODE_MODULES": str(modules),
            "MARKET_CREDENTIALS": json.dumps({"email": somebody.email, "password": somebody.password})}
    assert toolbox.run(["node", HERE / "browser" / "docs.mjs"], env={**os.environ, **told}) == ""
