"""The model of prices by itself, in cases that can be done by hand."""

import itertools

import pytest
from order_money import Market
from order_price import Basket, Cost, Coupon, Method, Prices, Rate, Refused, half_up, split


def test_cents_are_rounded_half_up():
    assert [half_up(n, 4) for n in range(8)] == [0, 0, 1, 1, 1, 1, 2, 2]
    assert half_up(333 * 190_000, 1_000_000) == 63


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


def quoted(prices, coupons=(), region="", choices=None, **items):
    """The parts of an order that goes to Germany."""
    market = Market(prices)
    for name, shop, price, tax_class, weight in (("cup", "anna", 333, "standard", 200), ("pot", "anna", 1999, "reduced", 900),
                                                 ("pan", "bert", 1, "standard", 0)):
        market.put_on_sale(name, shop, price, 10_000, tax_class=tax_class, weight=weight)
    return market.place(Basket(items, "DE", region, tuple(coupons), choices or {})).parts


RATES = [Rate("DE", "standard", 190_000), Rate("DE", "reduced", 70_000), Rate("FR", "standard", 200_000)]
BOTH = {"anna": "FR", "bert": "DE"}


# ---------------------------------------------------------------------- delivery

def test_sending_costs_by_the_value_of_a_shops_goods_and_is_free_from_some():
    method = Method({0: 490, 1000: 300}, 4000)
    assert [method.price(value, 0) for value in (0, 999, 1000, 3999, 4000)] == [490, 490, 300, 300, 0]
    parts = quoted(Prices(deliveries={"anna": {"parcel": method}}), cup=3, pan=4)
    assert [(part.delivery.total(), part.total()) for part in parts.values()] == [(490, 999 + 490), (0, 4)]


def test_sending_by_weight_and_where_it_goes():
    heavy, light = Method({0: 100, 1000: 700}, by_weight=True), Method({0: 50}, countries=("FR",))
    prices = Prices(deliveries={"anna": {"heavy": heavy, "light": light}})
    assert [quoted(prices, cup=cups)["anna"].delivery.price for cups in (1, 4, 5)] == [100, 100, 700]
    light.countries = ("FR", "DE")
    assert quoted(prices, cup=5)["anna"].delivery.price == 50, "the cheapest"
    light.max_weight = 999
    assert [quoted(prices, cup=cups)["anna"].delivery.price for cups in (4, 5)] == [50, 700]
    with pytest.raises(Refused):
        quoted(prices, choices={"anna": "light"}, cup=5)


def test_what_is_fetched_is_chosen_and_taxed_in_the_shops_country():
    methods = {"counter": Method(is_fetched=True), "parcel": Method({0: 120})}
    prices = Prices(RATES, traders=BOTH, deliveries={"anna": methods})
    for choices, price, rate in (({}, 120, 190_000), ({"anna": "counter"}, 0, 200_000)):
        part = quoted(prices, choices=choices, cup=1)["anna"]
        assert (part.delivery.price, part.lines[0].cost.rate, part.delivery.rate) == (price, rate, rate)


# ---------------------------------------------------------------------- tax

@pytest.mark.parametrize("is_added,total,tax", [(True, 396, 63), (False, 333, 53)])    # 63.27; 53.17
def test_tax_is_added_or_included(is_added, total, tax):
    line, = quoted(Prices(RATES, is_added, traders=BOTH), cup=1)["anna"].lines
    assert (line.total(), line.cost.tax(), line.cost.taxed()) == (total, tax, total - tax)


def test_a_rate_is_of_the_class_and_the_place_and_the_time():
    more = [Rate("DE", "standard", 10, "Bayern"), Rate("DE", "standard", 20, "Bayern", since=5), Rate("DE", "reduced", 30, since=3, until=5)]
    prices = Prices(RATES + more, traders=BOTH)
    rate = lambda *wanted: prices.rate("anna", *wanted)  # noqa: E731
    assert [rate(one, "DE", "") for one in ("standard", "reduced", "zero", "unheard of")] == [190_000, 70_000, 0, 190_000]
    assert (rate("standard", "DE", "Bayern"), rate("reduced", "DE", "Bayern"), rate("other", "DE", "Bayern")) == (10, 70_000, 10)
    prices.now = 4
    assert (rate("reduced", "DE", ""), rate("standard", "DE", "Bayern"), rate("standard", "GB", "")) == (30, 10, 0)
    prices.now = 5
    assert (rate("reduced", "DE", ""), rate("standard", "DE", "Bayern")) == (70_000, 20)
    assert prices.rate("carl", "standard", "DE", "") == 0, "who is not registered charges none"


def test_a_delivery_is_taxed_as_what_costs_most():
    prices = Prices(RATES, True, traders=BOTH, deliveries={"anna": {"parcel": Method({0: 490})}})
    part = quoted(prices, pot=1, cup=6)["anna"]
    assert (part.delivery.rate, part.delivery.total()) == (70_000, 490 + 34)
    assert part.taxes() == {70_000: (1999 + 490, 140 + 34), 190_000: (1998, 380)}
    assert quoted(prices, pot=1, cup=7)["anna"].delivery.rate == 190_000
    prices.coupons["HALF"] = Coupon("PERCENTAGE", 500_000, offers=frozenset(["cup"]))
    assert quoted(prices, ["HALF"], pot=1, cup=7)["anna"].delivery.rate == 190_000, "a coupon moves nothing"


# ---------------------------------------------------------------------- coupons

def offs(parts):
    return [cost.discounts for part in parts.values() for cost in [line.cost for line in part.lines] + [part.delivery]]


def test_a_percentage_is_rounded_for_each_line_and_a_fixed_amount_is_shared():
    prices = Prices(coupons={"TENTH": Coupon("PERCENTAGE", 100_000), "FIVE": Coupon("FIXED", 5), "ALL": Coupon("FIXED", 10_000)})
    tenth = ("TENTH", "MARKETPLACE")
    assert offs(quoted(prices, ["TENTH"], cup=1, pot=1, pan=5)) == [{tenth: 33}, {tenth: 200}, {}, {tenth: 1}, {}]
    five = ("FIVE", "MARKETPLACE")
    assert offs(quoted(prices, ["FIVE"], cup=1, pot=1, pan=1)) == [{five: 1}, {five: 4}, {}, {}, {}]
    everything = quoted(prices, ["ALL"], cup=1, pan=1)
    assert sum(part.total() for part in everything.values()) == 0


def test_shops_come_first_and_the_marketplace_takes_of_what_is_left():
    prices = Prices(RATES, traders=BOTH, coupons={
        "ANNA": Coupon("PERCENTAGE", 250_000, shop="anna", seller_share=1_000_000), "BERT": Coupon("FIXED", 1, shop="bert", seller_share=1_000_000),
        "TEN": Coupon("FIXED", 1000, seller_share=500_000)})
    for codes in itertools.permutations(("ANNA", "BERT", "TEN")):
        found = offs(quoted(prices, codes, pot=1, pan=1333))
        # 1999 less 500, and 1333 less 1: 1000 are shared as 1499 to 1332, 529.49 and 470.51.
        assert found == [{("ANNA", "SELLER"): 500, ("TEN", "SELLER"): 265, ("TEN", "MARKETPLACE"): 264}, {},
                         {("BERT", "SELLER"): 1, ("TEN", "SELLER"): 236, ("TEN", "MARKETPLACE"): 235}, {}]


def test_free_delivery_is_for_parts_with_something_that_it_is_for():
    prices = Prices(deliveries={shop: {"parcel": Method({0: 490})} for shop in BOTH},
                    coupons={"FREE": Coupon("FREE_DELIVERY", minimum=400), "CUPS": Coupon("FREE_DELIVERY", offers=frozenset(["cup"]))})
    assert [sum(one.values()) for one in offs(quoted(prices, ["FREE"], cup=2, pan=1))] == [0, 490, 0, 490]
    assert [sum(one.values()) for one in offs(quoted(prices, ["CUPS"], cup=2, pan=1))] == [0, 490, 0, 0]
    with pytest.raises(Refused):
        quoted(prices, ["FREE"], cup=1, pan=66)


@pytest.mark.parametrize("codes", [("ONE", "TWO"), ("FREE", "FREE2"), ("MANY",), ("BERT",), ("LITTLE",), ("FREE",)])
def test_what_can_not_be_had_is_refused(codes):
    prices = Prices(coupons={"ONE": Coupon("FIXED", 1), "TWO": Coupon("FIXED", 1), "FREE": Coupon("FREE_DELIVERY"), "FREE2": Coupon("FREE_DELIVERY"),
                             "MANY": Coupon("FIXED", 1, minimum=334), "BERT": Coupon("FIXED", 1, only_shop="bert"),
                             "LITTLE": Coupon("PERCENTAGE", 1)})
    quoted(prices, ["ONE"], cup=1)
    with pytest.raises(Refused, match="COUPON_NOT_APPLICABLE"):
        quoted(prices, codes, cup=1)


def test_a_coupon_is_used_by_orders_that_live():
    market = Market(Prices(coupons={"ONCE": Coupon("FIXED", 1, limit=1)}))
    market.put_on_sale("cup", "anna", 333, 20)
    basket = Basket({"cup": 1}, coupons=("ONCE",))
    for end in ("fail", None):
        order = market.place(basket)
        with pytest.raises(Refused, match="used up"):
            market.place(basket)
        if end:
            getattr(order, end)()
    order.authorize()
    order.cancel({"anna": {"cup": 1}})
    assert market.used("ONCE") == 0 and market.place(basket)


def test_a_discount_is_never_more_than_the_price():
    cost = Cost(3, 190_000, True)
    cost.take_off("A", 3, 500_000)
    assert (cost.discounts, cost.total(), cost.tax()) == ({("A", "SELLER"): 2, ("A", "MARKETPLACE"): 1}, 0, 0)
