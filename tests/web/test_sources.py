"""The sources of the pages (web/), without a marketplace: their own tests, their style, and that a build is the same bytes each time."""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from deploy.lib import web  # noqa: E402
from deploy.lib.failure import Failure  # noqa: E402

PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="module", autouse=True)
def packages():
    try:
        web.Tools()
    except Failure as why:
        pytest.skip(str(why))


def run(root, act):
    done = subprocess.run([PYTHON, root / "deploy/lib/web.py", act], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tests_beside_the_components():
    assert " passed" in run(ROOT, "test")


def test_style_and_types():
    run(ROOT, "check")


def test_a_build_is_the_same_bytes_wherever_it_is_made(tmp_path):
    run(ROOT, "build")
    shutil.copytree(web.WEB, tmp_path / "elsewhere/web", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "elsewhere/docs").mkdir()
    shutil.copy(web.OPENAPI, tmp_path / "elsewhere/docs")
    tools = web.Tools(tmp_path / "elsewhere/web")
    tools.bundle(tmp_path / "out")
    ours, others = ({str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
                    for root in (web.OUT, tmp_path / "out"))
    assert ours.pop("stamp").decode() == web.stamp()
    assert ours.keys() == others.keys() and [name for name in ours if ours[name] != others[name]] == []
    assert {f"shop/{name}{language}.html{packed}" for name in ("", "seller_", "operator_") for language in ("en", "ru") for packed in ("", ".gz")} <= ours.keys()


def test_what_has_not_changed_is_not_built_again():
    run(ROOT, "build")
    assert run(ROOT, "build") == ""


@pytest.mark.parametrize("version, can", [("v18.20.4", False), ("v20.18.3", False), ("v20.19.0", True), ("v21.7.0", False),
                                          ("v22.11.0", False), ("v22.12.0", True), ("v24.1.0", True), ("", False)])
def test_a_node_that_is_too_old_is_not_taken(version, can):
    assert web.can_build(version) == can
