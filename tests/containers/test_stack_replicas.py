"""Two containers of each program: they share the work, one after the other may be restarted without anybody noticing, and any of them
may be killed at any time. Runs after test_stack.py, which looks at one of each."""

import os
import random
import time

import pytest

import engine
import market
from conftest import PROJECT
from engine import SERVICES
from load import Load
from market import handled

REPLICAS = 2
# docs/scaling.md: clients and nginx look names up every 5 s. A roll-out waits as long (minReadySeconds of the chart).
NOTICED_S = 10
HEALTHY_S = 60
KILLS = int(os.environ.get("MARKET_KILLS", "30"))


def scaled_services(composed):
    return ["marketplace"] if composed["shape"] == "single" else [*SERVICES, "gateway"]


def replicas_of(services):
    return {name: one for name, one in engine.containers(PROJECT).items() if one.service in services}


def busy(composed, person, offer, names, since, failures):
    """Works until each of the containers has answered something; how long that took. Returns when everybody has found them."""
    started = time.monotonic()

    def all_have_worked():
        placed = person.place((offer, 1))
        if placed.status_code not in (201, 202):
            failures.append((time.time(), "purchase", placed.text))
        # Auth is seldom asked otherwise.
        market.Person(composed["url"], composed["caFile"])
        return all(handled(one.service, one.metrics_url) > since.get(name, 0) for name, one in names.items())

    market.until(all_have_worked, f"work for every one of {sorted(names)}", limit_s=NOTICED_S)
    took = time.monotonic() - started
    # One client has found each; all have when this time is over.
    time.sleep(max(0, NOTICED_S - took))
    return took


@pytest.fixture(scope="module")
def replicas(composed, shop):
    services = scaled_services(composed)
    engine.compose("up", "-d", "--no-build", "--no-deps", "--no-recreate",
                   *(word for name in services for word in ("--scale", f"{name}={REPLICAS}")), *services)
    found = replicas_of(services)
    assert len(found) == REPLICAS * len(services)
    market.until(lambda: all(one.is_healthy() for one in found.values()), "the replicas to be ready", limit_s=HEALTHY_S)
    buyer = market.Person(composed["url"], composed["caFile"], "Bea")
    buyer.add_address()
    failures = []
    took = busy(composed, buyer, shop.offer, found, {name: handled(one.service, one.metrics_url) for name, one in found.items()}, failures)
    assert failures == []
    print(f"\n{len(found)} replicas of {len(services)} programs: all had work {took:.1f} s after they were ready")
    return found


def test_replicas_share_the_work_soon(replicas):
    """The fixture has waited for it, and no longer than the limit."""
    assert all(handled(one.service, one.metrics_url) > 0 for one in replicas.values())


def test_nobody_notices_that_replicas_are_restarted(composed, replicas, shop, people):
    """SIGTERM and a new start of each in turn under load. The next goes when the one before has been found by all."""
    buyers = people(6)
    (stranger,) = people(1)
    stopping = {}
    with Load(buyers, [shop.offer]) as load:
        for name, one in sorted(replicas.items()):
            started = time.monotonic()
            one.stop()
            stopping[name] = time.monotonic() - started
            one.start()
            market.until(one.is_healthy, f"{name} to be ready", limit_s=HEALTHY_S)
            busy(composed, stranger, shop.offer, {name: one}, {}, load.failures)
    answers = [answer for attempt in load.attempts for answer in attempt.answers]
    print(f"\n{len(replicas)} restarts: {load.reads} reads and {len(answers)} purchases, {len(load.failures)} failed;"
          f" a stop took at most {max(stopping.values()):.1f} s ({max(stopping, key=stopping.get)})")
    assert load.failures == [], (len(load.failures), load.failures[:10])
    assert load.reads > 100 and len(answers) > 50
    assert {status for status, _ in answers} <= {201, 202}
    assert max(stopping.values()) < engine.STOP_LIMIT_S
    report = market.check_invariants(wait_s=60)
    assert report["clean"], report["findings"][:20]


def test_random_kills_of_replicas_lose_and_invent_nothing(replicas, shop, people):
    rng = random.Random(20261124)
    buyers = people(6)
    killed = 0
    with Load(buyers, [shop.offer], purchases_only=True, tries=60) as load:
        while killed < KILLS:
            time.sleep(rng.uniform(0.1, 0.8))  # the pace of the faults, not a synchronisation
            killed += replicas[rng.choice(sorted(replicas))].kill()

    answered_meanwhile = sum(bool(attempt.orders) for attempt in load.attempts)
    load.settle(serving_limit_s=HEALTHY_S)
    orders = {order for attempt in load.attempts for order in attempt.orders}
    assert len(orders) == len(load.attempts), "a purchase is one order"
    report = market.check_invariants(wait_s=120)
    assert report["clean"], report["findings"][:20]
    market.until(lambda: all(one.is_healthy() for one in replicas.values()), "all replicas to be back", limit_s=HEALTHY_S)
    print(f"\n{killed} kills: {len(orders)} orders, {answered_meanwhile} of them told meanwhile, {len(load.failures)} tries failed;"
          " all books agree")
    assert answered_meanwhile >= KILLS // 4, "there was hardly any load to kill"
