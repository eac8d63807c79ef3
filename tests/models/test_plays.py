"""Random plays of two models: everything is somewhere, and a cent or a unit too many is seen."""

import contextlib
import copy
import functools
import random
from unittest import mock

import earnings
import order_money
import order_price
import plays
import pytest
from earnings import Sale, Share, Terms
from order_money import Line, Market, Order, Part, Refused
from order_price import Cost, Coupon, Method, Prices, Rate, half_up

EVERYTHING = {("order", word) for word in ("total", "captured", "refunded", "net", "coupon")} \
    | {("part", word) for word in ("state", "total", "delivery", "refunded", "net", "tax", "parcels", "rateTax", "rateNet", "invoiced",
                                   "credited", "notes")} \
    | {(what, word) for what in ("line", "part") for word in ("price", "discounts", "discount", "taxAmount", "ratePpm")} \
    | {("line", word) for word in ("quantity", "unitPrice", "total", "cancelledQuantity", "shippedQuantity", "returnedQuantity")} \
    | {("return", "state"), ("return", "amount"), ("coupon", "redeemed"), ("offer", "available")} \
    | {("ledger", account) for account in Market().balances()} | {("shop", "pending"), ("shop", "available")}
ACTS = 120
SEEDS = 40


class Twin(plays.Other):
    """A second model in the place of the marketplace. While it works `fault` is planted, as mock.patch.object takes it."""

    shows = EVERYTHING

    def __init__(self, market, fault=None):
        self.market, self.fault = copy.deepcopy(market), fault

    def planted(self):
        return mock.patch.object(*self.fault) if self.fault else contextlib.nullcontext()

    def do(self, act, *arguments):
        with self.planted():
            try:
                act(*arguments)
            except Refused:
                return False
        return True

    def __getattribute__(self, name):
        if name in plays.ACTS + plays.OF_RETURNS:
            return lambda number, *arguments: self.do(lambda: getattr(self.market.orders[number], name)(*arguments))
        return super().__getattribute__(name)

    def place(self, number, basket, declined):
        if not self.do(self.market.place, basket):
            return False
        order = self.market.orders[number]
        return self.do(order.decline if declined else order.authorize)

    def pay(self, number):
        return self.do(self.market.orders[number].authorize)

    def is_voided(self, number):
        return self.do(self.market.orders[number].void) or not self.do(self.market.orders[number].capture)

    def restock(self, offer, units):
        return self.do(self.market.restock, offer, units)

    def shown(self, number):
        with self.planted():
            found = plays.expected(self.market, self.market.orders[number])
        return [(place, "twin", value) for place, value in found.items()]

    def at_last(self, differences):
        return differences()


def some_market(is_added):
    rates = [Rate("DE", "standard", 190_000), Rate("DE", "reduced", 70_000), Rate("FR", "standard", 200_000), Rate("FR", "reduced", 55_000),
             Rate("PT", "standard", 230_000), Rate("PT", "standard", 160_000, "Açores")]
    market = Market(Prices(rates, is_added, traders={"anna": "DE", "bert": "FR"}))
    market.prices.deliveries |= {
        "anna": {"parcel": Method({0: 490, 1000: 299}), "letter": Method({0: 120}, max_weight=1000), "counter": Method(is_fetched=True)},
        "carl": {"parcel": Method({0: 350}, 1500), "van": Method({0: 200, 900: 777}, by_weight=True, countries=("DE",))}}
    market.prices.coupons |= {
        "TENTH": Coupon("PERCENTAGE", 100_000, seller_share=333_333), "ANNA": Coupon("FIXED", 1000, shop="anna", seller_share=1_000_000),
        "MANY": Coupon("FIXED", 777, minimum=3000), "FREE": Coupon("FREE_DELIVERY"), "ONCE": Coupon("PERCENTAGE", 1_000, limit=2),
        "CARL": Coupon("FREE_DELIVERY", shop="carl", seller_share=1_000_000), "JARS": Coupon("PERCENTAGE", 900_000, offers=frozenset(["jar"]))}
    market.commission |= {"anna": Terms(150_000, fixed=7, floor=25, tax=190_000),
                          "carl": Terms(200_000, cap=150, on_delivery=True)}
    for name, shop, price, more in (("cup", "anna", 333, {}), ("pot", "anna", 1999, {"tax_class": "reduced"}), ("jar", "anna", 77, {"weight": 300}),
                                    ("pan", "bert", 1, {}), ("lid", "bert", 1250, {"tax_class": "zero"}), ("mug", "carl", 499, {"weight": 450})):
        market.put_on_sale(name, shop, price, 30, **more)
    return market


def play(seed, fault=None):
    market = some_market(is_added=seed % 2 == 1)
    some = plays.Play(random.Random(seed), market, Twin(market, fault), (("DE", ""), ("FR", ""), ("PT", "Açores"), ("GB", "")))
    some.run(ACTS)
    return some.market


played = functools.cache(play)    # and nothing is planted


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_cent_and_unit_is_somewhere(seed):
    market = copy.deepcopy(played(seed))
    nets = 0
    for order in market.orders:
        for line in order.lines():
            assert line.quantity == line.held + line.committed + line.released + line.consumed
            assert 0 <= line.restocked <= line.returned <= line.consumed
        for part in order.parts.values():
            assert 0 <= part.refunded() <= part.total() and (part.net() == 0 or part.state not in ("CANCELLED", "REJECTED"))
            assert part.net() == 0 or not part.is_gone() or part.state == "FAILED"
            assert part.total() == sum(cost.taxed() + cost.tax() for cost in [line.cost for line in part.lines] + [part.delivery])
            assert 0 <= part.goodwill + sum(part.credited) <= (part.invoiced or 0) <= part.total()
            if part.invoiced is not None:
                assert part.invoiced - part.goodwill - sum(part.credited) == part.net(), "what is not credited is what is left"
        for cost in [line.cost for line in order.lines()] + [part.delivery for part in order.parts.values()]:
            assert 0 <= cost.discount() <= cost.price and min(cost.discounts.values(), default=1) > 0
        if order.payment == "CAPTURED":
            left = order.captured() - order.refunded()
            nets += left
            if left:
                order.refund(left)
            assert [part.net() for part in order.parts.values()] == [0] * len(order.parts), "the last refund leaves exactly 0"
        assert sum(market.balances().values()) == sum(sum(market.of_shop(shop)) for shop in ("anna", "bert", "carl"))
    assert nets > 0
    assert all(0 <= offer.available() <= offer.on_hand() <= offer.received for offer in market.offers.values())
    assert (market.balances()["psp_clearing"], sum(market.balances().values())) == (0, sum(sum(market.of_shop(shop)) for shop in ("anna", "bert", "carl")))
    gone = [part.sale for order in market.orders for part in order.parts.values() if all(line.is_gone() for line in part.sale.lines.values())]
    assert gone and {(sale.net(), *sale.fees()) for sale in gone if not sale.paid()} == {(0, 0, 0)}, "where all went back nothing was sold"


def test_everything_happens():
    """In as many plays: every act that was done, and every state."""
    markets = [played(seed) for seed in range(SEEDS)]
    parts = [part for market in markets for order in market.orders for part in order.parts.values()]
    assert {part.state for part in parts} >= set(plays.NEXT) - {"FAILED"}
    assert {one.state for market in markets for order in market.orders for one in order.returns} >= {"APPROVED", "IN_TRANSIT", "CLOSED", "REJECTED"}
    used = {code for market in markets for order in market.orders for code in order.coupons}
    assert used == set(some_market(False).prices.coupons)
    assert any(part.invoiced and part.credited for part in parts) and any(len(part.parcels) > 1 for part in parts)


def round_down(numerator, denominator):
    return numerator // denominator


def nearest_shares(amount, weights):
    return [half_up(amount * weight, sum(weights) or 1) for weight in weights]


def share_alone(line, units):
    return line.total() * units // line.quantity


def never_free(method, value, weight):
    return method.prices[max(start for start in method.prices if start <= (weight if method.by_weight else value))]


def one_cent_more(order, amount):
    if amount:
        order.market.post(order_escrow=amount + 1, psp_clearing=-amount - 1)


def all_but_one(part):
    """A parcel without it."""
    return {line.offer: line.committed - 1 for line in part.lines if line.committed > 1} or {line.offer: line.committed for line in part.lines}


def platform_first(prices, parts, codes):
    """Shops' coupons come off what the marketplace's have left."""
    codes = sorted(codes, key=lambda code: prices.coupons[code].shop is not None)
    with mock.patch.object(order_price, "sorted", lambda some, key: list(some), create=True):
        DISCOUNT(prices, parts, codes)


DISCOUNT = Prices.discount


def of_the_first(lines):
    return lines[0].cost.rate


def of_the_price(cost):
    """Not of what is left of it."""
    return half_up(cost.price * cost.rate, order_price.MILLION + (0 if cost.is_added else cost.rate))


def one_for_all(coupon, left):
    """Rounded once, and not for each line."""
    if coupon.kind == "PERCENTAGE":
        return order_price.split(half_up(sum(left) * coupon.amount, order_price.MILLION), left)
    return AMOUNTS(coupon, left)


AMOUNTS = Prices.amounts


def all_of_the_shop(cost, code, amount, seller_share):
    if amount:
        cost.discounts[code, "SELLER"] = amount


def of_all_that_was_sold(share):
    return share.quantity


def of_everything(sale, amount, named=None):
    """Whatever it is for."""
    GIVE_BACK(sale, amount)


GIVE_BACK = Sale.give_back


def rate_alone(terms, left, units, is_left):
    commission = half_up(left * terms.percentage, order_price.MILLION)
    return commission, half_up(commission * terms.tax, order_price.MILLION)


def gone_means_cancelled(part):
    return all(line.released == line.quantity for line in part.lines)


@pytest.mark.parametrize("fault", [
    (order_price, "half_up", round_down),                 # a cent of tax, or of a discount
    (order_money, "half_up", round_down),                 # a cent of some units
    (order_price, "split", nearest_shares),               # a cent that is split away, or made
    (Line, "worth", share_alone),                         # a cent stays behind
    (Method, "price", never_free),                        # it is free from some value on
    (Order, "_post_refund", one_cent_more),               # the books are off by one
    (Part, "cancellable", all_but_one),                   # a unit stays behind
    (Order, "refunded", lambda order: sum(part.refunded() for part in order.parts.values())),  # of what was never taken
    (Prices, "discount", platform_first),
    (Prices, "amounts", staticmethod(one_for_all)),
    (Prices, "of_delivery", staticmethod(of_the_first)),
    (Cost, "tax", of_the_price),
    (Cost, "take_off", all_of_the_shop),                  # the marketplace's share
    (Order, "lives", lambda order: True),                 # a use is never given back
    (Part, "is_gone", gone_means_cancelled),              # what came back leaves its delivery behind
    (Line, "gone", lambda line: line.returned),           # what was cancelled before does not count
    (Part, "sent", lambda part: "PARTIALLY_SHIPPED" if part.cancellable() else "SHIPPED"),
    (earnings, "half_up", round_down),                    # a cent of a commission
    (order_money, "EVERYTHING", Terms(110_000)),
    (Share, "units_left", of_all_that_was_sold),
    (Share, "borne_left", lambda share: share.borne),     # the marketplace's coupon stays with the shop
    (Sale, "delivery_left", lambda sale: 0),              # nothing is taken of what sending costs
    (Sale, "give_back", of_everything),
    (Terms, "fee", rate_alone),
    (order_money, "RELEASED", order_money.EARNED),        # paid out before it is completed
    (order_money, "EARNED", ("SHIPPED", *order_money.EARNED)),
    (Line, "come_back", lambda line, units, restock: setattr(line, "returned", line.returned + units)),    # to nobody's shelf
], ids=lambda fault: f"{fault[0].__name__}.{fault[1]}")
def test_planted_fault_is_caught(fault):
    with pytest.raises(AssertionError, match="expected|^refused|is not shown|^sold what"):
        for seed in range(SEEDS):
            play(seed, fault=fault)


def test_what_should_be_shown_and_is_not_is_a_difference():
    expected = {("order", "total"): 5, ("order", "net"): 5}
    assert plays.differences(expected, [(("order", "total"), "here", 5)], {("order", "total")}) == []
    assert plays.differences(expected, [(("order", "total"), "here", 5)], EVERYTHING) == ["order.net is not shown"]
    assert plays.differences(expected, [(("order", "total"), "here", 6)], {("order", "total")}) == ["here: order.total is 6, expected 5"]
