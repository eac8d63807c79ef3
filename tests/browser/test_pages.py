"""The shop in a browser, on a real marketplace: every page in every look, and what people do with them."""

import base64
import json
import pathlib
import re

import pytest

import market
from pictures import drawn, mine
from trade import MISCHIEF

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def browse(stack, anonymous, demonstration, chromium):
    """browse(script): runs it over the demonstration."""
    more = {"MARKET_SOME": json.dumps(some(stack, anonymous)), "MARKET_AMOUNTS": json.dumps(amounts())}
    return lambda script: chromium(script, **more)


PASSWORD = "copper teapot window"
SELLERS = ("sam", "freja", "odile", "tomas", "jonas", "kasia", "mila", "alina")
WAYS = (("Parcel", 490, {"daysFrom": 2, "daysTo": 4}), ("Express", 990, {"daysFrom": 1, "daysTo": 1}),
        ("Pick up", 0, {"pickupPlace": "Harbour lane 3, Mon to Fri"}))


def reviewed(stack, category):
    """A buyer of the demonstration with an order that has come, and a product of it that he has reviewed, with mischief."""
    email, password = "omar@demo.test", PASSWORD
    buyer = market.Person(stack["url"], stack["caFile"], email=email, password=password)
    orders = buyer.ok("GET", "/v1/orders?pageSize=100")["orders"]
    order, part, line = next((order, part, line) for order in orders for part in order["sellerOrders"] for line in part["lines"]
                       if part["state"] in ("DELIVERED", "COMPLETED"))
    written = buyer.post(f"/v1/orderLines/{line['id']}/review", {"rating": 4, "title": MISCHIEF, "text": "Well made.\n" + MISCHIEF},
                         key=market.new_key())
    assert written.status_code in (201, 409), written.text
    return {"buyer": {"email": email, "password": password}, "order": order["id"], "reviewed": line["productId"],
            "conversation": asked(buyer, part["sellerId"], line), "reviewable": reviewable(stack, buyer, category)}


def asked(buyer, seller, line):
    """A conversation of theirs with a shop."""
    body = {"sellerId": seller, "productId": line["productId"], "text": "Is there a larger one?\n" + MISCHIEF}
    return buyer.ok("POST", "/v1/conversations", body, key=market.new_key())["id"]


def reviewable(stack, buyer, category):
    """What a buyer of the demonstration has just got from a shop of the moment, and sends back one of."""
    owner = market.Person(stack["url"], stack["caFile"], "Sam")
    owner.open_seller()
    sold = market.Shop(owner, owner.create_product(category))
    buyer.address = buyer.ok("GET", "/v1/users/me/addresses")["addresses"][0]["id"]
    order = buyer.place((sold.offer, 3)).json()
    part = order["sellerOrders"][0]
    for verb, body in (("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"}), ("deliver", {})):
        owner.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body, key=market.new_key())
    body = {"sellerOrderId": part["id"], "lines": [{"lineId": part["lines"][0]["id"], "quantity": 1}], "reason": "DAMAGED",
            "text": "The box was wet.\n" + MISCHIEF, "pictureIds": [mine(buyer)["id"]]}
    back = buyer.ok("POST", f"/v1/orders/{order['id']}/returns", body, key=market.new_key())
    owner.ok("POST", f"/v1/returns/{back['id']}:approve", {})
    guest, invited = (f"{who}-{market.new_key()}@example.test" for who in ("guest", "invited"))
    market.Client(stack["url"], stack["caFile"]).ok("POST", "/v1/accounts:guest", {"email": guest})
    owner.ok("POST", f"/v1/sellers/{owner.seller}/invitations", {"email": invited, "role": "staff"}, key=market.new_key())
    return {"order": order["id"], "part": part["id"], "line": part["lines"][0]["id"], "return": back["id"], "owner": owner.email, "guest": guest, "invited": invited}


def trading(stack, seller):
    """The shop with a choice of ways to send and a coupon, and who owns it."""
    for name in SELLERS:
        owner = market.Person(stack["url"], stack["caFile"], email=f"{name}@demo.test", password=PASSWORD)
        if any(one["sellerId"] == seller for one in owner.session["account"]["sellers"]):
            break
    path = f"/v1/sellers/{seller}"
    there = {one["name"] for one in owner.ok("GET", f"{path}/deliveryMethods")["deliveryMethods"]}
    for name, price, more in WAYS:
        if name not in there:
            prices = [{"currency": "EUR", "bands": [{"from": 0, "amount": price}]}]
            owner.ok("POST", f"{path}/deliveryMethods", {"name": name, "prices": prices, **more}, key=market.new_key())
    made = owner.post(f"{path}/coupons", {"code": "SPRING-10", "kind": "PERCENTAGE", "percentagePpm": 100000}, key=market.new_key())
    assert made.status_code in (201, 409), made.text
    found = owner.ok("GET", f"/v1/products?sellerId={seller}&inStock=true&pageSize=100")["products"]
    plain = next(one["offers"][0] for one in found if "compareAt" not in one["offers"][0] and one["offers"][0]["available"] > 20)
    return {"owner": {"email": owner.email, "password": PASSWORD}, "coupon": "SPRING-10",
            "plain": {"offer": plain["id"], "product": plain["productId"], "price": plain["price"]["amount"]}}


def some(stack, anonymous):
    """A product whose variants are told apart by two options, its shop and its category; and what `reviewed` says."""
    found = anonymous.get("/v1/products?query=long+sleeve").json()["products"]
    product = next(one for one in found if len(one["offers"][0]["options"]) == 2)
    categories = {one["id"]: one["slug"] for one in anonymous.get("/v1/categories").json()["categories"]}
    return {"product": product["id"], "title": product["title"], "seller": product["sellerId"], "category": categories[product["categoryId"]],
            "mischief": MISCHIEF, "picture": base64.b64encode(drawn()).decode(), "mailbox": stack["mailbox"],
            **reviewed(stack, product["categoryId"]), **trading(stack, product["sellerId"])}


# Of which a browser's numbers have no exact hundredth any more.
NO_CENTS = 10**15


def amounts():
    """How the server's ICU writes money, as its own test holds it to."""
    test = (ROOT / "platform" / "unicode" / "display_test.cpp").read_text()
    found = [{"language": {"english": "en-GB", "russian": "ru"}[language], "minor": int(minor), "currency": currency,
              "text": text.replace(r"\u00a0", "\u00a0")}
             for language, minor, currency, text in re.findall(r'(english|russian)\.Money\((\d+), "([A-Z]{3})"\), "([^"]+)"', test)]
    assert {(one["language"], one["currency"]) for one in found} == {
        (language, currency) for language in ("en-GB", "ru") for currency in ("EUR", "USD", "RUB", "JPY")}
    return [one for one in found if one["minor"] < NO_CENTS]


def test_every_page_in_every_look(browse):
    browse("pages.mjs")


def test_a_visit_from_the_search_to_signing_out(browse):
    browse("journey.mjs")


def test_scripts_show_what_the_server_has_written(browse):
    browse("written.mjs")


def test_a_purchase_by_keyboard_and_what_comes_between(browse):
    browse("purchase.mjs")


def test_what_happens_is_shown_at_once_and_nothing_is_lost_without_a_network(browse):
    browse("live.mjs")


def test_an_account_of_ones_own(browse):
    browse("account.mjs")
