"""How shops send what they sell, what that costs, and the tax of where it goes: quoted, ordered, explained and given back."""

import uuid

import pytest

from key_scenes_delivery import RATES, parcel, rate
from market import check_invariants, new_key, until
from test_bad_input import problem

pytestmark = pytest.mark.alone

BERLIN = {"recipient": "Grete Hermann", "lines": ["Unter den Linden 6"], "city": "Berlin", "postalCode": "10117", "countryCode": "DE"}
NOBODYS = "00000000-0000-0000-0000-000000000000"


def methods(owner):
    return f"/v1/sellers/{owner.seller}/deliveryMethods"


def sends(sold, price, **more):
    bands = [{"currency": "EUR", "bands": [{"from": 0, "amount": price}]}]
    return sold.owner.ok("POST", methods(sold.owner), parcel(**{"prices": bands, **more}), key=new_key())


def chosen(*made):
    return {"deliveryChoices": [{"sellerId": one["sellerId"], "deliveryMethodId": one["id"]} for one in made]}


def quoted(buyer, *items, **more):
    body = {"items": [{"offerId": offer, "quantity": quantity} for offer, quantity in items], "shippingAddress": BERLIN, **more}
    return buyer.ok("POST", "/v1/orders:quote", body)


def of(part_list, sold):
    return next(part for part in part_list if part["sellerId"] == sold.owner.seller)


def placed(buyer, *items, **more):
    body = {"items": [{"offerId": offer, "quantity": quantity} for offer, quantity in items], "shippingAddress": BERLIN,
            "paymentMethod": "pm_card_visa", **more}
    answer = buyer.post("/v1/orders", body, key=new_key())
    assert answer.status_code == 201, answer.text
    return answer.json()


def amount(minor):
    return {"amount": minor, "currency": "EUR"}


@pytest.mark.operations("order.CreateDeliveryMethod", "order.ListDeliveryMethods", "order.UpdateDeliveryMethod", "order.DeleteDeliveryMethod")
@pytest.mark.values("order.DeliveryMethod.Basis.ORDER_VALUE", "order.DeliveryMethod.Basis.WEIGHT")
def test_a_shop_says_how_it_sends(anonymous, person):
    owner = person()
    owner.open_seller()
    assert anonymous.ok("GET", methods(owner)) == {"deliveryMethods": []}
    prices = [{"currency": "EUR", "bands": [{"from": 0, "amount": 490}, {"from": 2001, "amount": 690}], "freeFrom": 5000}]
    draft = {"name": "Parcel", "countries": ["AT", "DE"], "basis": "WEIGHT", "prices": prices, "maxWeightGrams": 31_500, "daysFrom": 2, "daysTo": 4}
    answer = owner.post(methods(owner), draft, key=new_key())
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["location"] == f"{methods(owner)}/{made['id']}", answer.text
    assert {name: made[name] for name in draft} == draft and made["sellerId"] == owner.seller
    bike = owner.ok("POST", methods(owner), {"name": "Bike", "prices": [{"currency": "EUR", "bands": [{"amount": 300}]}], "daysTo": 1}, key=new_key())
    assert bike["basis"] == "ORDER_VALUE" and bike["countries"] == []
    assert [one["name"] for one in anonymous.ok("GET", methods(owner))["deliveryMethods"]] == ["Bike", "Parcel"]

    path = f"{methods(owner)}/{made['id']}"
    changed = owner.ok("PATCH", path + "?updateMask=countries,maxWeightGrams", {}, headers={"If-Match": made["etag"]})
    assert changed["countries"] == [] and "maxWeightGrams" not in changed and changed["name"] == "Parcel"
    problem(owner.call("PATCH", path, {"daysTo": 9}, headers={"If-Match": made["etag"]}), 412, "ETAG_MISMATCH")
    problem(owner.call("PATCH", path, {"daysTo": 1}), 400, "INVALID_ARGUMENT")
    assert owner.call("DELETE", path).status_code == 204
    problem(owner.call("PATCH", path, {"daysTo": 9}), 404, "NOT_FOUND")
    assert [one["id"] for one in anonymous.ok("GET", methods(owner))["deliveryMethods"]] == [bike["id"]]
    for _ in range(19):
        owner.ok("POST", methods(owner), parcel(), key=new_key())
    problem(owner.post(methods(owner), parcel(), key=new_key()), 409, "LIMIT_REACHED")


@pytest.fixture
def registered(shop):
    """A shop that charges tax."""
    sold = shop(price=1190)
    trader = {"legalName": "Engines Ltd", "vatNumber": "GB123456789", "lines": ["1 Dock Street"], "city": "London",
              "postalCode": "SW1Y 4JH", "countryCode": "GB"}
    sold.owner.ok("PATCH", f"/v1/sellers/{sold.owner.seller}", {"trader": trader})
    return sold


def test_two_shops_with_delivery_and_tax(buyer, registered, shop):
    free = shop(price=500)
    parcel_way, express = sends(registered, 490, countries=["DE"]), sends(registered, 990)
    counter = sends(registered, 0, pickupPlace="1 Dock Street, London")

    def taxed():
        seller = of(quoted(buyer, (registered.offer, 2))["sellers"], registered)
        return seller["lines"][0]["tax"]["amount"]["amount"] and seller

    seller = until(taxed, "order to know that the shop is registered")
    assert [one["deliveryMethodId"] for one in seller["deliveryOptions"]] == [counter["id"], parcel_way["id"], express["id"]]
    assert seller["delivery"]["deliveryMethodId"] == parcel_way["id"] and seller["delivery"]["total"] == amount(490)
    assert (seller["total"], seller["lines"][0]["tax"]["amount"], seller["delivery"]["tax"]["amount"]) == (amount(2870), amount(380), amount(78))
    assert seller["taxes"] == [{"ratePpm": 190_000, "mode": "INCLUDED", "net": amount(2412), "amount": amount(458)}]

    quote = quoted(buyer, (registered.offer, 2), (free.offer, 1), **chosen(express))
    assert quote["total"] == amount(2380 + 990 + 500)
    order = placed(buyer, (registered.offer, 2), (free.offer, 1), quoteHash=quote["quoteHash"], **chosen(express))
    part, other = of(order["sellerOrders"], registered), of(order["sellerOrders"], free)
    assert order["total"] == quote["total"] and order["shippingAddress"]["city"] == "Berlin"
    assert (part["delivery"]["deliveryMethodId"], part["delivery"]["price"], part["total"]) == (express["id"], amount(990), amount(3370))
    assert (other["delivery"]["deliveryMethodId"], other["delivery"]["total"]) == (NOBODYS, amount(0))
    assert other["lines"][0]["tax"]["reason"] == "SELLER_NOT_REGISTERED" and "rateId" not in other["lines"][0]["tax"]
    explained = buyer.ok("POST", f"/v1/orders/{order['id']}:explain")
    assert explained["matches"] and "delivery" in {one["subject"] for one in explained["amounts"]}
    shown = registered.owner.ok("GET", f"/v1/sellerOrders/{part['id']}")
    assert shown["delivery"] == part["delivery"] and shown["taxes"] == part["taxes"]

    # What an order has stays, whatever becomes of the method.
    registered.owner.ok("DELETE", f"{methods(registered.owner)}/{express['id']}")
    assert of(buyer.ok("GET", f"/v1/orders/{order['id']}")["sellerOrders"], registered)["delivery"] == part["delivery"]

    # The delivery goes back with the last unit.
    until(lambda: buyer.ok("GET", f"/v1/orders/{order['id']}")["payment"]["state"] == "CAPTURED", "the capture")
    for back in (1190, 3370):
        buyer.ok("POST", f"/v1/orders/{order['id']}:cancel", {"lines": [{"lineId": part["lines"][0]["id"], "quantity": 1}]}, key=new_key())
        until(lambda: of(buyer.ok("GET", f"/v1/orders/{order['id']}")["sellerOrders"], registered)["refunded"] == amount(back), f"{back} to go back")
    until(lambda: check_invariants()["findings"] == [], "the books to be right")


def test_what_cannot_be_sent_is_refused_with_the_shop_and_why(buyer, shop):
    sold, other = shop(), shop()
    french = sends(sold, 490, countries=["FR"])
    items = [{"offerId": one.offer, "quantity": 1} for one in (sold, other)]
    body = {"items": items, "shippingAddress": BERLIN, "paymentMethod": "pm_card_visa"}
    refused = problem(buyer.post("/v1/orders", body, key=new_key()), 409, "DELIVERY_UNAVAILABLE")
    assert refused["metadata"]["sellers"] == [{"sellerId": sold.owner.seller, "why": "COUNTRY_NOT_SERVED"}]
    whys = {}
    light = sends(sold, 490, maxWeightGrams=1)
    dollars = sends(sold, 0, prices=[{"currency": "USD", "bands": [{"from": 0, "amount": 1}]}])
    sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"weightGrams": 2})
    for name, method in (("french", french["id"]), ("light", light["id"]), ("dollars", dollars["id"]), ("none", str(uuid.uuid4()))):
        choice = {"deliveryChoices": [{"sellerId": sold.owner.seller, "deliveryMethodId": method}]}
        one, = problem(buyer.post("/v1/orders:quote", {**body, "paymentMethod": "", **choice}), 409, "DELIVERY_UNAVAILABLE")["metadata"]["sellers"]
        assert one["deliveryMethodId"] == method
        whys[name] = one["why"]
    assert whys == {"french": "COUNTRY_NOT_SERVED", "light": "TOO_HEAVY", "dollars": "NO_PRICE_IN_CURRENCY", "none": "METHOD_UNKNOWN"}
    assert sold.available() == 10


def test_a_delivery_that_got_dearer_is_named(buyer, shop):
    sold = shop(price=1000)
    method = sends(sold, 490)
    quote = quoted(buyer, (sold.offer, 1))
    dearer = [{"currency": "EUR", "bands": [{"from": 0, "amount": 590}]}]
    sold.owner.ok("PATCH", f"{methods(sold.owner)}/{method['id']}", {"prices": dearer})
    body = {"items": [{"offerId": sold.offer, "quantity": 1}], "shippingAddress": BERLIN, "quoteHash": quote["quoteHash"]}
    refused = problem(buyer.post("/v1/orders:quote", body), 409, "PRICE_CHANGED")["metadata"]
    assert refused["lines"] == [] and refused["sellers"] == [
        {"sellerId": sold.owner.seller, "oldDelivery": amount(490), "newDelivery": amount(590), "oldTotal": amount(1490), "newTotal": amount(1590)}]
    assert placed(buyer, (sold.offer, 1), quoteHash=refused["quoteHash"])["total"] == amount(1590)


def test_where_it_goes_is_said_once(buyer, shop):
    sold = shop()
    body = {"items": [{"offerId": sold.offer, "quantity": 1}], "paymentMethod": "pm_card_visa"}
    for wrong in ({}, {"shippingAddress": BERLIN, "shippingAddressId": buyer.address}, {"shippingAddress": {**BERLIN, "postalCode": "x"}}):
        refused = problem(buyer.post("/v1/orders", {**body, **wrong}, key=new_key()), 400, "INVALID_ARGUMENT")
        assert refused["fields"][0]["field"].startswith("shippingAddress"), refused
    counter = sends(sold, 0, pickupPlace="1 Dock Street, London")
    order = buyer.ok("POST", "/v1/orders", {**body, **chosen(counter)}, key=new_key())
    assert "shippingAddress" not in order and order["sellerOrders"][0]["delivery"]["pickupPlace"] == "1 Dock Street, London"


@pytest.mark.operations("order.CreateTaxRate", "order.ListTaxRates", "order.EndTaxRate")
def test_rates_are_kept_by_operators(operator, buyer):
    germany = operator.ok("GET", RATES, params={"countryCode": "DE"})["taxRates"]
    assert {(one["taxClass"], one["ratePpm"]) for one in germany if "region" not in one and "validFrom" not in one} >= {("standard", 190_000), ("reduced", 70_000)}
    assert all("European Commission" in one["source"] for one in germany if one["ratePpm"] in (190_000, 70_000))
    answer = operator.post(RATES, rate(validFrom="2026-12-01T00:00:00Z"), key=new_key())
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["location"] == f"{RATES}/{made['id']}", answer.text
    assert operator.ok("POST", f"{RATES}/{made['id']}:end", {"validUntil": "2027-01-01T00:00:00Z"})["validUntil"] == "2027-01-01T00:00:00Z"
    problem(operator.post(f"{RATES}/{made['id']}:end", {"validUntil": "2026-01-01T00:00:00Z"}), 400, "INVALID_ARGUMENT")
    problem(buyer.get(RATES), 403, "PERMISSION_DENIED")
