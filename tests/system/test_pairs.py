"""Two acts on one order at once: exactly one of the histories that tests/models/histories.py allows, and states, stock and money are those of
that history.

MARKET_ROUNDS rounds of each pair, in an order that MARKET_SEED gives; `./market test --long pairs` goes from seed to seed. Without it each
shape plays one round of every other pair, and so both of all.
"""

import concurrent.futures
import contextlib
import os
import queue
import random
import threading
import time

import pytest

import contract
import histories
from conftest import sign_in_operator
from market import Person, Shop, psql, until
from stories import LAST_WORD_S, PAUSE_S, SHIPMENT, UNPAID, Request

pytestmark = pytest.mark.alone

ROUNDS = int(os.environ.get("MARKET_ROUNDS", "0"))
SEED = int(os.environ.get("MARKET_SEED", "1"))
AT_ONCE = 6
APART_S = 0.01         # at most, of the two acts
SETTLED_S = 90         # how long stock and money may take to follow
TOKENS_LAST_S = 240
STOCK, PRICE = 5, 1999
REASON = {"reason": "a race"}
PART = "/v1/sellerOrders/{sellerOrderId}"
# {act: (where to, who does it, what it says)}, of acts on a seller order, its parcels and returns and its payment.
ACTS = {
    "accept": (PART + ":accept", "owner", {}), "reject": (PART + ":reject", "owner", REASON), "cancelBySeller": (PART + ":cancel", "owner", REASON),
    "ship": (PART + ":ship", "owner", SHIPMENT), "deliver": (PART + ":deliver", "owner", {}),
    "confirmReceipt": (PART + ":confirmReceipt", "buyer", {}), "parcel": (PART + "/parcels", "owner", SHIPMENT),
    "parcelRest": (PART + "/parcels", "owner", SHIPMENT), "deliverParcel": ("/v1/parcels/{parcelId}:deliver", "owner", {}),
    "cancelUnit": ("/v1/orders/{orderId}:cancel", "buyer", REASON), "cancelUnitBySeller": (PART + ":cancel", "owner", REASON),
    "refund": ("/v1/payments/{paymentId}:refund", "operator", {**REASON, "amount": {"amount": 1, "currency": "EUR"}}),
    "requestReturn": ("/v1/orders/{orderId}/returns", "buyer", {"reason": "WITHDRAWAL"}),
    "approveReturn": ("/v1/returns/{returnId}:approve", "owner", {}), "rejectReturn": ("/v1/returns/{returnId}:reject", "owner", REASON),
    "shipReturn": ("/v1/returns/{returnId}:ship", "buyer", SHIPMENT), "closeReturn": ("/v1/returns/{returnId}:close", "owner", {"restock": True}),
}
# How many units of the line it is about; of a return all that were sent.
UNITS = {"parcel": 1, "cancelUnit": 1, "cancelUnitBySeller": 1, "requestReturn": None}
REFUSALS = {"refund": {"REFUND_ABOVE_CAPTURED", "ILLEGAL_TRANSITION"}}
AGES = {"PLACED": "73 hours", "SHIPPED": "15 days", "DELIVERED": "15 days"}
PATHS = contract.openapi()["paths"]
PAIRS = [pair for pair in histories.PAIRS if all(act not in ACTS or ACTS[act][0] in PATHS for act in histories.acts_of(pair))]


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


class Time:
    """Has passed, for a part that is still where the race began: the workers find it by themselves."""

    def __init__(self, part, state):
        self.sql = f"UPDATE seller_order SET moved_at = market_now() - interval '{AGES[state]}' WHERE id = '{part}' AND state = '{state}' RETURNING 1"

    def send(self):
        self.has_passed = bool(psql("order", self.sql).strip())

    def __str__(self):
        return f"{self.sql}: {self.has_passed}"


class Round:
    """One order on which two acts come at once."""

    def __init__(self, cast, pair, rng):
        self.cast, self.pair, self.rng = cast, pair, rng
        self.begin, shops, *self.acts = pair
        self.shops = [Shop(owner, owner.create_product(cast.category, stock=STOCK, price=PRICE)) for owner in cast.owners[:shops]]
        unpaid = self.begin == "PENDING_PAYMENT"
        self.placing = Request(cast.buyer, "/v1/orders", cast.buyer.order_body(
            *((shop.offer, histories.UNITS) for shop in self.shops), method=UNPAID if unpaid else "pm_card_visa"))
        self.placing.send()
        status, order = self.placing.last()
        assert status == (202 if unpaid else 201), self.placing
        self.id = order["id"]
        parts = {part["sellerId"]: part for part in order["sellerOrders"]}
        self.parts = [parts[shop.owner.seller]["id"] for shop in self.shops]
        self.lines = [parts[shop.owner.seller]["lines"][0]["id"] for shop in self.shops]
        if histories.acts_of(pair) & {"refund", "requestReturn"}:
            until(lambda: self.payment()["state"] == "CAPTURED", "the capture", limit_s=SETTLED_S)
        for act in histories.BEGINS[self.begin] or ():
            for number in range(shops):
                self.prepare(f"{act} {number + 1}")

    def prepare(self, act):
        request = self.request(act)
        until(request.send, act)
        assert request.last()[0] < 400, request

    def request(self, act):
        if act == "place again":
            return Request(self.cast.buyer, self.placing.path, self.placing.body, self.placing.key)
        if act == "advance":
            return Request(self.cast.operator, f"/v1/admin/checkouts/{self.id}:advance", {})
        if act == histories.TIMER:
            return Time(self.parts[0], self.begin)
        word, _, number = act.partition(" ")
        if word in histories.CANCELS:
            person = self.cast.operator if word == "cancelByOperator" else self.cast.buyer
            named = {"sellerOrderIds": [self.parts[int(number) - 1]]} if number else {}
            return Request(person, f"/v1/orders/{self.id}:cancel", {**REASON, **named})
        return self.of_part(word, int(number or 1) - 1)

    def of_part(self, word, part):
        path, who, body = ACTS[word]
        ids = {"sellerOrderId": self.parts[part], "orderId": self.id}
        if "{paymentId}" in path:
            ids["paymentId"] = self.payment()["id"]
        if "{parcelId}" in path:
            ids["parcelId"] = self.part(part)["parcels"][0]["id"]
        if "{returnId}" in path:
            ids["returnId"] = self.returns(part)[-1]["id"]
        if word in ("refund", "requestReturn"):
            body = {**body, "sellerOrderId": self.parts[part]}
        if word in UNITS:
            units = UNITS[word] or self.part(part)["lines"][0]["shippedQuantity"]
            body = {**body, "lines": [{"lineId": self.lines[part], "quantity": units}]}
        return Request(self.cast.owners[part] if who == "owner" else getattr(self.cast, who), path.format(**ids), body)

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
            if isinstance(request, Time):
                until(lambda request=request: not request.has_passed or self.part(0)["state"] != self.begin, f"what follows {request}")
            else:
                until(lambda request=request: request.is_over() or request.send(), f"the last word on {request}", limit_s=LAST_WORD_S,
                      pause_s=PAUSE_S)
        until(lambda: self.order()["state"] != "PENDING_PAYMENT", f"an end of the checkout of {self.id}", limit_s=SETTLED_S)
        self.check(requests)

    def order(self):
        return self.cast.buyer.ok("GET", f"/v1/orders/{self.id}")

    def payment(self):
        answer = self.cast.buyer.get(f"/v1/orders/{self.id}/payment")
        return answer.json() if answer.is_success else {"state": "UNKNOWN"}

    def part(self, number):
        return next(part for part in self.order()["sellerOrders"] if part["id"] == self.parts[number])

    def returns(self, part):
        """The first one first."""
        if ACTS["requestReturn"][0] not in PATHS:
            return []
        shown = self.cast.buyer.ok("GET", "/v1/returns", params={"orderId": self.id})["returns"]
        return [one for one in reversed(shown) if one["sellerOrderId"] == self.parts[part]]

    def check(self, requests):
        told = f"order {self.id}: {[str(request) for request in requests]}"
        history = self.history()
        answers = tuple(None if isinstance(request, Time) else request.last()[0] < 400 for request in requests)
        assert histories.is_legal(self.pair, answers, history), f"{answers} and {history} after {told}"
        sent = [(act, request) for act, request in zip(self.acts, requests) if not isinstance(request, Time)]
        for act, request in sent:
            status, said = request.last()
            assert status < 400 or (status == 409 and said["reason"] in REFUSALS.get(act, {"ILLEGAL_TRANSITION"})), told
        order = self.order()
        states = {part["id"]: part["state"] for part in order["sellerOrders"]}
        assert [states[part] for part in self.parts] == [part.state for part in history], told
        assert order["state"] == histories.order_state(history), told
        cents = sum(act == "refund" and answer for act, answer in zip(self.acts, answers))
        with contextlib.suppress(AssertionError):    # told below with what differs
            until(lambda: not self.amiss(history, cents), "stock and money", limit_s=SETTLED_S)
        assert not self.amiss(history, cents), f"{self.amiss(history, cents)} after {told}"
        for _, request in sent:
            before = request.last()
            assert request.send() and request.last() == before, f"{before}, and then {request.last()}"
        assert self.history() == history, told

    def history(self):
        """By part, each step from where the one before has ended."""
        steps = {part: () for part in self.parts}
        for event in self.cast.buyer.ok("GET", f"/v1/orders/{self.id}/events")["events"]:
            so_far = steps[event["sellerOrderId"]]
            assert event.get("from") == (so_far[-1][0] if so_far else None), f"{event} after {so_far}"
            if event["to"] != event.get("from"):    # else it tells of units
                steps[event["sellerOrderId"]] += ((event["to"], event["actor"]),)
        parts = {part["id"]: part["lines"][0] for part in self.order()["sellerOrders"]}
        return tuple(self.seen(number, steps[part], parts[part]) for number, part in enumerate(self.parts))

    def seen(self, number, steps, line):
        cancelled = line["cancelledQuantity"] if steps[-1][0] != "FAILED" else 0
        return histories.Seen(steps, line["shippedQuantity"], cancelled, line["returnedQuantity"],
                              tuple(one["state"] for one in self.returns(number)))

    def amiss(self, history, cents):
        """What stock and money do not have as this history leaves them; an operator gave so many cents back."""
        found = []
        for shop, part in zip(self.shops, history):
            left = 0 if part.state in histories.DEAD else histories.UNITS - part.cancelled - part.returned
            if shop.available() != STOCK - left:
                found.append(f"{shop.available()} of {shop.offer} are left")
        payment = self.payment()
        total = histories.UNITS * PRICE
        back = sum(total if part.is_gone() else (part.cancelled + part.returned) * PRICE for part in history)
        taken = ("CAPTURED", total * len(history), back + (0 if history[0].is_gone() else cents))
        # Nothing is taken where nothing is wanted any more, or it is taken and given back.
        lives = not all(part.state in histories.DEAD for part in history)
        legal = [taken] if lives else [("VOIDED", 0, 0)] + ([taken] if history[0].state != "FAILED" else [])
        is_now = (payment["state"], payment["captured"]["amount"], payment["refunded"]["amount"])
        return found + ([] if is_now in legal else [f"the payment is {is_now}, not {legal}"])


@pytest.fixture(scope="module")
def faults(stack, category):
    """{pair: what went wrong in its rounds}, of those that are played."""
    mine = PAIRS if ROUNDS else PAIRS[stack["shape"] == "single"::2]
    rounds = [pair for pair in mine for _ in range(ROUNDS or 1)]
    random.Random(SEED).shuffle(rounds)
    casts, found = queue.SimpleQueue(), {pair: [] for pair in mine}

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


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} {pair[1]}: {pair[2]} and {pair[3]}")
def test_exactly_one_legal_history(faults, pair):
    if pair not in faults:
        pytest.skip("played in the other shape")
    assert not faults[pair], "\n".join([f"{len(faults[pair])} of {ROUNDS or 1} rounds", *faults[pair][:5]])
