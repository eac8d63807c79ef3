"""The model of what shops earn by itself, in cases that can be done by hand."""

from earnings import Sale, Terms
from order_money import Market
from order_price import Basket, Coupon, Method, Prices, Rate

TAXED = Terms(100_000, tax=190_000)


def sold(terms=TAXED, coupons=(), delivery=0, **items):
    market = Market(Prices([Rate("DE", "standard", 0)], is_added=True))
    market.prices.deliveries["anna"] = {"parcel": Method({0: delivery})}
    market.prices.coupons |= {"HALF": Coupon("PERCENTAGE", 500_000), "FREE": Coupon("FREE_DELIVERY")}
    market.commission["anna"] = terms
    for name, price in (("cup", 333), ("pot", 1999)):
        market.put_on_sale(name, "anna", price, 20)
    order = market.place(Basket(items, "DE", coupons=coupons))
    order.authorize()
    order.capture()
    return order


def test_escrow_becomes_the_shops_and_the_marketplaces_when_it_is_delivered():
    order = sold(cup=3)
    order.accept("anna")
    order.ship("anna")
    assert order.market.of_shop("anna") == (0, 0)
    order.deliver("anna")
    assert order.market.of_shop("anna") == (999 - 100 - 19, 0)
    assert order.market.balances() == {"psp_clearing": 999, "order_escrow": 0, "coupon_funding": 0, "commission_revenue": -100, "commission_tax": -19}
    order.confirm("anna")
    assert order.market.of_shop("anna") == (0, 880)
    order.refund(999, "anna")
    assert order.market.of_shop("anna") == (0, 0) and set(order.market.balances().values()) == {0}


def test_the_marketplaces_coupon_costs_its_shop_nothing():
    order = sold(coupons=("HALF",), cup=2)
    sale, = (part.sale for part in order.parts.values())
    assert (sale.paid(), sale.borne(), sale.net()) == (333, 333, 666 - 67 - 13)
    order.cancel({"anna": {"cup": 1}})
    assert (sale.paid(), sale.borne(), sale.net()) == (166, 166, 332 - 33 - 6)    # 166.5 each, half up


def test_a_fixed_amount_is_of_the_units_that_are_still_paid_for():
    order = sold(Terms(fixed=30, floor=50), cup=3)
    sale, = (part.sale for part in order.parts.values())
    fees = [sale.fees()]
    for _ in range(3):
        order.cancel({"anna": {"cup": 1}})
        fees.append(sale.fees())
    assert fees == [(90, 0), (60, 0), (50, 0), (0, 0)]    # the floor holds while something is left
    order = sold(Terms(fixed=30), cup=3)
    order.refund(1, "anna")
    assert order.parts["anna"].sale.fees() == (90, 0), "the third is still paid for, but for a cent"


def test_what_sending_costs_is_shared_by_what_lines_earned():
    sale = sold(Terms(100_000, on_delivery=True), cup=6, pot=1, delivery=1000).parts["anna"].sale
    assert sale.fees() == (250 + 250, 0)    # 1998 and 500, 1999 and 500
    assert sold(Terms(100_000), cup=6, pot=1, delivery=1000).parts["anna"].sale.fees() == (200 + 200, 0)


def test_a_refund_by_amount_is_of_everything_and_one_of_units_of_its_lines_first():
    sale = sold(cup=3, pot=1, delivery=490).parts["anna"].sale
    sale.give_back(349)
    assert [one.back for one in (*sale.lines.values(), sale.delivery)] == [100, 200, 49]    # 99.97, 200.03, 49.03
    sale.give_back(1000, {"cup": (3, 999)})
    assert [one.back for one in (*sale.lines.values(), sale.delivery)] == [999, 200, 150]


def test_no_more_is_taken_than_is_left():
    sale = sold(Terms(1_000_000, tax=200_000), cup=1).parts["anna"].sale
    assert sale.fees() == (333, 0) and sale.net() == 0
    assert Sale(sold(Terms(fixed=5000), cup=1).parts["anna"], Terms(fixed=5000)).fees() == (333, 0)
