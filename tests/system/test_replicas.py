"""Several replicas of everything: all of them work, and no answer depends on which of them gave it."""

import concurrent.futures
import re

import pytest

import market
from deploy.lib import topology
from market import new_key, until

pytestmark = pytest.mark.alone

# A round-robin that is asked this often has asked everybody.
OFTEN = 12


@pytest.fixture(autouse=True)
def replicas(stack):
    if stack["replicas"] < 2:
        pytest.skip("one replica of everything: ./market up --replicas 2")
    return stack["replicas"]


def all_handled(stack):
    """Process -> requests it has answered."""
    return {process: market.handled(re.sub(r"-\d+$", "", process), url)
            for process, url in stack["metrics"].items() if process != "sandbox"}


def test_every_replica_works(stack, replicas, shop, buyer):
    before = all_handled(stack)
    assert len(before) == replicas * (1 if stack["shape"] == "single" else len(topology.read().services) + 1)
    offer = shop(stock=1000).offer

    def all_have_worked():
        assert buyer.place((offer, 1)).status_code == 201
        # The key that verifies tokens is fetched once a minute; sign-ups make both replicas of auth and user busy.
        market.Person(stack["url"], stack["caFile"])
        now = all_handled(stack)
        return all(now[process] > before[process] for process in before)

    until(all_have_worked, f"work for every one of {sorted(before)}")


def test_one_key_is_one_order_at_every_replica(shop, buyer):
    offer, key = shop(stock=OFTEN).offer, new_key()
    body = buyer.order_body((offer, 1))
    with concurrent.futures.ThreadPoolExecutor(OFTEN) as pool:
        together = list(pool.map(lambda _: buyer.post("/v1/orders", body, key=key), range(OFTEN)))
    # Beside the one at work the others are told to come again.
    assert {answer.status_code for answer in together} <= {201, 202, 409}, [answer.text for answer in together]
    later = [buyer.post("/v1/orders", body, key=key) for _ in range(OFTEN)]
    assert {answer.status_code for answer in later} == {201}
    assert len({answer.json()["id"] for answer in [*later, *(one for one in together if one.status_code == 201)]}) == 1
    assert len(buyer.ok("GET", "/v1/orders")["orders"]) == 1


def test_a_signed_out_session_has_ended_at_every_replica(person):
    somebody = person()
    somebody.ok("DELETE", "/v1/sessions/current")
    refreshed = [market.Client(somebody.url, somebody.ca_file).post("/v1/sessions:refresh", {
        "refreshToken": somebody.session["refreshToken"]}) for _ in range(OFTEN)]
    assert {(answer.status_code, answer.json()["reason"]) for answer in refreshed} == {(401, "SESSION_ENDED")}


def test_wrong_passwords_are_counted_together(person):
    somebody = person()
    wrong = {"email": somebody.email, "password": "not the password at all"}
    answers = [market.Client(somebody.url, somebody.ca_file).post("/v1/sessions", wrong) for _ in range(OFTEN)]
    assert [answer.status_code for answer in answers[:5]] == [401] * 5
    assert answers[5].status_code == 429, "the replicas count apart"


def test_a_price_changes_everywhere_at_once(shop, buyer):
    """What is read from a cache may be some seconds old; what is paid never is."""
    sold = shop(stock=100)
    for price in range(2000, 2000 + OFTEN):
        sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"price": {"amount": price, "currency": "EUR"}})
        order = buyer.place((sold.offer, 1))
        assert order.status_code == 201 and order.json()["total"]["amount"] == price, order.text


def test_a_published_product_is_found_by_every_replica(person, category):
    owner = person("Sam")
    owner.open_seller()
    word = "replica" + new_key()[:12]
    anybody = market.Client(owner.url, owner.ca_file)

    def found():
        pages = [anybody.ok("GET", "/v1/products", params={"query": word}) for _ in range(OFTEN)]
        return {len(page["products"]) for page in pages}

    assert found() == {0}
    owner.create_product(category, title=word)
    market.until(lambda: found() == {1}, "every replica to find it")
