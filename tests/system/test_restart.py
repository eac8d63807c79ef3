"""Each process in turn is told to stop and starts again, two rounds, under load: nobody notices."""

import subprocess

import pytest
import market
from load import Load

pytestmark = pytest.mark.alone

ROUNDS = 2


def fresh_people(stack, category, buyers):
    seller = market.Person(stack["url"], stack["caFile"], "Sam")
    seller.open_seller()
    offers = [seller.create_product(category, stock=100_000)["offers"][0]["id"] for _ in range(8)]
    people = [market.Person(stack["url"], stack["caFile"], f"load{n}") for n in range(buyers)]
    for person in people:
        person.add_address()
    return people, offers


def restart(name):
    done = subprocess.run([market.ROOT / "market", "restart", name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_request_fails_while_every_process_restarts(stack, category):
    people, offers = fresh_people(stack, category, 8)
    names = [name for name in stack["pids"] if name not in ("postgres", "redis", "nginx", "supervisord")]
    with Load(people, offers) as load:
        for _ in range(ROUNDS):
            for name in names:
                restart(name)
    purchases = [answer for attempt in load.attempts for answer in attempt.answers]
    assert load.failures == [], (len(load.failures), load.failures[:10])
    assert load.reads > 100 and len(purchases) > 50
    assert {status for status, _ in purchases} <= {201, 202}

    def all_placed():
        return all(order["state"] == "PLACED" for person in people
                   for order in person.ok("GET", "/v1/orders", params={"pageSize": 100})["orders"])

    market.until(all_placed, "the pending orders", limit_s=60)
