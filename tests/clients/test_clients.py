"""Clients that people make of docs/openapi.yaml, unpatched: they compile strictly, and carry a shop and a buyer from sign-up to a
shipped order and sign-out. What each is refused on the way is typed, with its reason and its values."""

import os
import pathlib
import shutil

import pytest

import toolbox
from deploy.lib import fetched

HERE = pathlib.Path(__file__).resolve().parent
OPENAPI = HERE.parents[1] / "docs" / "openapi.yaml"

OF_A_SIGN_UP = ["EMAIL_TAKEN", "BAD_CREDENTIALS"]
REFUSED = [*OF_A_SIGN_UP, *OF_A_SIGN_UP, "PRICE_CHANGED", "OUT_OF_STOCK", "PAYMENT_DECLINED", "INVALID_ARGUMENT", "NOT_FOUND",
           "UNAUTHENTICATED", "ILLEGAL_TRANSITION", "SESSION_ENDED"]


@pytest.fixture
def journey(stack, category, tmp_path):
    """journey(command) runs a client in tmp_path against the marketplace and holds it to its way."""

    def travel(command):
        told = {"MARKET_URL": stack["url"], "MARKET_CA": stack["caFile"], "MARKET_CATEGORY": category,
                "NODE_EXTRA_CA_CERTS": stack["caFile"]}
        assert toolbox.run(command, cwd=tmp_path, env={**os.environ, **told}).split() == REFUSED

    return travel


def test_typescript(journey, tmp_path):
    sources = HERE / "typescript"
    modules = toolbox.or_skip(fetched.node_modules, sources)
    for file in ("package.json", "tsconfig.json", "journey.ts"):
        shutil.copy(sources / file, tmp_path)
    (tmp_path / "node_modules").symlink_to(modules)
    toolbox.run(["node", modules / "openapi-typescript" / "bin" / "cli.js", OPENAPI, "-o", tmp_path / "api.d.ts"])
    toolbox.run(["node", modules / "typescript" / "bin" / "tsc", "-p", tmp_path])
    journey(["node", tmp_path / "built" / "journey.js"])


def test_python(journey, tmp_path):
    programs = toolbox.or_skip(fetched.python_programs, HERE / "python" / "requirements.txt")
    shutil.copy(HERE / "python" / "journey.py", tmp_path)
    # Its last step formats what it made with the ruff beside it.
    path = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    toolbox.run([programs / "openapi-python-client", "generate", "--path", OPENAPI, "--output-path", tmp_path / "market_client",
                 "--meta", "none", "--fail-on-warning"], env=path)
    toolbox.run([programs / "mypy", "--strict", "--follow-imports=silent", "journey.py"], cwd=tmp_path)
    journey([programs / "python", "journey.py"])


def test_go(journey, tmp_path):
    go = toolbox.go()
    for file in ("go.mod", "go.sum", "main.go", "oapi-codegen.yaml"):
        shutil.copy(HERE / "go" / file, tmp_path)
    toolbox.install([go, "mod", "download"], cwd=tmp_path)
    (tmp_path / "market").mkdir()
    toolbox.run([go, "tool", "oapi-codegen", "-config", "oapi-codegen.yaml", OPENAPI], cwd=tmp_path)
    toolbox.run([go, "vet", "."], cwd=tmp_path)
    journey([go, "run", "."])
