"""Two acts on one order at once: exactly one of the histories that tests/models/histories.py allows, and states, stock and money are those of
that history.

MARKET_ROUNDS rounds of each pair, in an order that MARKET_SEED gives; `./market test --long pairs` goes from seed to seed.
"""

import concurrent.futures
import contextlib
import os
import queue
import random
import threading
import time

import pytest

import histories
from conftest import sign_in_operator
from market import Person, Shop, until
from stories import LAST_WORD_S, PAUSE_S, SHIPMENT, UNPAID, Request

ROUNDS = int(os.environ.get("MARKET_ROUNDS", "1"))
SEED = int(os.environ.get("MARKET_SEED", "1"))
AT_ONCE = 6
APART_S = 0.01         # at most, of the two acts
SETTLED_S = 90         # how long stock and money may take to follow
TOKENS_LAST_S = 240
STOCK, QUANTITY = 5, 2
REASON = {"reason": "a race"}
BODIES = {"reject": REASON, "cancelBySeller": REASON, "ship": SHIPMENT}
VERBS = {"cancelBySeller": "cancel"}


class Cast:
    """A buyer, two shops and an operator, for one round at a time."""

    def __init__(self, stack, category):
        self.category = category
        self.buyer, *self.owners = (Person(stack["url"], stack["caFile"], name) for name in ("Bea", "Sam", "Tom"))
        self.buyer.add_address()
        for owner in self.owners:
            owner.open_seller()
        self.operator = sign_in_operator(stack)
        self.renewed = time.monotonic()

    def renew(self):
        if time.monotonic() - self.renewed > TOKENS_LAST_S:
            for person in (self.buyer, *self.owners, self.operator):
                person.refresh()
            self.renewed = time.monotonic()


class Round:
    """One order on which two acts come at once."""

    def __init__(self, cast, pair, rng):
        self.cast, self.pair, self.rng = cast, pair, rng
        self.begin, shops, *self.acts = pair
        self.shops = [Shop(owner, owner.create_product(cast.category, stock=STOCK)) for owner in cast.owners[:shops]]
        unpaid = self.begin == "PENDING_PAYMENT"
        self.placing = Request(cast.buyer, "/v1/orders", cast.buyer.order_body(
            *((shop.offer, QUANTITY) for shop in self.shops), method=UNPAID if unpaid else "pm_card_visa"))
        self.placing.send()
        status, order = self.placing.last()
        assert status == (202 if unpaid else 201), self.placing
        self.id = order["id"]
        parts = {part["sellerId"]: part["id"] for part in order["sellerOrders"]}
        self.parts = [parts[shop.owner.seller] for shop in self.shops]
        self.lines = {part["id"]: part["lines"][0]["id"] for part in order["sellerOrders"]}
        for act in {"ACCEPTED": ["accept"], "PARTIALLY_SHIPPED": ["accept", "parcel"], "SHIPPED": ["accept", "ship"]}.get(self.begin, ()):
            for number in range(shops):
                until(self.request(f"{act} {number + 1}").send, act)

    def request(self, act):
        if act == "place again":
            return Request(self.cast.buyer, self.placing.path, self.placing.body, self.placing.key)
        if act == "advance":
            return Request(self.cast.operator, f"/v1/admin/checkouts/{self.id}:advance", {})
        word, _, number = act.partition(" ")
        if word in histories.CANCELS:
            person = self.cast.operator if word == "cancelByOperator" else self.cast.buyer
            named = {"sellerOrderIds": [self.parts[int(number) - 1]]} if number else {}
            return Request(person, f"/v1/orders/{self.id}:cancel", {**REASON, **named})
        part = int(number or 1) - 1
        person = self.cast.buyer if word == "confirmReceipt" else self.cast.owners[part]
        if word == "parcel":
            one = {"lines": [{"lineId": self.lines[self.parts[part]], "quantity": 1}]}
            return Request(person, f"/v1/sellerOrders/{self.parts[part]}/parcels", {**SHIPMENT, **one})
        return Request(person, f"/v1/sellerOrders/{self.parts[part]}:{VERBS.get(word, word)}", BODIES.get(word, {}))

    def run(self):
        requests = [self.request(act) for act in self.acts]
        delays = [self.rng.uniform(0, APART_S) for _ in requests]
        gate = threading.Barrier(len(requests))

        def send(request, delay):
            gate.wait()
            time.sleep(delay)    # who is first is what the rounds differ in
            request.send()

        with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
            list(pool.map(send, requests, delays))
        for request in requests:
            until(lambda request=request: request.is_over() or request.send(), f"the last word on {request}", limit_s=LAST_WORD_S,
                  pause_s=PAUSE_S)
        until(lambda: self.order()["state"] != "PENDING_PAYMENT", f"an end of the checkout of {self.id}", limit_s=SETTLED_S)
        self.check(requests)

    def order(self):
        return self.cast.buyer.ok("GET", f"/v1/orders/{self.id}")

    def check(self, requests):
        told = f"order {self.id}: {[str(request) for request in requests]}"
        history = self.history()
        answers = tuple(request.last()[0] < 400 for request in requests)
        assert histories.is_legal(self.pair, answers, history), f"{answers} and {history} after {told}"
        for request in requests:
            status, said = request.last()
            assert status < 400 or (status, said["reason"]) == (409, "ILLEGAL_TRANSITION"), told
        order = self.order()
        states = {part["id"]: part["state"] for part in order["sellerOrders"]}
        assert [states[part] for part in self.parts] == [histories.state(part) for part in history], told
        assert order["state"] == histories.order_state(history), told
        with contextlib.suppress(AssertionError):    # told below with what differs
            until(lambda: not self.amiss(history), "stock and money", limit_s=SETTLED_S)
        assert not self.amiss(history), f"{self.amiss(history)} after {told}"
        for request in requests:
            before = request.last()
            assert request.send() and request.last() == before, f"{before}, and then {request.last()}"
        assert self.history() == history, told

    def history(self):
        """By part, each step from where the one before has ended."""
        found = {part: () for part in self.parts}
        for event in self.cast.buyer.ok("GET", f"/v1/orders/{self.id}/events")["events"]:
            part = event["sellerOrderId"]
            assert event.get("from") == (histories.state(found[part]) if found[part] else None), f"{event} after {found[part]}"
            cut = histories.CUT if event["lines"] and event["to"] == "SHIPPED" else ""
            found[part] += ((event["to"] + cut, event["actor"]),)
        return tuple(found.values())

    def amiss(self, history):
        """What stock and money do not have as this history leaves them."""
        lives = histories.living(history)
        found = []
        for shop, living in zip(self.shops, lives):
            if shop.available() != STOCK - QUANTITY * living:
                found.append(f"{shop.available()} of {shop.offer} are left")
        payment = self.cast.buyer.ok("GET", f"/v1/orders/{self.id}/payment")
        totals = {part["id"]: part["total"]["amount"] for part in self.order()["sellerOrders"]}
        back = sum(round(totals[part] * (1 - living)) for part, living in zip(self.parts, lives))
        taken = ("CAPTURED", sum(totals.values()), back)
        # Nothing is taken where nothing is wanted any more, or it is taken and given back.
        legal = [taken] if any(lives) else [("VOIDED", 0, 0)] + ([taken] if history[0][-1][0] != "FAILED" else [])
        is_now = (payment["state"], payment["captured"]["amount"], payment["refunded"]["amount"])
        return found + ([] if is_now in legal else [f"the payment is {is_now}, not {legal}"])


@pytest.fixture(scope="module")
def faults(stack, category):
    """{pair: what went wrong in its rounds}"""
    rounds = [pair for pair in histories.PAIRS for _ in range(ROUNDS)]
    random.Random(SEED).shuffle(rounds)
    casts, found = queue.SimpleQueue(), {pair: [] for pair in histories.PAIRS}

    def play(number):
        cast = casts.get()
        try:
            cast.renew()
            Round(cast, rounds[number], random.Random(f"{SEED} {number}")).run()
        except Exception as fault:    # the other rounds go on
            found[rounds[number]].append(f"{type(fault).__name__}: {fault}")
        finally:
            casts.put(cast)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for cast in pool.map(lambda _: Cast(stack, category), range(AT_ONCE)):
            casts.put(cast)
        list(pool.map(play, range(len(rounds))))
    return found


@pytest.mark.parametrize("pair", histories.PAIRS, ids=lambda pair: f"{pair[0]} {pair[1]}: {pair[2]} and {pair[3]}")
def test_exactly_one_legal_history(faults, pair):
    assert not faults[pair], "\n".join([f"{len(faults[pair])} of {ROUNDS} rounds", *faults[pair][:5]])
