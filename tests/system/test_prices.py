"""Prices in two currencies and for a time: what is shown, found and paid stays inside one, and what is reduced says from what."""

import datetime

import pytest

from market import new_key, until
from test_bad_input import problem

EURO, DOLLAR = "EUR", "USD"


def money(amount, currency=EURO):
    return {"amount": amount, "currency": currency}


def in_seconds(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).isoformat()


def say(sold, *prices):
    return sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"prices": list(prices)})


@pytest.fixture
def two(shop):
    """An offer for 10 euros, or for 99 dollars."""
    sold = shop()
    say(sold, {"price": money(1000)}, {"price": money(9900, DOLLAR)})
    return sold


def find(anonymous, sold, **asked):
    return anonymous.ok("GET", "/v1/products", params={"sellerId": sold.owner.seller, **asked})


@pytest.mark.operations("product.GetProduct", "product.ListOffersOfProduct", "product.GetOffer", "product.UpdateOffer")
def test_each_read_has_one_currency(anonymous, two, shop):
    path, offer = f"/v1/products/{two.product['id']}", f"/v1/offers/{two.offer}"
    for asked, amount in ((None, 1000), (EURO, 1000), (DOLLAR, 9900)):
        query = {"currency": asked} if asked else {}
        wanted = money(amount, asked or EURO)
        assert anonymous.ok("GET", path, params=query)["offers"][0]["price"] == wanted
        assert anonymous.ok("GET", path + "/offers", params=query)["offers"][0]["price"] == wanted
        shown = anonymous.ok("GET", offer, params=query)
        assert shown["price"] == wanted and not shown["prices"] and "compareAt" not in shown
    euros = shop()
    path, offer = f"/v1/products/{euros.product['id']}", f"/v1/offers/{euros.offer}"
    assert not anonymous.ok("GET", path, params={"currency": DOLLAR})["offers"]
    assert not anonymous.ok("GET", path + "/offers", params={"currency": DOLLAR})["offers"]
    problem(anonymous.get(offer, params={"currency": DOLLAR}), 404, "NOT_FOUND")
    assert euros.owner.ok("GET", offer, params={"currency": DOLLAR})["prices"] == [{"price": money(1999)}]
    for route in ("/v1/products", "/v1/products:suggest?query=engine", path, path + "/offers", offer):
        refused = anonymous.get(route + ("&" if "?" in route else "?") + "currency=GBP")
        assert problem(refused, 400, "INVALID_ARGUMENT")["fields"][0]["field"] == "currency"


@pytest.mark.operations("product.SearchProducts", "product.SuggestProducts")
def test_a_search_never_mixes_currencies(anonymous, category, two):
    cheap = two.owner.create_product(category, price=500)
    until(lambda: find(anonymous, two).get("total") == 2, "both to be found")
    until(lambda: find(anonymous, two, currency=DOLLAR).get("total") == 1, "the one for dollars")
    up = find(anonymous, two, orderBy="price")["products"]
    assert [(one["id"], one["offers"][0]["price"]) for one in up] == [(cheap["id"], money(500)), (two.product["id"], money(1000))]
    found = find(anonymous, two, currency=DOLLAR, orderBy="-price", minPrice=9900, maxPrice=9900, facets="true")
    assert [one["offers"][0]["price"] for one in found["products"]] == [money(9900, DOLLAR)]
    assert {band["currency"] for band in found["facets"]["prices"]} == {DOLLAR}
    assert find(anonymous, two, currency=DOLLAR, maxPrice=1000)["total"] == 0
    title = two.product["title"]
    assert title in [one["text"] for one in anonymous.ok("GET", "/v1/products:suggest", params={"query": title, "currency": DOLLAR})["suggestions"]]


@pytest.mark.operations("order.QuoteOrder", "order.PlaceOrder")
def test_an_order_is_in_one_currency(buyer, two, shop):
    items = [{"offerId": two.offer, "quantity": 2}]
    assert buyer.ok("POST", "/v1/orders:quote", {"items": items})["total"] == money(2000)
    quote = buyer.ok("POST", "/v1/orders:quote", {"items": items, "currency": DOLLAR})
    assert quote["total"] == money(19800, DOLLAR)
    body = {**buyer.order_body((two.offer, 2)), "currency": DOLLAR, "quoteHash": quote["quoteHash"]}
    order = buyer.ok("POST", "/v1/orders", body, key=new_key())
    assert order["total"] == money(19800, DOLLAR)
    paid = buyer.ok("GET", f"/v1/orders/{order['id']}/payment")
    assert paid["amount"] == money(19800, DOLLAR)
    euros = shop()
    body = {**buyer.order_body((two.offer, 1), (euros.offer, 3)), "currency": DOLLAR}
    refused = problem(buyer.post("/v1/orders", body, key=new_key()), 409, "NO_PRICE_IN_CURRENCY")
    assert [(line["field"], line["offerId"], line["requested"]) for line in refused["metadata"]["lines"]] == \
        [("items[1].offerId", euros.offer, 3)]
    problem(buyer.post("/v1/orders:quote", {"items": body["items"], "currency": DOLLAR}), 409, "NO_PRICE_IN_CURRENCY")
    problem(buyer.post("/v1/orders:quote", {"items": items, "currency": "GBP"}), 400, "INVALID_ARGUMENT")


def test_a_price_begins_and_ends_by_itself(anonymous, buyer, shop):
    sold = shop()
    offer = f"/v1/offers/{sold.offer}"
    say(sold, {"price": money(1999)},
        {"price": money(1500), "compareAt": money(2500), "from": in_seconds(2), "until": in_seconds(6)})
    quote = {"items": [{"offerId": sold.offer, "quantity": 1}]}
    tag = anonymous.get(offer).headers["ETag"]
    assert anonymous.ok("GET", offer)["price"] == money(1999)
    until(lambda: anonymous.ok("GET", offer)["price"] == money(1500), "the sale")
    shown = anonymous.ok("GET", offer)
    assert (shown["compareAt"], shown["lowestPrice30d"]) == (money(2500), money(1999))
    assert anonymous.get(offer).headers["ETag"] != tag
    assert buyer.ok("POST", "/v1/orders:quote", quote)["total"] == money(1500)
    until(lambda: find(anonymous, sold, maxPrice=1500).get("total") == 1, "the search to know of the sale")
    until(lambda: anonymous.ok("GET", offer)["price"] == money(1999), "its end")
    assert "compareAt" not in anonymous.ok("GET", offer)
    assert buyer.ok("POST", "/v1/orders:quote", quote)["total"] == money(1999)
    until(lambda: find(anonymous, sold, maxPrice=1500).get("total") == 0, "the search to know of its end")


def test_what_is_reduced_says_from_what(anonymous, shop):
    sold = shop()
    path = f"/v1/products/{sold.product['id']}"
    say(sold, {"price": money(1500), "compareAt": money(2500)})
    shown = anonymous.ok("GET", path)["offers"][0]
    assert (shown["price"], shown["compareAt"], shown["lowestPrice30d"]) == (money(1500), money(2500), money(1999))
    say(sold, {"price": money(1800)})
    say(sold, {"price": money(1400), "compareAt": money(1800)})
    assert anonymous.ok("GET", path)["offers"][0]["lowestPrice30d"] == money(1500), "not what it cost last"
    until(lambda: [one["offers"][0].get("lowestPrice30d") for one in find(anonymous, sold)["products"]] == [money(1500)], "the list to show it")


@pytest.mark.operations("product.BatchUpdateOffers")
def test_a_batch_prices_in_the_currency_it_names(two):
    rows = [{"offerId": two.offer, "price": money(8800, DOLLAR)}]
    done = two.owner.ok("POST", f"/v1/sellers/{two.owner.seller}/offers:batchUpdate", {"rows": rows}, key=new_key())
    assert done["results"][0]["offer"]["price"] == money(8800, DOLLAR)
    prices = two.owner.ok("GET", f"/v1/offers/{two.offer}")["prices"]
    assert prices == [{"price": money(1000)}, {"price": money(8800, DOLLAR)}]


def test_what_a_shop_says_wrong_is_named(two):
    sale = {"price": money(900), "from": "2031-01-01T00:00:00Z", "until": "2031-02-01T00:00:00Z"}
    for prices, field, reason in (
            ([{"price": money(5, "GBP")}], "prices[0].price.currency", "UNKNOWN_CURRENCY"),
            ([{"price": money(5)}, sale, {**sale, "until": "2032-01-01T00:00:00Z"}], "prices[2]", "OVERLAPS"),
            ([{"price": money(5)}, {"price": money(6)}], "prices[1]", "DUPLICATE"),
            ([{"price": money(5), "compareAt": money(5)}], "prices[0].compareAt.amount", "OUT_OF_RANGE"),
            ([{**sale, "until": sale["from"]}], "prices[0].until", "OUT_OF_RANGE"),
            ([sale], "prices", "REQUIRED")):
        refused = problem(two.owner.call("PATCH", f"/v1/offers/{two.offer}", {"prices": prices}), 400, "INVALID_ARGUMENT")
        assert (refused["fields"][0]["field"], refused["fields"][0]["reason"]) == (field, reason)
    assert len(two.owner.ok("GET", f"/v1/offers/{two.offer}")["prices"]) == 2
