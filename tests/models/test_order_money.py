"""The model of money by itself, in cases that can be done by hand."""

import copy

import pytest
from order_money import Market, Refused, Return, half_up
from order_price import Basket, Coupon, Method, Prices, Rate


def of_two_shops(rate=0):
    """Where the tax is added."""
    market = Market(Prices([Rate("DE", "standard", rate)], is_added=True, traders={"anna": "DE", "bert": "DE"}))
    market.put_on_sale("cup", "anna", 333, 20)
    market.put_on_sale("pot", "anna", 1999, 20)
    market.put_on_sale("pan", "bert", 1, 20)
    return market


def bought(market, coupons=(), **items):
    order = market.place(Basket(items, "DE", coupons=coupons))
    order.authorize()
    order.capture()
    return order


def test_order_is_the_sum_of_its_parts():
    order = bought(of_two_shops(), cup=3, pot=1, pan=4)
    assert [part.total() for part in order.parts.values()] == [3 * 333 + 1999, 4]
    assert (order.total(), order.captured(), order.refunded()) == (3002, 3002, 0)
    assert {account: amount for account, amount in order.market.balances().items() if amount} == {"psp_clearing": 3002, "order_escrow": -3002}


def test_sending_goes_back_with_the_last_unit_and_else_not():
    market = of_two_shops()
    market.prices.deliveries["anna"] = {"parcel": Method({0: 490})}
    order = bought(market, cup=2, pot=1)
    order.cancel({"anna": {"cup": 2}})
    assert order.refunded() == 666
    order.cancel({"anna": {"pot": 1}})
    assert (order.refunded(), order.parts["anna"].net()) == (666 + 1999 + 490, 0)


def test_line_is_rounded_once_and_not_each_unit():
    order = bought(of_two_shops(rate=190_000), cup=3)
    assert order.total() == 999 + 190    # 189.81; three times 63 were 189


def test_cancelled_units_give_back_their_money_and_the_last_ones_the_rest():
    order = bought(of_two_shops(rate=190_000), cup=3, pan=1)
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
            market = Market(Prices(coupons={"OFF": Coupon("FIXED", 5 * total, offers=frozenset(["cup"]))}))
            market.put_on_sale("cup", "anna", total, 6)
            market.put_on_sale("pan", "anna", 1, 1)
            order = bought(market, ("OFF",), cup=6, pan=1)
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


@pytest.mark.parametrize("state,act", [("PLACED", "ship"), ("PLACED", "parcel"), ("PLACED", "deliver"), ("ACCEPTED", "accept"), ("ACCEPTED", "deliver"),
                                       ("SHIPPED", "cancel"), ("SHIPPED", "reject"), ("SHIPPED", "accept"), ("SHIPPED", "ship"), ("SHIPPED", "parcel"),
                                       ("DELIVERED", "cancel"), ("DELIVERED", "reject"), ("DELIVERED", "deliver")])
def test_what_is_not_allowed_changes_nothing(state, act):
    order = bought(of_two_shops(), cup=2)
    way = ("PLACED", "ACCEPTED", "SHIPPED", "DELIVERED")
    for step in ("accept", "ship", "deliver")[:way.index(state)]:
        getattr(order, step)("anna")
    before = copy.deepcopy(order.amounts())
    with pytest.raises(Refused):
        order.parcel("anna", {"cup": 1}) if act == "parcel" else getattr(order, act)({"anna": {"cup": 1}} if act == "cancel" else "anna")
    assert order.amounts() == before


def test_more_than_there_is_is_not_sold():
    market = of_two_shops()
    with pytest.raises(Refused):
        market.place({"pot": 1, "cup": 21})
    assert market.offers["pot"].available() == 20 and market.orders == []


# ---------------------------------------------------------------------- parcels, returns, invoices

def sent(delivery=0, **items):
    """Accepted, of anna alone; nothing of it has left."""
    market = of_two_shops(rate=190_000)
    market.prices.deliveries["anna"] = {"parcel": Method({0: delivery})}
    order = bought(market, **items)
    order.accept("anna")
    return order, order.parts["anna"]


def test_a_part_is_sent_in_parcels_and_there_with_the_last():
    order, part = sent(cup=3, pot=1)
    order.parcel("anna", {"cup": 2})
    assert (part.state, part.cancellable(), part.invoiced) == ("PARTIALLY_SHIPPED", {"cup": 1, "pot": 1}, part.total())
    order.deliver_parcel("anna", 0)
    for wanted in ({}, {"cup": 2}, {"pan": 1}):
        with pytest.raises(Refused):
            order.parcel("anna", wanted)
    order.parcel("anna", {"cup": 1, "pot": 1})
    assert part.state == "SHIPPED"
    order.deliver_parcel("anna", 1)
    assert part.state == "DELIVERED" and order.market.offers["cup"].on_hand() == 17


@pytest.mark.parametrize("arrived,state", [(False, "SHIPPED"), (True, "DELIVERED")])
def test_the_rest_can_be_cancelled_after_the_first_parcel_and_the_sending_is_earned(arrived, state):
    order, part = sent(delivery=490, cup=3)
    order.parcel("anna", {"cup": 1})
    if arrived:
        order.deliver_parcel("anna", 0)
    order.cancel({"anna": {"cup": 2}})
    # 1189 for the three, 490 and 93 for sending them.
    assert (part.state, order.refunded(), part.net()) == (state, half_up(1189 * 2, 3), 1189 + 583 - 793)
    assert (part.invoiced, part.credited) == (1189 + 583, [793]) and order.market.offers["cup"].available() == 19


def test_an_invoice_has_what_was_not_cancelled_by_then_and_a_note_each_refund_since():
    order, part = sent(delivery=490, cup=3)
    order.cancel({"anna": {"cup": 1}})
    order.refund(10, "anna")
    order.parcel("anna", {"cup": 1})
    order.refund(5, "anna")
    order.cancel({"anna": {"cup": 1}})
    assert (part.invoiced, part.goodwill, part.credited) == (1189 + 583 - 396, 10, [5, 397])
    shown = order.amounts()
    assert shown["part", "anna", "credited"] == 412 and ("part", "anna", "notes") not in shown


def test_what_comes_back_gives_back_its_share_and_the_last_unit_all_that_is_left():
    order, part = sent(delivery=490, cup=3, pot=1)
    order.cancel({"anna": {"cup": 1}})
    order.ship("anna")
    order.request_return("anna", {"cup": 1})
    order.approve_return(0)
    order.ship_return(0)
    order.receive_return(0)
    order.close_return(0, restock=True)
    line = part.lines[0]
    assert (order.refunded(), order.returns[0].amount, line.returned) == (half_up(1189 * 2, 3), 397, 1)
    assert order.market.offers["cup"].available() == 19
    order.request_return("anna", {"cup": 1, "pot": 1})
    order.approve_return(1)
    order.close_return(1, restock=False)
    assert (part.net(), order.refunded(), part.state) == (0, part.total(), "SHIPPED")
    assert order.returns[1].amount == part.total() - 793 and order.market.offers["cup"].on_hand() == 19


def test_units_come_back_once():
    order, _ = sent(cup=3)
    order.ship("anna")
    order.request_return("anna", {"cup": 2})
    assert order.returnable("anna") == {"cup": 1}
    with pytest.raises(Refused):
        order.request_return("anna", {"cup": 2})
    order.reject_return(0)
    assert order.returnable("anna") == {"cup": 3} and order.refunded() == 0
    for act in ("approve_return", "reject_return", "ship_return", "receive_return"):
        with pytest.raises(Refused):
            getattr(order, act)(0)
    assert order.returns == [Return("anna", {"cup": 2}, "REJECTED")]


def test_a_return_after_a_refund_gives_back_what_is_left():
    order, part = sent(delivery=490, cup=2)
    order.ship("anna")
    order.refund(part.total() - 1, "anna")
    for number, (cost, left) in enumerate(((397, 1), (part.total() - 397, 0))):
        assert part.net() == left
        order.request_return("anna", {"cup": 1})
        order.approve_return(number)
        order.close_return(number, restock=True)
        assert order.returns[number].amount == cost
    assert part.net() == 0
