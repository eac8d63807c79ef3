"""What becomes of orders while things break: buyers, shops and operators do one thing after the other, as careful clients do. Each act is one
request with one key, sent until it has its last word, and what it was told is what must be so at the end."""

import collections
import concurrent.futures
import dataclasses
import random
import threading
import time

import httpx

import contract
from market import Person, new_key, until

AT_ONCE = 32          # stories: most of them wait
PAUSE_S = 0.2         # before a request is sent again
PATIENCE_S = 300      # of a client, while things break
LAST_WORD_S = 90      # when nothing breaks any more: longer than the lease of a key (30 s) and that of a checkout
THINKS_S = 0.05       # between two stories: the machine is not only theirs
STOCK = 100_000
UNPAID = "pm_sandbox_timeout_authorized"
SHIPMENT = {"carrier": "Royal Mail", "trackingNumber": "RM1"}
PATHS = contract.openapi()["paths"]
MAKES = ("/parcels", "/returns")    # acts that answer 201


@dataclasses.dataclass
class Request:
    """One act, however often it is sent."""
    person: Person
    path: str
    body: dict
    key: str = dataclasses.field(default_factory=new_key)
    answers: list = dataclasses.field(default_factory=list)    # (status, body); (0, the exception) of none
    means: dict = dataclasses.field(default_factory=dict)    # {seller order: its state} once it is done, where its answer does not say so

    def send(self):
        """True when the answer is the last word on it."""
        try:
            answer = self.person.post(self.path, self.body, key=self.key)
        except httpx.HTTPError as error:
            self.answers.append((0, repr(error)))
            return False
        said = answer.json()
        said.pop("traceId", None)    # of the request, not of the act
        self.answers.append((answer.status_code, said))
        return self.is_over()

    def last(self):
        return self.answers[-1] if self.answers else (0, None)

    def is_over(self):
        status, said = self.last()
        if status in (401, 429) or (status == 409 and said["reason"] == "IDEMPOTENCY_KEY_IN_FLIGHT"):
            return False
        return status in (200, 201) or 400 <= status < 500

    def __str__(self):
        return f"{self.path} with {self.key}: {self.answers[-3:]}"


class Stopped(Exception):
    """Nothing new is begun; what was sent gets its last word from settle()."""


class Story:
    """One order and what is done to it."""

    def __init__(self, stage, kind, rng):
        self.stage, self.kind = stage, kind
        self.buyer = rng.choice(stage.buyers)
        self.items = [(rng.choice(stage.offers[owner]), rng.randint(1, 3)) for owner in stage.owners]
        self.requests = []

    def run(self):
        try:
            KINDS[self.kind](self)
        except Stopped:
            pass

    def ask(self, person, path, body, known=None, **means):
        """Until its last word, or until what it was told is enough to go on."""
        request = Request(person, path, body, **means)
        self.requests.append(request)
        self.try_until(lambda: request.send() or (known and known()), request)
        return request.last()

    def try_until(self, condition, what):
        give_up = time.monotonic() + PATIENCE_S
        while not (value := condition()):
            assert time.monotonic() < give_up, f"{self.kind}: no end of {what}"
            if self.stage.stop.wait(PAUSE_S):
                raise Stopped
        return value

    def place(self, method="pm_card_visa", known=None):
        return self.ask(self.buyer, "/v1/orders", self.buyer.order_body(*self.items, method=method), known)

    def told(self):
        """Each order that it was told of when it was placed; there must be one."""
        return [said for status, said in self.requests[0].answers if status in (201, 202)] if self.requests else []

    def order(self):
        return self.told()[0]["id"]

    def cancel(self, person):
        self.ask(person, f"/v1/orders/{self.order()}:cancel", {"reason": "changed my mind"})

    def of_each_part(self, verb, body):
        for part in self.told()[0]["sellerOrders"]:
            self.ask(self.owner_of(part), f"/v1/sellerOrders/{part['id']}:{verb}", body)

    def owner_of(self, part):
        return next(owner for owner in self.stage.owners if owner.seller == part["sellerId"])

    def do(self, person, path, body, **means):
        """What must be done: the answer."""
        status, said = self.ask(person, path, body, **means)
        assert status in (200, 201), f"{self.kind}: {path}: {status} {said}"
        return said

    def send_in_parcels(self, part):
        """All of it: a unit, and then the rest; as they arrive."""
        owner, line, parcels = self.owner_of(part), part["lines"][0], f"/v1/sellerOrders/{part['id']}/parcels"
        first = [{"lines": [{"lineId": line["id"], "quantity": 1}]}] if line["quantity"] > 1 else []
        for parcel in (*first, {}):
            sent = {part["id"]: "PARTIALLY_SHIPPED" if parcel else "SHIPPED"}
            made = self.do(owner, parcels, SHIPMENT | parcel, means=sent)
            arrived = sent if parcel else {part["id"]: "DELIVERED"}
            self.do(owner, f"/v1/parcels/{made['id']}:deliver", {}, means=arrived)

    def send_back(self, part, units):
        """So many units, and their money."""
        owner = self.owner_of(part)
        wanted = {"sellerOrderId": part["id"], "lines": [{"lineId": part["lines"][0]["id"], "quantity": units}], "reason": "WITHDRAWAL"}
        made = self.do(self.buyer, f"/v1/orders/{self.order()}/returns", wanted)["id"]
        for person, verb, body in ((owner, "approve", {}), (self.buyer, "ship", SHIPMENT), (owner, "receive", {}), (owner, "close", {"restock": True})):
            self.do(person, f"/v1/returns/{made}:{verb}", body)

    def captured(self):
        """Its payment, once it is."""
        def is_captured():
            try:
                answer = self.buyer.get(f"/v1/orders/{self.order()}/payment")
            except httpx.HTTPError:
                return None
            return answer.json() if answer.is_success and answer.json()["state"] == "CAPTURED" else None

        return self.try_until(is_captured, f"the capture of {self.order()}")

    def require_last_words(self):
        for request in self.requests:
            legal = PLACED.get(self.kind, {201}) if request is self.requests[0] else {201} if request.path.endswith(MAKES) else {200}
            assert request.last()[0] in legal, f"{self.kind}: {request}"

    def expected(self):
        """{seller order: its state} as the last words say, in the order of the acts. Nothing of one that was not placed."""
        found = {}
        for request in self.requests:
            status, said = request.last()
            if status in (200, 201) and "sellerOrders" in said:
                found |= {part["id"]: part["state"] for part in said["sellerOrders"]}
            elif status == 200 and said.get("id") in found:
                found[said["id"]] = said["state"]
            elif status in (200, 201):
                found |= request.means
        return found


# --- kinds --------------------------------------------------------------------------------------------------------------

def paid(story):
    story.place()


def declined(story):
    story.place("pm_card_visa_chargeDeclined")


def unanswered(story):
    """Told 202, its buyer waits; the worker goes on."""
    story.place(UNPAID, known=story.told)
    story.captured()


def unpaid_cancelled(story):
    story.place(UNPAID, known=story.told)
    story.cancel(story.buyer)


def cancelled_at_once(story):
    story.place()
    story.cancel(story.buyer)


def cancelled(story):
    story.place()
    story.captured()
    story.cancel(story.buyer)


def cancelled_by_operator(story):
    story.place()
    story.captured()
    story.cancel(story.stage.operator)


def rejected(story):
    story.place()
    story.captured()
    story.of_each_part("reject", {"reason": "sold in the shop"})


def shipped(story):
    story.place()
    story.captured()
    story.of_each_part("accept", {})
    story.of_each_part("ship", SHIPMENT)


def in_parcels(story):
    """To another address, each part in two parcels, of which the first one arrives by itself."""
    story.items = [(offer, max(quantity, 2)) for offer, quantity in story.items]
    story.place()
    story.captured()
    story.ask(story.buyer, f"/v1/orders/{story.order()}:changeAddress", {"shippingAddressId": story.buyer.address})
    story.of_each_part("accept", {})
    for part in story.told()[0]["sellerOrders"]:
        one = {"lines": [{"lineId": part["lines"][0]["id"], "quantity": 1}]}
        parcel = story.do(story.owner_of(part), f"/v1/sellerOrders/{part['id']}/parcels", {**SHIPMENT, **one})
        story.ask(story.owner_of(part), f"/v1/sellerOrders/{part['id']}:ship", SHIPMENT)
        story.ask(story.owner_of(part), f"/v1/parcels/{parcel['id']}:deliver", {})
    story.of_each_part("deliver", {})


def refunded(story):
    story.place()
    give_back_a_cent(story)


def sent_back(story):
    """Each part in two parcels; of the first one unit comes back, and an operator gives a cent for what was scratched."""
    story.place()
    story.captured()
    story.of_each_part("accept", {})
    parts = story.told()[0]["sellerOrders"]
    for part in parts:
        story.send_in_parcels(part)
    story.send_back(parts[0], 1)
    give_back_a_cent(story, parts[-1]["id"])


def give_back_a_cent(story, part=None):
    payment = story.captured()
    amount = {"amount": 1, "currency": payment["amount"]["currency"]}
    part = part or story.told()[0]["sellerOrders"][0]["id"]
    story.ask(story.stage.operator, f"/v1/payments/{payment['id']}:refund", {"sellerOrderId": part, "amount": amount, "reason": "a scratch"})


# What the page calls them; a new act on orders is a new kind.
KINDS = {"paid": paid, "declined": declined, "unanswered": unanswered, "unpaid cancelled": unpaid_cancelled,
         "cancelled at once": cancelled_at_once, "cancelled": cancelled, "cancelled by operator": cancelled_by_operator,
         "rejected": rejected, "shipped": shipped, "refunded": refunded}
if {"/v1/sellerOrders/{sellerOrderId}/parcels", "/v1/orders/{orderId}:changeAddress"} <= set(PATHS):
    KINDS["in parcels"] = in_parcels
if {"/v1/sellerOrders/{sellerOrderId}/parcels", "/v1/orders/{orderId}/returns"} <= set(PATHS):
    KINDS["sent back"] = sent_back
# The last word on how it was placed, where that is not 201; on all else it is 200. What is cancelled unpaid was not placed, or just before.
PLACED = {"declined": {402}, "unpaid cancelled": {201, 409}}
UNPLACED = {"FAILED", "PENDING_PAYMENT"}    # what was declined waits for another method, and ends


class Stage:
    """Who plays, and what was played."""

    def __init__(self, stack, category, operator, buyers=4):
        def join(name):
            return Person(stack["url"], stack["caFile"], name)

        self.operator = operator
        self.owners = [join("Sam") for _ in range(2)]
        self.offers = {}
        for owner in self.owners:
            owner.open_seller()
            self.offers[owner] = [owner.create_product(category, stock=STOCK)["offers"][0]["id"] for _ in range(3)]
        self.buyers = [join(f"Bea{number}") for number in range(buyers)]
        for buyer in self.buyers:
            buyer.add_address()
        self.stop = threading.Event()
        self.stories = []
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
        self.played = []    # futures of what runs there

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.pool.shutdown()

    def begin(self, kind, rng):
        story = Story(self, kind, rng)
        self.stories.append(story)
        self.played.append(self.pool.submit(story.run))
        return story

    def keep_busy(self, players, seed):
        """So many at a time, one story after the other, until settle()."""
        def play(rng):
            while not self.stop.wait(THINKS_S):
                story = Story(self, random_kind(rng), rng)
                self.stories.append(story)
                story.run()

        self.played += [self.pool.submit(play, random.Random(f"{seed} {number}")) for number in range(players)]

    def renew(self):
        """Tokens last ten minutes. Signed in anew: one that was refreshed by who did not hear of it can't be refreshed again."""
        def renewed(person):
            try:
                answer = person.post("/v1/sessions", {"email": person.email, "password": person.password})
            except httpx.HTTPError:
                return False
            if answer.is_success:
                person._enter(answer.json())
            return answer.is_success

        for person in (self.operator, *self.owners, *self.buyers):
            until(lambda person=person: renewed(person), f"{person.email} to sign in", limit_s=90)

    def settle(self):
        """After the faults: every request gets its last word."""
        self.stop.set()
        self.pool.shutdown()
        self.renew()
        for played in self.played:
            played.result()

        def finish(request):
            if not request.is_over():
                until(request.send, f"the last word on {request}", limit_s=LAST_WORD_S, pause_s=0.5)

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(finish, self.requests()))

    def requests(self):
        return [request for story in self.stories for request in story.requests]

    def check(self):
        """Every key answers the same way again, and every order is what was told of it; there are no others."""
        def again(request):
            before = request.last()
            assert request.send() and request.last() == before, f"{request.path}: {before}, and then {request.last()}"

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(again, self.requests()))
        existing = {order["id"]: order for buyer in self.buyers for order in orders_of(buyer)}
        nameless = 0
        for story in self.stories:
            story.require_last_words()
            told = {said["id"] for said in story.told()}
            if not told:
                nameless += bool(story.requests)
                continue
            assert len(told) == 1, f"{story.kind}: {story.requests[0]}"
            order = existing.pop(told.pop())    # by nobody else
            states = {part["id"]: part["state"] for part in order["sellerOrders"]}
            as_told = states == story.expected() if story.expected() else order["state"] in UNPLACED
            assert as_told, f"{story.kind}: {order}, was told {[str(request) for request in story.requests]}"
        assert len(existing) == nameless and {order["state"] for order in existing.values()} <= UNPLACED, existing

    def told(self):
        return collections.Counter(story.kind for story in self.stories)


def orders_of(buyer):
    for state in ({}, {"state": "FAILED"}):
        token = ""
        while True:
            page = buyer.ok("GET", "/v1/orders", params={"pageSize": 100, **state, **({"pageToken": token} if token else {})})
            yield from page["orders"]
            token = page.get("nextPageToken", "")
            if not token:
                break


def random_kind(rng):
    """Mostly such as sell something."""
    return rng.choice(["paid"] * 4 + [kind for kind in KINDS if kind != "paid"])
