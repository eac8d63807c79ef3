"""Fixtures over one running marketplace (MARKET_DATA, or MARKET_INFO); every test makes its own people and products."""

import sys
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "models"), str(HERE.parents[1] / "tools"), str(HERE.parents[1])]
sys.path.append(str(HERE.parent))  # tests/pages.py

import market  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "operations(*names): has a good answer from each of these (docs/operations.md)")
    config.addinivalue_line("markers", "alone: takes something from the whole marketplace or counts what all of it does")
    config.addinivalue_line("markers", "values(*names): each of these values of enumerations is in an answer")


@pytest.fixture(autouse=True)
def operations(request):
    """A test that says which operations it exercises, and which values it sees, has had good answers with them."""
    market.answered = set()
    yield
    said = {name for kind in ("operations", "values") for mark in request.node.iter_markers(kind) for name in mark.args}
    assert said <= market.answered, f"had no good answer with {said - market.answered}"


@pytest.fixture(scope="session")
def stack():
    return market.info()


@pytest.fixture(scope="session")
def anonymous(stack):
    return market.Client(stack["url"], stack["caFile"])


@pytest.fixture
def person(stack):
    """person("Ada") signs somebody up."""
    return lambda name="Ada": market.Person(stack["url"], stack["caFile"], name)


@pytest.fixture
def buyer(person):
    somebody = person("Bea")
    somebody.add_address()
    return somebody


def sign_in_operator(stack):
    password = pathlib.Path(stack["operator"]["passwordFile"]).read_text().strip()
    return market.Person(stack["url"], stack["caFile"], email=stack["operator"]["email"], password=password)


@pytest.fixture(scope="module")
def operator(stack):
    """Signed in for one file: a token lives ten minutes, a run longer."""
    return sign_in_operator(stack)


@pytest.fixture(scope="session")
def category(stack):
    slug = "engines-" + market.new_key()[:12]
    return sign_in_operator(stack).ok("POST", "/v1/categories", {"name": "Engines", "slug": slug})["id"]


@pytest.fixture
def shop(person, category):
    """shop(stock=20) opens a seller with one published product."""

    def open_shop(**product):
        owner = person("Sam")
        owner.open_seller()
        return market.Shop(owner, owner.create_product(category, **product))

    return open_shop


@pytest.fixture
def away(stack, request):
    """away("auth"): its processes, which stop, and come back with the test's end."""
    assert request.node.get_closest_marker("alone"), "who else asks them meanwhile would fail"
    if stack["shape"] == "single":
        pytest.skip("in one process nobody is away alone")
    stopped = []

    def stop(service):
        names = market.processes(service)
        for name in names:
            stopped.append(name)
            market.supervisorctl("stop", name)
        return names

    yield stop
    for name in stopped:
        market.supervisorctl("start", name)
        market.await_ready(stack, [name])
