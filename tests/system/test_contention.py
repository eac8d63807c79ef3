"""Many at once: never more sold than there is, never one key twice."""

import collections
import concurrent.futures

import pytest

from market import new_key

pytestmark = pytest.mark.alone


def at_once(calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


@pytest.fixture(scope="module")
def crowd(stack):
    """Sixty people with an address, signed up a few at a time: hashing passwords is slow on purpose."""
    from market import Person

    def join(number):
        somebody = Person(stack["url"], stack["caFile"], f"buyer{number}")
        somebody.add_address()
        return somebody

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return list(pool.map(join, range(60)))


def test_sixty_buyers_race_for_twenty_units(crowd, shop):
    sold = shop(stock=20)
    answers = at_once([lambda buyer=buyer: buyer.place((sold.offer, 1)) for buyer in crowd])
    counts = collections.Counter((a.status_code, a.json().get("reason", a.json().get("state"))) for a in answers)
    assert counts == {(201, "PLACED"): 20, (409, "OUT_OF_STOCK"): 40}
    assert sold.available() == 0
    refusal = next(a for a in answers if a.status_code == 409)
    assert refusal.headers["Content-Type"] == "application/problem+json"
    assert refusal.json()["fields"][0]["field"] == "items[0].offerId"


def test_twenty_twins_of_one_key_make_one_order(buyer, shop):
    sold = shop(stock=50)
    key = new_key()
    answers = at_once([lambda: buyer.place((sold.offer, 1), key=key)] * 20)
    placed = [a for a in answers if a.status_code == 201]
    assert placed and len({a.json()["id"] for a in placed}) == 1
    assert {a.json()["reason"] for a in answers if a.status_code != 201} <= {"IDEMPOTENCY_KEY_IN_FLIGHT"}
    assert len(buyer.ok("GET", "/v1/orders")["orders"]) == 1
    assert sold.available() == 49
    replay = buyer.place((sold.offer, 1), key=key)
    assert replay.status_code == 201 and replay.headers["Idempotent-Replayed"] == "true"
    assert replay.content == placed[0].content

    other = buyer.place((sold.offer, 2), key=key)
    assert (other.status_code, other.json()["reason"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    missing = buyer.post("/v1/orders", buyer.order_body((sold.offer, 1)))
    assert (missing.status_code, missing.json()["reason"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")


def test_stock_adjustments_race_with_orders(crowd, shop):
    sold = shop(stock=5)
    orders = [lambda buyer=buyer: buyer.place((sold.offer, 1)) for buyer in crowd[:20]]
    adjust = f"/v1/offers/{sold.offer}:adjustStock"
    changes = [lambda delta=delta: sold.owner.post(adjust, {"delta": delta, "reason": "count"}, key=new_key())
               for delta in (3, -2, 4, -1, 2)]
    answers = at_once(orders + changes)
    sold_units = sum(a.status_code == 201 for a in answers[:20])
    delta = sum(d for d, a in zip((3, -2, 4, -1, 2), answers[20:]) if a.status_code == 200)
    assert sold.available() == 5 + delta - sold_units
