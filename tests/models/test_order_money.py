"""The model by itself: what it says in cases that can be done by hand, and that a cent or a unit too many is seen."""

import contextlib
import copy
import itertools
import random
from unittest import mock

import order_money
import plays
import pytest
from order_money import Market, Refused, half_up, split

EVERYTHING = {("order", word) for word in ("total", "captured", "refunded", "net")} \
    | {("part", word) for word in ("state", "total", "delivery", "refunded", "net")} \
    | {("line", word) for word in ("quantity", "unitPrice", "total", "cancelledQuantity", "shippedQuantity")} \
    | {("offer", "available"), ("ledger", "psp_clearing"), ("ledger", "order_escrow")}


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
        if name in plays.ACTS:
            return lambda number, *arguments: self.do(lambda: getattr(self.market.orders[number], name)(*arguments))
        return super().__getattribute__(name)

    def place(self, number, items, declined):
        if not self.do(self.market.place, items):
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
        order = self.market.orders[number]
        with self.planted():
            found = order.amounts()
            found |= {("offer", name, "available"): offer.available() for name, offer in self.market.offers.items()
                      if any(line.offer == name for line in order.lines())}
            found |= {("ledger", account): amount for account, amount in self.market.balances().items()}
        return [(place, "twin", value) for place, value in found.items()]

    def at_last(self, differences):
        return differences()


def of_two_shops(**more):
    market = Market()
    market.put_on_sale("cup", "anna", 333, 20, **more)
    market.put_on_sale("pot", "anna", 1999, 20, **more)
    market.put_on_sale("pan", "bert", 1, 20, **more)
    return market


def bought(market, **items):
    order = market.place(items)
    order.authorize()
    order.capture()
    return order


# ---------------------------------------------------------------------- by hand

def test_cents_are_rounded_half_up():
    assert [half_up(n, 4) for n in range(8)] == [0, 0, 1, 1, 1, 1, 2, 2]
    assert half_up(333 * 1900, 10_000) == 63


@pytest.mark.parametrize("amount,weights,shares", [
    (100, [1, 1, 1], [34, 33, 33]),           # of equals the first gets the cent
    (100, [1, 2, 4], [14, 29, 57]),           # 14.29, 28.57, 57.14: the largest remainder gets it
    (1, [0, 5, 5], [0, 1, 0]),
    (7, [7, 0], [7, 0]),
    (0, [0, 0], [0, 0]),
    (0, [3, 4], [0, 0])])
def test_what_is_split_sums_up(amount, weights, shares):
    assert split(amount, weights) == shares


def test_no_share_is_larger_than_what_there_is():
    for weights in itertools.product(range(4), repeat=3):
        for amount in range(sum(weights) + 1):
            shares = split(amount, weights)
            assert sum(shares) == amount and all(0 <= share <= weight for share, weight in zip(shares, weights)), (amount, weights)


def test_order_is_the_sum_of_its_parts():
    order = bought(of_two_shops(), cup=3, pot=1, pan=4)
    assert [part.total() for part in order.parts.values()] == [3 * 333 + 1999, 4]
    assert (order.total(), order.captured(), order.refunded()) == (3002, 3002, 0)
    assert order.market.balances() == {"psp_clearing": 3002, "order_escrow": -3002}


def test_sending_costs_by_the_value_of_a_shops_goods_and_is_free_from_some():
    market = of_two_shops()
    market.deliveries["anna"] = ({0: 490, 1000: 300}, 4000)
    assert [market.delivery("anna", value) for value in (0, 999, 1000, 3999, 4000)] == [490, 490, 300, 300, 0]
    order = bought(market, cup=3, pan=4)
    assert [(part.delivery, part.total()) for part in order.parts.values()] == [(490, 999 + 490), (0, 4)]
    assert order.captured() == 1493


def test_of_what_was_sent_in_part_the_rest_goes_back_without_its_delivery():
    market = of_two_shops()
    market.deliveries["anna"] = ({0: 490}, None)
    order = bought(market, cup=3, pot=1)
    order.accept("anna")
    order.parcel("anna", {"cup": 1})
    assert order.parts["anna"].state == "PARTIALLY_SHIPPED"
    with pytest.raises(Refused):
        order.parcel("anna", {"cup": 3})
    with pytest.raises(Refused):
        order.reject("anna")
    with pytest.raises(Refused):
        order.deliver("anna")
    order.cancel({"anna": {"cup": 2, "pot": 1}})
    assert (order.parts["anna"].state, order.refunded(), order.parts["anna"].net()) == ("SHIPPED", 2 * 333 + 1999, 333 + 490)
    assert (market.offers["cup"].on_hand(), market.offers["cup"].available()) == (19, 19)


def test_sending_goes_back_with_the_last_unit_and_else_not():
    market = of_two_shops()
    market.deliveries["anna"] = ({0: 490}, None)
    order = bought(market, cup=2, pot=1)
    order.cancel({"anna": {"cup": 2}})
    assert order.refunded() == 666
    order.cancel({"anna": {"pot": 1}})
    assert (order.refunded(), order.parts["anna"].net()) == (666 + 1999 + 490, 0)


def test_line_is_rounded_once_and_not_each_unit():
    order = bought(of_two_shops(tax=1900), cup=3)
    assert order.total() == 999 + 190    # 189.81; three times 63 were 189


def test_cancelled_units_give_back_their_money_and_the_last_ones_the_rest():
    order = bought(of_two_shops(tax=1900), cup=3, pan=1)
    back = []
    for _ in range(3):
        before = order.refunded()
        order.cancel({"anna": {"cup": 1}})
        back.append(order.refunded() - before)
    assert back == [396, 397, 396]    # of 1189: 396.33, 792.67
    assert (order.parts["anna"].state, order.parts["anna"].net(), order.parts["bert"].state) == ("CANCELLED", 0, "PLACED")
    assert order.market.offers["cup"].available() == 20 and order.captured() - order.refunded() == 1


def test_steps_of_a_cancellation_do_not_matter():
    for total in (1, 2, 3, 100, 1189):
        for steps in ([1] * 6, [2, 4], [5, 1], [3, 2, 1]):
            market = Market()
            market.put_on_sale("cup", "anna", total, 6, discount=5 * total)
            market.put_on_sale("pan", "anna", 1, 1)
            order = bought(market, cup=6, pan=1)
            assert order.lines()[0].total() == total
            gone = 0
            for units in steps:
                order.cancel({"anna": {"cup": units}})
                gone += units
                assert order.refunded() == half_up(total * gone, 6)
            assert order.refunded() == total and order.parts["anna"].net() == 1


def test_units_are_held_committed_released_consumed():
    market = of_two_shops()
    order, cup = market.place({"cup": 5}), market.offers["cup"]
    line = order.lines()[0]
    assert (line.held, line.committed, cup.available()) == (5, 0, 15)
    order.authorize()
    order.capture()
    order.cancel({"anna": {"cup": 2}})
    assert (line.held, line.committed, line.released, cup.available(), cup.on_hand()) == (0, 3, 2, 17, 20)
    order.accept("anna")
    order.ship("anna")
    assert (line.committed, line.consumed, cup.available(), cup.on_hand()) == (0, 3, 17, 17)


def test_declined_order_keeps_its_units_until_it_is_paid_or_fails():
    market = of_two_shops()
    first, second = market.place({"cup": 12}), market.place({"cup": 8})
    first.decline()
    second.decline()
    assert market.offers["cup"].available() == 0
    first.authorize()
    first.capture()
    second.fail()
    assert market.offers["cup"].available() == 8
    assert market.balances()["psp_clearing"] == 12 * 333


def test_refund_by_amount_is_split_over_parts_and_of_no_line():
    order = bought(of_two_shops(), cup=1, pot=1, pan=1)
    order.refund(1000)
    anna, bert = order.parts.values()
    assert (anna.refunded(), bert.refunded()) == (1000, 0)    # 999.57 and 0.43
    order.cancel({"anna": {"cup": 1}})
    assert anna.refunded() == 1333
    order.refund(order.captured() - 1333)
    assert (anna.net(), bert.net()) == (0, 0)
    with pytest.raises(Refused):
        order.refund(1)


def test_cancel_after_a_refund_gives_back_what_is_left():
    order = bought(of_two_shops(), cup=2)
    order.refund(400, "anna")
    order.cancel({"anna": {"cup": 1}})
    assert order.refunded() == 666 and order.parts["anna"].net() == 0
    order.cancel({"anna": {"cup": 1}})
    assert order.refunded() == 666 and order.parts["anna"].state == "CANCELLED"


def test_order_cancelled_before_its_capture_moves_nothing_or_there_and_back():
    for taken in (False, True):
        market = of_two_shops()
        order = market.place({"cup": 2, "pan": 2})
        order.authorize()
        order.cancel({shop: part.cancellable() for shop, part in order.parts.items()})
        if taken:
            order.capture()
        else:
            order.void()
        assert order.captured() == order.refunded() == (668 if taken else 0)
        assert set(market.balances().values()) == {0} and len(market.entries) == (2 if taken else 0)


@pytest.mark.parametrize("state,act", [("PLACED", "ship"), ("PLACED", "deliver"), ("ACCEPTED", "accept"), ("ACCEPTED", "deliver"),
                                       ("SHIPPED", "cancel"), ("SHIPPED", "reject"), ("SHIPPED", "accept"), ("SHIPPED", "ship"),
                                       ("DELIVERED", "cancel"), ("DELIVERED", "reject"), ("DELIVERED", "deliver")])
def test_what_is_not_allowed_changes_nothing(state, act):
    order = bought(of_two_shops(), cup=2)
    way = ("PLACED", "ACCEPTED", "SHIPPED", "DELIVERED")
    for step in ("accept", "ship", "deliver")[:way.index(state)]:
        getattr(order, step)("anna")
    before = copy.deepcopy(order.amounts())
    with pytest.raises(Refused):
        getattr(order, act)({"anna": {"cup": 1}} if act == "cancel" else "anna")
    assert order.amounts() == before


def test_more_than_there_is_is_not_sold():
    market = of_two_shops()
    with pytest.raises(Refused):
        market.place({"pot": 1, "cup": 21})
    assert market.offers["pot"].available() == 20 and market.orders == []


# ---------------------------------------------------------------------- at random

def play(seed, acts=120, fault=None):
    market = of_two_shops(tax=1900)
    market.deliveries |= {"anna": ({0: 490, 1000: 299}, None), "carl": ({0: 350}, 1500)}
    market.put_on_sale("lid", "bert", 1250, 30, tax=700, discount=1)
    market.put_on_sale("jar", "anna", 77, 30)
    market.put_on_sale("mug", "carl", 499, 30)
    played = plays.Play(random.Random(seed), market, Twin(market, fault))
    played.run(acts)
    return played.market


@pytest.mark.parametrize("seed", range(40))
def test_every_cent_and_unit_is_somewhere(seed):
    market = play(seed)
    nets = 0
    for order in market.orders:
        for line in order.lines():
            assert line.quantity == line.held + line.committed + line.released + line.consumed
        sent = sum(market.delivery(shop, part.value()) for shop, part in order.parts.items())
        assert order.total() == sum(line.total() for line in order.lines()) + sent
        for part in order.parts.values():
            assert 0 <= part.refunded() <= part.total() and (part.net() == 0 or part.state not in ("CANCELLED", "REJECTED"))
        if order.payment == "CAPTURED":
            left = order.captured() - order.refunded()
            nets += left
            if left:
                order.refund(left)
            assert [part.net() for part in order.parts.values()] == [0] * len(order.parts), "the last refund leaves exactly 0"
    assert nets > 0
    assert all(0 <= offer.available() <= offer.on_hand() <= offer.received for offer in market.offers.values())
    assert market.balances() == {"psp_clearing": 0, "order_escrow": 0}


def round_down(numerator, denominator):
    return numerator // denominator


def nearest_shares(amount, weights):
    return [half_up(amount * weight, sum(weights) or 1) for weight in weights]


def share_alone(line, units):
    return line.total() * units // line.quantity


def never_free(market, shop, value):
    prices, _ = market.deliveries.get(shop, ({0: 0}, None))
    return prices[max(start for start in prices if start <= value)]


def one_cent_more(order, amount):
    if amount:
        order.market.post(order_escrow=amount + 1, psp_clearing=-amount - 1)


def all_but_one(order, shop):
    for line in order._to(shop, ("ACCEPTED",), "SHIPPED").lines:
        line.consumed, line.committed = max(line.committed - 1, 0), min(line.committed, 1)


@pytest.mark.parametrize("fault", [
    (order_money, "half_up", round_down),                 # a cent of tax
    (order_money, "split", nearest_shares),               # a cent that is split away, or made
    (order_money.Line, "worth", share_alone),             # a cent stays behind
    (order_money.Market, "delivery", never_free),         # it is free from some value on
    (order_money.Order, "_post_refund", one_cent_more),   # the books are off by one
    (order_money.Order, "ship", all_but_one),             # a unit stays behind
    (order_money.Order, "refunded", lambda order: sum(part.refunded() for part in order.parts.values())),  # of what was never taken
], ids=lambda fault: fault[1])
def test_planted_fault_is_caught(fault):
    with pytest.raises(AssertionError, match="expected"):
        for seed in range(40):
            play(seed, fault=fault)


def test_what_should_be_shown_and_is_not_is_a_difference():
    expected = {("order", "total"): 5, ("order", "net"): 5}
    assert plays.differences(expected, [(("order", "total"), "here", 5)], {("order", "total")}) == []
    assert plays.differences(expected, [(("order", "total"), "here", 5)], EVERYTHING) == ["order.net is not shown"]
    assert plays.differences(expected, [(("order", "total"), "here", 6)], {("order", "total")}) == ["here: order.total is 6, expected 5"]
