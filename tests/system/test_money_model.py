"""Random acts on orders beside the model of their money (tests/models): whatever comes, in whichever order, all amounts that REST shows
after it are those of the model.

MARKET_ACTS acts from MARKET_SEED; `./market test --long money` goes from seed to seed. The orders are in a currency that no other test
uses, so that what the ledger gains in it is theirs. What the contract does not have yet (docs/openapi.yaml) is not done.
"""

import itertools
import os
import random
import time

import pytest

import contract
import market
import order_money
import plays

ACTS = int(os.environ.get("MARKET_ACTS", "100"))
SEED = int(os.environ.get("MARKET_SEED", "1"))
CURRENCY = "NOK"
PRICES = (1, 99, 333, 1999, 123_457)
DELIVERIES = (0, 1, 490, 9999)
SETTLED_S = 60       # how long money and stock may take to follow an act
TOKENS_LAST_S = 300

PATHS = {act: f"/v1/sellerOrders/{{sellerOrderId}}:{act}" for act in ("accept", "ship", "deliver", "reject")} \
    | {"parcel": "/v1/sellerOrders/{sellerOrderId}/parcels", "cancel": "/v1/orders/{orderId}:cancel", "refund": "/v1/payments/{paymentId}:refund"}
BODIES = {"ship": {"carrier": "Posten", "trackingNumber": "N1"}, "reject": {"reason": "out of cups"}}
SCHEMAS = {"order": "Order", "part": "SellerOrder", "line": "OrderLine"}
WORDS = {"order": ("total", "refunded", "net"), "part": ("state", "total", "refunded", "net"),
         "line": ("quantity", "unitPrice", "total", "cancelledQuantity", "shippedQuantity")}


def has(schema, field):
    return field in contract.openapi()["components"]["schemas"][schema]["properties"]


def minor(value):
    return value["amount"] if isinstance(value, dict) else value


def done(answer):
    """Whether it was, or was refused; anything else is a fault."""
    assert answer.is_success or answer.status_code in (400, 409, 422), f"{answer.request.url}: {answer.status_code} {answer.text[:800]}"
    return answer.is_success


class Rest(plays.Other):
    acts = frozenset(act for act, path in PATHS.items() if path in contract.openapi()["paths"])
    cancels_units = has("CancelOrderRequest", "lines")
    refunds_orders = False
    waits_for_another_method = "/v1/orders/{orderId}:pay" in contract.openapi()["paths"]
    # Besides the words of the contract for the model's, what stands in the payment, in its copies, at the offer and in the ledger.
    shows = {(what, word) for what, schema in SCHEMAS.items() for word in WORDS[what] if has(schema, word)} \
        | {("order", "captured"), ("order", "refunded"), ("part", "refunded"), ("part", "delivery"), ("offer", "available")} \
        | {("ledger", "psp_clearing"), ("ledger", "order_escrow")}

    def __init__(self, buyer, operator, owners):
        self.buyer, self.operator = buyer, operator
        self.owners = {owner.seller: owner for owner in owners}
        self.products = {}    # by offer: (seller, product)
        self.ids = []         # of the orders
        self.cancelling = itertools.cycle(("buyer", "shop", "operator"))
        self.renewed = time.monotonic()
        self.ledger_before = self.ledger()

    def sell(self, owner, category, price, stock):
        product = owner.create_product(category, price=price, stock=stock, currency=CURRENCY)
        offer = product["offers"][0]["id"]
        self.products[offer] = (owner.seller, product["id"])
        return offer

    def send_for(self, owner, prices, free_from):
        bands = [{"from": start, "amount": amount} for start, amount in prices.items()]
        price = {"currency": CURRENCY, "bands": bands} | ({"freeFrom": free_from} if free_from is not None else {})
        owner.ok("POST", f"/v1/sellers/{owner.seller}/deliveryMethods",
                 {"name": "Parcel", "prices": [price], "daysFrom": 1, "daysTo": 3}, key=market.new_key())

    def renew(self):
        if time.monotonic() - self.renewed > TOKENS_LAST_S:
            for one in (self.buyer, self.operator, *self.owners.values()):
                one.refresh()
            self.renewed = time.monotonic()

    def order(self, number):
        return self.buyer.ok("GET", f"/v1/orders/{self.ids[number]}")

    def payment(self, number):
        return self.buyer.ok("GET", f"/v1/orders/{self.ids[number]}/payment")

    def part(self, number, shop):
        return next(part for part in self.order(number)["sellerOrders"] if part["sellerId"] == shop)

    def ledger(self):
        balances = self.operator.ok("GET", "/v1/ledger/balances")["balances"]
        return {one["account"]: one["amount"] for one in balances if one["currency"] == CURRENCY}

    def method(self, declined):
        return "pm_card_visa_chargeDeclined" if declined else "pm_card_visa"

    def place(self, number, items, declined):
        self.renew()
        body = self.buyer.order_body(*items.items(), method=self.method(declined))
        if has("PlaceOrderRequest", "currency"):
            body["currency"] = CURRENCY
        answer = self.buyer.post("/v1/orders", body, key=market.new_key())
        if answer.status_code == 409:
            assert answer.json()["reason"] == "OUT_OF_STOCK", answer.text
            return False
        assert answer.status_code in ((402,) if declined else (201, 202)), f"{answer.status_code} {answer.text[:800]}"
        assert len(self.ids) == number
        self.ids.append(self.id_of_declined(answer) if declined else answer.json()["id"])
        return True

    def id_of_declined(self, answer):
        if self.waits_for_another_method:
            return answer.json()["metadata"]["orderId"]
        return self.buyer.ok("GET", "/v1/orders?state=FAILED")["orders"][0]["id"]

    def pay(self, number):
        return done(self.buyer.post(f"/v1/orders/{self.ids[number]}:pay", {"paymentMethod": self.method(declined=False)},
                                    key=market.new_key()))

    def is_voided(self, number):
        def standing_still():
            answer = self.buyer.get(f"/v1/orders/{self.ids[number]}/payment")
            return answer.is_success and answer.json()["state"] in ("CAPTURED", "VOIDED") and answer.json()["state"]

        return market.until(standing_still, "the capture", limit_s=SETTLED_S) == "VOIDED"

    def of_part(self, act, number, shop):
        path = PATHS[act].format(sellerOrderId=self.part(number, shop)["id"])
        return done(self.owners[shop].post(path, BODIES.get(act, {}), key=market.new_key()))

    def accept(self, number, shop):
        return self.of_part("accept", number, shop)

    def ship(self, number, shop):
        return self.of_part("ship", number, shop)

    def parcel(self, number, shop, units):
        part = self.part(number, shop)
        lines = [{"lineId": line["id"], "quantity": units[line["offerId"]]} for line in part["lines"] if line["offerId"] in units]
        return done(self.owners[shop].post(PATHS["parcel"].format(sellerOrderId=part["id"]), {**BODIES["ship"], "lines": lines}, key=market.new_key()))

    def deliver(self, number, shop):
        return self.of_part("deliver", number, shop)

    def reject(self, number, shop):
        return self.of_part("reject", number, shop)

    def cancel(self, number, units):
        """By turns by the buyer, the shop, where it is about one alone, and an operator."""
        parts = {part["sellerId"]: part for part in self.order(number)["sellerOrders"]}
        wanted = {"reason": "too many"}
        if self.cancels_units and all(units.values()):
            wanted["lines"] = [{"lineId": line["id"], "quantity": units[shop][line["offerId"]]}
                               for shop in units for line in parts[shop]["lines"] if line["offerId"] in units[shop]]
        else:
            wanted["sellerOrderIds"] = [parts[shop]["id"] for shop in units]
        by = next(self.cancelling)
        if by == "shop" and len(units) == 1:
            wanted.pop("sellerOrderIds", None)
            shop, = units
            return done(self.owners[shop].post(f"/v1/sellerOrders/{parts[shop]['id']}:cancel", wanted, key=market.new_key()))
        person = self.operator if by == "operator" else self.buyer
        return done(person.post(f"/v1/orders/{self.ids[number]}:cancel", wanted, key=market.new_key()))

    def refund(self, number, amount, shop):
        wanted = {"amount": {"amount": amount, "currency": CURRENCY}, "reason": "a scratch",
                  "sellerOrderId": self.part(number, shop)["id"]}
        return done(self.operator.post(f"/v1/payments/{self.payment(number)['id']}:refund", wanted, key=market.new_key()))

    def restock(self, offer, units):
        owner = self.owners[self.products[offer][0]]
        return done(owner.post(f"/v1/offers/{offer}:adjustStock", {"delta": units, "reason": "more"}, key=market.new_key()))

    def shown(self, number):
        order, payment = self.order(number), self.payment(number)
        found = self.named("order", (), order)
        shops = {part["id"]: part["sellerId"] for part in order["sellerOrders"]}
        offers = {}
        for part in order["sellerOrders"]:
            found += self.named("part", (part["sellerId"],), part)
            found.append((("part", part["sellerId"], "delivery"), "delivery", minor(part["delivery"]["total"])))
            for line in part["lines"]:
                found += self.named("line", (part["sellerId"], line["offerId"]), line)
                offers[line["offerId"]] = line["productId"]
        for word in ("captured", "refunded"):
            found += [(("order", word), "payment", minor(payment[word])), (("order", word), "the order's summary", minor(order["payment"][word]))]
        found.append((("order", "total"), "payment", minor(payment["amount"])))
        for split in payment["splits"]:
            place = ("part", shops[split["sellerOrderId"]])
            found += [((*place, "total"), "split", minor(split["amount"])), ((*place, "refunded"), "split", minor(split["refunded"]))]
        for offer, product in offers.items():
            shown = self.buyer.ok("GET", f"/v1/products/{product}?currency={CURRENCY}")["offers"][0]
            found.append((("offer", offer, "available"), "product", shown["available"]))
        ledger = self.ledger()
        return found + [(("ledger", account), "ledger", ledger.get(account, 0) - self.ledger_before.get(account, 0))
                        for account in ("psp_clearing", "order_escrow")]

    def named(self, what, place, answer):
        """The words of the contract that are words of the model, too."""
        return [((what, *place, word), SCHEMAS[what], minor(answer[word])) for word in WORDS[what] if has(SCHEMAS[what], word)]

    def at_last(self, differences):
        give_up = time.monotonic() + SETTLED_S
        while (found := differences()) and time.monotonic() < give_up:
            time.sleep(0.05)
        return found


@pytest.fixture(scope="module", autouse=True)
def another_market(stack):
    """That sells in this currency, too."""
    with market.set_to(stack, "product", product_currencies=f"EUR,USD,{CURRENCY}"):
        yield


@pytest.fixture
def rest(buyer, operator, person):
    owners = [person("Sam") for _ in range(3)]
    for owner in owners:
        owner.open_seller()
    return Rest(buyer, operator, owners)


@pytest.fixture
def play(rest, category):
    rng = random.Random(SEED)
    model = order_money.Market()
    for seller in list(rest.owners)[:2]:    # the third has said nothing
        first, then = rng.choice(DELIVERIES), rng.choice(DELIVERIES)
        model.deliveries[seller] = ({0: first, rng.choice(PRICES): then}, rng.choice((None, 5000, 500_000)))
        rest.send_for(rest.owners[seller], *model.deliveries[seller])
    for seller, owner in rest.owners.items():
        for _ in range(2):
            price, stock = rng.choice(PRICES), rng.randint(10, 40)
            model.put_on_sale(rest.sell(owner, category, price, stock), seller, price, stock)
    return plays.Play(rng, model, rest)


def test_every_amount_is_what_the_model_says(play):
    play.run(ACTS)
    print(f"{len(play.market.orders)} orders, {len(play.story)} acts")
    assert len(play.market.orders) >= ACTS // 6, "hardly anything was sold"


def test_a_cent_or_a_unit_more_would_be_seen(play, rest):
    while not play.market.orders or play.market.orders[-1].payment != "CAPTURED":
        play.place()
    order = play.market.orders[-1]
    expected, shown = play.expected(order), rest.shown(order.number)
    assert plays.differences(expected, shown, rest.shows) == []
    for i, (place, where, value) in enumerate(shown):
        other = [*shown[:i], (place, where, value + 1 if isinstance(value, int) else "FAILED"), *shown[i + 1:]]
        assert len(plays.differences(expected, other, rest.shows)) == 1, f"{where}: {place}"
