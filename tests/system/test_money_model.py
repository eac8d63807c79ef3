"""Random acts on orders beside the model of their money (tests/models): whatever comes, in whichever order, all amounts that REST shows
after it are those of the model.

MARKET_ACTS acts from MARKET_SEED; `./market test --long money` goes from seed to seed. By turns of them the prices have the tax in them, or it
is added.
"""

import concurrent.futures
import datetime
import os
import random

import pytest

import earnings
import market
import order_money
import order_price
import plays
from money_rest import CURRENCY, Rest

pytestmark = pytest.mark.alone

ACTS = int(os.environ.get("MARKET_ACTS", "60"))
SEED = int(os.environ.get("MARKET_SEED", "1"))
PRICES = (1, 99, 333, 1999, 4_950, 123_457)
SENDING = (0, 1, 490, 9999)
CLASSES = ("standard", "standard", "reduced", "second_reduced", "super_reduced", "parking", "zero")
# Of each shop: where it is, and whether it is registered for VAT there.
SHOPS = (("DE", True), ("FR", True), ("GB", False), ("PT", True), ("SE", True), ("PL", False))
PRODUCTS, OFFERS = 2, 9    # of each shop; offers of each product
# A postal code of each country of the Union, and a region where addresses have one; regions with rates of their own; and one outside.
POSTAL_CODES = {
    ("AT", ""): "1010", ("BE", ""): "1000", ("BG", ""): "1000", ("CY", ""): "1010", ("CZ", ""): "110 00", ("DE", ""): "10117", ("DK", ""): "1050",
    ("EE", ""): "10111", ("ES", "Madrid"): "28001", ("FI", ""): "00100", ("FR", ""): "75001", ("GR", ""): "104 31", ("HR", ""): "10000",
    ("HU", ""): "1011", ("IE", ""): "D02 AF30", ("IT", "RM"): "00118", ("LT", ""): "01100", ("LU", ""): "L-1111", ("LV", ""): "LV-1050",
    ("MT", ""): "VLT 1000", ("NL", ""): "1011 AA", ("PL", ""): "00-001", ("PT", ""): "1000-001", ("RO", ""): "010011", ("SE", ""): "111 20",
    ("SI", ""): "1000", ("SK", ""): "811 01", ("PT", "Açores"): "9500-001", ("PT", "Madeira"): "9000-001", ("GB", ""): "SW1Y 4JH"}

# In percent, written down apart from the market's table in November 2026; all other rates the model takes as the market says them.
STANDARD = {"AT": 20, "BE": 21, "BG": 20, "CY": 19, "CZ": 21, "DE": 19, "DK": 25, "EE": 24, "ES": 21, "FI": 25.5, "FR": 20, "GR": 24, "HR": 25, "HU": 27,
            "IE": 23, "IT": 22, "LT": 21, "LU": 17, "LV": 21, "MT": 18, "NL": 21, "PL": 23, "PT": 23, "RO": 21, "SE": 25, "SI": 22, "SK": 23}


def address(country, region):
    to = {"recipient": "Ada Lovelace", "lines": ["Street 1"], "city": "City", "postalCode": POSTAL_CODES[country, region], "countryCode": country}
    return {"shippingAddress": to | ({"region": region} if region else {})}


def is_added(stack):
    """Both come in both shapes from seed to seed, and in the two samples of CI."""
    return (SEED // 2 + (stack["shape"] != "single")) % 2 == 1


@pytest.fixture(scope="module", autouse=True)
def another_market(stack):
    """That sells in this currency, too, may add the tax, and where one operator decides what is taken of sales."""
    wanted = {"product": {"product_currencies": f"EUR,USD,{CURRENCY}"}, "payment": {"payment_second_person": "never"}}
    if is_added(stack):
        wanted["order"] = {"order_prices_include_tax": "added"}
    if stack["shape"] == "single":    # one process
        wanted = {"product": {name: value for some in wanted.values() for name, value in some.items()}}
    changes = [market.set_to(stack, service, **settings) for service, settings in wanted.items()]
    with concurrent.futures.ThreadPoolExecutor(len(changes)) as pool:
        list(pool.map(lambda change: change.__enter__(), changes))
        yield
        list(pool.map(lambda change: change.__exit__(None, None, None), changes))


def open_shop(owner, country, is_registered):
    owner.open_seller(country)
    if is_registered:
        trader = {"legalName": "Engines Ltd", "vatNumber": f"{country}123456789", "countryCode": country, "lines": ["Street 1"], "city": "City",
                  "postalCode": POSTAL_CODES[country, ""]}
        owner.ok("PATCH", f"/v1/sellers/{owner.seller}", {"trader": trader})


@pytest.fixture(scope="module")
def rest(stack, operator):
    def person(name):
        return market.Person(stack["url"], stack["caFile"], name)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        buyer, *owners = pool.map(person, ["Bea"] + ["Sam"] * len(SHOPS))
        list(pool.map(open_shop, owners, *zip(*SHOPS)))
    buyer.add_address()
    addresses = {place: address(*place) for place in POSTAL_CODES} | {("GB", ""): {"shippingAddressId": buyer.address}}
    return Rest(buyer, operator, owners, addresses)


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def rates(operator):
    """All that the market has."""
    token = ""
    while True:
        page = operator.ok("GET", "/v1/taxRates", params={"pageSize": 100, **({"pageToken": token} if token else {})})
        for one in page["taxRates"]:
            times = {to: moment(one[word]) for to, word in (("since", "validFrom"), ("until", "validUntil")) if word in one}
            yield order_price.Rate(one["countryCode"], one["taxClass"], one["ratePpm"], one.get("region", ""), **times)
        token = page.get("nextPageToken")
        if not token:
            return


def test_the_unions_standard_rates_are_in_the_market(operator):
    now = datetime.datetime.now().timestamp()
    found = {rate.country: rate.rate / 10_000 for rate in rates(operator)
             if (rate.tax_class, rate.region) == ("standard", "") and rate.country in STANDARD and rate.since <= now < rate.until}
    assert found == STANDARD


def some_methods(rng, shops):
    """{shop: {name: method}}; the third has said nothing, and the last one does not go everywhere."""
    bands = lambda step: {0: rng.choice(SENDING), step: rng.choice(PRICES)}  # noqa: E731
    found = {shop: {"Parcel": order_price.Method(bands(rng.choice(PRICES[1:])), rng.choice((None, 5000, 500_000)))} for shop in shops if shop != shops[2]}
    found[shops[0]]["Letter"] = order_price.Method({0: rng.choice(SENDING)}, max_weight=500)
    found[shops[1]]["Counter"] = order_price.Method({0: rng.choice((0, 250))}, is_fetched=True)
    found[shops[3]]["Van"] = order_price.Method(bands(1500), rng.choice((None, 20_000)), ("PT", "ES", "FR"), by_weight=True)
    found[shops[5]]["Parcel"].countries = tuple(sorted({country for country, _ in POSTAL_CODES} - {"GB", "MT"}))
    return found


def some_coupons(rng, shops, offers, products):
    """[(coupon, of which products it is)]; `offers` and `products` are by shop, the offers of each product by it."""
    def of_products(*wanted):
        return {"offers": frozenset(offer for product in wanted for offer in offers[product])}, {"productIds": list(wanted)}

    one_shop, other = rng.sample(shops, 2)
    some, some_ids = of_products(*(products[shop][0] for shop in shops))
    one, one_id = of_products(products[one_shop][1])
    make, ppm = order_price.Coupon, rng.choice((1, 50_000, 123_456, 500_000))
    by_shop = {"shop": other, "seller_share": order_price.MILLION}
    return [(make("PERCENTAGE", ppm), {}), (make("PERCENTAGE", 333_333, seller_share=rng.choice((1, 333_333, order_price.MILLION)), **some), some_ids),
            (make("FIXED", rng.choice((1, 777, 5000)), seller_share=500_000), {}), (make("FIXED", 10_000, minimum=30_000, limit=5), {}),
            (make("FIXED", 999, only_shop=one_shop, **one), one_id), (make("PERCENTAGE", 1_000_000, **one), one_id),
            (make("PERCENTAGE", 250_000, **by_shop), {}), (make("FIXED", rng.choice((99, 250_000)), minimum=500, **by_shop), {}),
            (make("FREE_DELIVERY", **by_shop), {}), (make("FREE_DELIVERY", minimum=2000, seller_share=250_000), {}),
            (make("FREE_DELIVERY", limit=3, **some), some_ids)]


def some_terms(rng, shops):
    """{shop: terms}; of the others it is that of everything."""
    make = earnings.Terms
    return {shops[0]: make(rng.choice((1, 123_456)), fixed=rng.choice((0, 30)), floor=rng.choice((0, 250)), tax=rng.choice((0, 190_000))),
            shops[1]: make(333_333, cap=rng.choice((100, 1000)), on_delivery=True, tax=255_000),
            shops[2]: make(fixed=rng.choice((1, 500)), tax=70_000), shops[3]: make(1_000_000, tax=200_000), shops[4]: make(0)}


@pytest.fixture(scope="module")
def play(stack, rest, category, operator):
    rng = random.Random(SEED)
    shops = list(rest.owners)
    model = order_money.Market(order_price.Prices(list(rates(operator)), is_added(stack), rest.now(), rest.registered(SHOPS), some_methods(rng, shops)))
    model.commission = some_terms(rng, shops)
    for shop, terms in model.commission.items():
        rest.take_commission(shop, terms)
    drafts = [(shop, [(rng.choice(PRICES), rng.randint(10, 40), rng.choice(CLASSES), rng.choice((0, 1, 250, 1200))) for _ in range(OFFERS)])
              for shop in shops for _ in range(PRODUCTS)]
    made = [rest.sell(rest.owners[shop], category, some) for shop, some in drafts]
    offers, products = {}, {shop: [] for shop in shops}
    for (shop, of_shop), (product, ids) in zip(drafts, made):
        offers[product] = ids
        products[shop].append(product)
        for offer, (price, stock, tax_class, weight) in zip(ids, of_shop):
            model.put_on_sale(offer, shop, price, stock, tax_class=tax_class, weight=weight)
    for shop, methods in model.prices.deliveries.items():
        for name, method in methods.items():
            rest.send_by(shop, name, method)
    for number, (coupon, scope) in enumerate(some_coupons(rng, shops, offers, products)):
        code = f"M{number}-{market.new_key()[:10].upper()}"
        model.prices.coupons[code] = coupon
        rest.offer_coupon(code, coupon, **scope)
    rest.await_registered(model)
    return plays.Play(rng, model, rest, list(POSTAL_CODES))


def test_every_amount_is_what_the_model_says(play):
    play.run(ACTS)
    orders = play.market.orders
    print(f"{len(orders)} orders of up to {max(len(order.lines()) for order in orders)} lines, {len(play.story)} acts")
    assert len(orders) >= ACTS // 10, "hardly anything was sold"


def test_a_cent_or_a_unit_more_would_be_seen(play, rest):
    while not play.market.orders or play.market.orders[-1].payment != "CAPTURED":
        play.place()
    order = play.market.orders[-1]
    expected, shown = plays.expected(play.market, order), rest.shown(order.number)
    assert plays.differences(expected, shown, rest.shows) == []
    for i, (place, where, value) in enumerate(shown):
        if place in expected:
            other = [*shown[:i], (place, where, value + 1 if isinstance(value, int) else "FAILED"), *shown[i + 1:]]
            assert len(plays.differences(expected, other, rest.shows)) == 1, f"{where}: {place}"
