"""kill -9 at random under checkout load; afterwards every order, unit and cent is accounted for."""

import itertools
import os
import random
import signal
import time

import market
from load import Load
from test_restart import fresh_people

KILLS = int(os.environ.get("MARKET_KILLS", "30"))
# `./market test --long kills` goes through one seed after the other.
SEED = int(os.environ.get("MARKET_SEED", "20261124"))


def test_random_kills_lose_and_invent_nothing(stack, category):
    rng = random.Random(SEED)
    people, offers = fresh_people(stack, category, 6)
    victims = [name for name in stack["pids"] if name not in ("postgres", "redis", "nginx", "supervisord")]
    killed = 0
    with Load(people, offers, purchases_only=True, tries=30) as load:
        while killed < KILLS:
            time.sleep(rng.uniform(0.1, 0.8))  # the pace of the faults, not a synchronisation
            pid = market.info()["pids"].get(rng.choice(victims))
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass  # died a moment ago and is being started again

    answered_meanwhile = sum(bool(attempt.orders) for attempt in load.attempts)
    load.settle(serving_limit_s=90)
    report = market.check_invariants(wait_s=120)
    assert report["clean"], report["findings"][:20]
    check_history(people, load)
    print(f"{killed} kills, {len(load.attempts)} purchases, {answered_meanwhile} of them answered during the kills,"
          f" {len(load.failures)} tries failed")
    assert answered_meanwhile >= KILLS // 4, "there was hardly any load to kill"


def check_history(people, load):
    """Each purchase is one order, the one its buyer was told of at every try; there are no others."""
    existing = {}
    for person, state in itertools.product(people, ({}, {"state": "FAILED"})):
        token = ""
        while True:
            page = person.ok("GET", "/v1/orders", params={"pageSize": 100, **state, **({"pageToken": token} if token else {})})
            for order in page["orders"]:
                assert order["id"] not in existing
                existing[order["id"]] = order["state"]
            token = page.get("nextPageToken", "")
            if not token:
                break
    told = {}
    for attempt in load.attempts:
        assert len(attempt.orders) == 1, attempt
        assert told.setdefault(min(attempt.orders), attempt) is attempt, attempt
    assert existing == dict.fromkeys(told, "PLACED")
