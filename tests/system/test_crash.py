"""Processes die before and after each commit and each send of what is done with orders (points.py, from docs/checkout.md): kill -9 of who
commits or sends, of the order service that waits for it, and an immediate stop of PostgreSQL. Afterwards the books agree, and every key
answers the same way twice.

MARKET_POINTS points are gone through, in the order that MARKET_SEED gives them; without it a sample. `./market test --long crash` takes all
of them, seed after seed.
"""

import os
import random
import threading
import time

import httpx
import pytest

import market
import points
import proxies
from stories import KINDS, LAST_WORD_S, Request, Stage

pytestmark = pytest.mark.alone

SEED = int(os.environ.get("MARKET_SEED", "1"))
POINTS = os.environ.get("MARKET_POINTS", "8")
ALL = POINTS == "all"
TRIES = 4        # stories that are told until one comes to the point
HIT_S = 30       # how long one may take to it
SERVING_S = 120
RENEW_S = 240    # tokens last ten minutes
TIMEOUT_S = 2    # of the provider, instead of five: an unanswered payment takes that long


@pytest.fixture(scope="module")
def watch(stack):
    if stack["shape"] != "services" and not ALL:
        pytest.skip("a sample in one shape is enough")
    with proxies.through(stack, **{"payment.provider_timeout": f"{TIMEOUT_S}s"}) as watch:
        yield watch


@pytest.fixture
def stage(stack, watch, category, operator):
    with Stage(stack, category, operator) as stage:
        yield stage
        until_serving(stage)


def until_serving(stage):
    """Everybody is started again, and answers from his database."""
    buyer, owner = stage.buyers[0], stage.owners[0]
    asked = [(buyer, "/v1/orders"), (owner, f"/v1/sellers/{owner.seller}/products"), (stage.operator, "/v1/ledger/balances")]

    def serving():
        try:
            return all(person.get(path).is_success for person, path in asked)
        except httpx.HTTPError:
            return False

    market.until(serving, "everybody to serve", limit_s=SERVING_S)


def settled(stage):
    stage.settle()
    report = market.check_invariants(wait_s=120)
    assert report["clean"], report["findings"][:20]
    stage.check()


def test_the_page_names_what_is_committed_and_sent(watch, stage):
    """A story of each kind, as they are when nothing breaks."""
    writes = {database: points.writing_functions(market.psql, database) for database in proxies.DATABASES}
    wait_for_quiet()    # what the shops on this stage have published is told, too
    watch.seen.clear()
    for kind in KINDS:
        stage.begin(kind, random.Random(SEED))
    for played in stage.played:
        played.result()
    wait_for_quiet()
    seen = {unit for unit, statements in list(watch.seen.items())
            if unit.where == points.PROVIDER or any(map(writes[unit.where].search, statements))}
    settled(stage)
    assert not points.unknown(seen), "\n".join(["docs/checkout.md has no row for", *points.unknown(seen)])
    absent = [f"{unit}: in {', '.join(on_page.kinds)}" for unit, on_page in points.described().items()
              if unit not in seen and any(always and kind in KINDS for kind, always in on_page.kinds.items())]
    assert not absent, "\n".join(["docs/checkout.md has rows that nothing commits", *absent])


def wait_for_quiet():
    """Nothing is left to be done, for any order or by anybody else."""
    open_work = "SELECT count(*) FROM checkout WHERE step NOT IN ('DONE', 'WAIT')"
    market.until(lambda: market.psql("order", open_work).strip() == "0" and market.all_told(), "quiet", limit_s=90)


def chosen(watch):
    """[(point, kinds)] in the order of this seed."""
    every = points.points(watch.process_of)
    known = [(point, [kind for kind in kinds if kind in KINDS]) for point, kinds in every.items()]
    known = [(point, kinds) for point, kinds in known if kinds]
    random.Random(SEED).shuffle(known)
    return known if ALL else known[:int(POINTS)]


def test_a_death_at_each_point_loses_and_invents_nothing(watch, stage):
    rng, todo, missed = random.Random(SEED), chosen(watch), []
    renewed = time.monotonic()
    for point, kinds in todo:
        until_serving(stage)
        if time.monotonic() - renewed > RENEW_S:
            stage.renew()
            renewed = time.monotonic()
        for _ in range(TRIES):
            kind = rng.choice(kinds)
            watch.arm(point)
            story = stage.begin(kind, rng)
            if watch.hit.wait(HIT_S):
                print(f"{time.strftime('%H:%M:%S')} {point}: {kind} of {story.buyer.email}")
                break
        else:
            watch.disarm()
            missed.append(str(point))
    until_serving(stage)
    settled(stage)
    print(f"{len(todo) - len(missed)} of {len(todo)} points, {len(stage.stories)} stories: {dict(stage.told())}")
    assert not missed, "\n".join(["nothing came to", *missed])


def test_a_hold_that_nobody_wrote_down_is_voided(stack, watch, stage):
    """The provider has authorised, who sent that died before he could write it down, and the order is cancelled before anybody asks again."""
    until_serving(stage)
    buyer, owner = stage.buyers[0], stage.owners[0]
    placing = Request(buyer, "/v1/orders", buyer.order_body((stage.offers[owner][0], 1)))
    authorized = points.Point(points.Unit(points.PROVIDER, ("authorize",)), "after", watch.process_of("payment"))
    # In one process the checkout is nobody's for a while; else the order service lives, and would ask again at once.
    watch.arm(authorized, then_closed=() if stack["shape"] == "single" else ("payment",))
    sender = threading.Thread(target=placing.send)
    sender.start()
    assert watch.hit.wait(HIT_S)
    order = market.until(lambda: seen_orders(buyer), "the order to be seen")[0]["id"]
    assert holds(order) == ["authorized"]
    cancelling = Request(buyer, f"/v1/orders/{order}:cancel", {})
    market.until(lambda: cancelling.send() or cancelling.last()[0] == 202, "the cancellation to be taken")
    watch.open()
    sender.join()
    for request in (cancelling, placing):
        market.until(lambda request=request: request.is_over() or request.send(), f"the last word on {request}", limit_s=LAST_WORD_S, pause_s=0.5)
    assert cancelling.last()[1]["state"] == "FAILED", cancelling
    assert (placing.last()[0], placing.last()[1]["reason"]) == (409, "ILLEGAL_TRANSITION"), placing
    market.until(lambda: holds(order) == ["voided"], "the hold to be given up", limit_s=60)
    until_serving(stage)
    report = market.check_invariants(wait_s=120)
    assert report["clean"], report["findings"][:20]


def seen_orders(buyer):
    try:
        answer = buyer.get("/v1/orders")
    except httpx.HTTPError:
        return []
    return answer.json()["orders"] if answer.is_success else []


def holds(order):
    """What the provider says."""
    return market.psql("sandbox", f"SELECT status FROM card_authorization WHERE reference = '{order}'").split()
