"""Fixtures over a composition that tests/containers/run.sh has started; without that, what needs one is skipped."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/system"), str(ROOT)]

import engine  # noqa: E402
import market  # noqa: E402

PROJECT = os.environ.get("MARKET_COMPOSED")


@pytest.fixture(scope="session")
def composed():
    if not PROJECT:
        pytest.skip("no composition is running: start tests/containers/run.sh")
    return market.info()


@pytest.fixture(scope="session")
def containers(composed):
    return engine.containers(PROJECT)


@pytest.fixture(scope="session")
def running(containers):
    one_shot = ("prepare", "operator", "proof", "migrate-")
    return {name: one for name, one in containers.items() if not name.startswith(one_shot)}


@pytest.fixture(scope="session")
def shop(composed):
    password = pathlib.Path(composed["operator"]["passwordFile"]).read_text().strip()
    operator = market.Person(composed["url"], composed["caFile"], email=composed["operator"]["email"], password=password)
    slug = "engines-" + market.new_key()[:12]
    category = operator.ok("POST", "/v1/categories", {"name": "Engines", "slug": slug})["id"]
    owner = market.Person(composed["url"], composed["caFile"], "Sam")
    owner.open_seller()
    return market.Shop(owner, owner.create_product(category, stock=100_000))


@pytest.fixture
def people(composed):
    """people(6) are signed in, with an address."""

    def sign_up(number):
        found = [market.Person(composed["url"], composed["caFile"], f"Buyer{n}") for n in range(number)]
        for person in found:
            person.add_address()
        return found

    return sign_up
