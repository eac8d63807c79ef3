"""Shops: who sees them in which state, what they tell of themselves, and that one which may not sell sells nothing within two seconds,
while what was ordered before is still sent."""

import time
import uuid

import pytest

import market
from market import Person, new_key, until

FELT_S = 2


def refused(answer, status, reason):
    assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text


@pytest.fixture
def opened(stack, category):
    """A shop with a published product."""
    owner = Person(stack["url"], stack["caFile"], "Olga")
    owner.open_seller()
    owner.product = owner.create_product(category, stock=10_000)    # what waits to be felt is asked by orders that go through
    owner.offer = owner.product["offers"][0]["id"]
    return owner


def test_a_shop_that_is_not_active_is_seen_by_its_members_and_operators(operator, anonymous, person, opened):
    path = f"/v1/sellers/{opened.seller}"
    slug = anonymous.ok("GET", path)["slug"]
    for state in ("PENDING", "SUSPENDED", "CLOSED"):
        market.psql("user", f"UPDATE seller SET state = '{state}' WHERE id = '{opened.seller}'")
        stranger = person()
        for client in (anonymous, stranger):
            refused(client.get(path), 404, "NOT_FOUND")
            assert client.ok("GET", f"/v1/sellers?ids={opened.seller}").get("sellers", []) == []
            assert client.ok("GET", f"/v1/sellers?slug={slug}").get("sellers", []) == []
        for client in (opened, operator):
            assert client.ok("GET", path)["state"] == state
            assert client.ok("GET", f"/v1/sellers?ids={opened.seller}")["sellers"][0]["state"] == state
            assert client.ok("GET", f"/v1/sellers?slug={slug}")["sellers"][0]["id"] == opened.seller


@pytest.mark.operations("user.GetSeller", "user.ListSellers")
def test_what_a_shop_tells_of_itself(anonymous, opened):
    path = f"/v1/sellers/{opened.seller}"
    body = {"description": "Brass,\nby hand.", "logo": "https://x.test/logo.png", "contactEmail": "shop@x.test",
            "contactPhone": "+441632960000", "returnPolicy": "30 days.", "shippingPolicy": "On Fridays.",
            "trader": {"legalName": "Engines Ltd", "registerNumber": "Companies House 1", "vatNumber": "GB123456789",
                       "lines": ["1 Street"], "city": "London", "postalCode": "sw1y4jh", "countryCode": "GB"}}
    before = opened.ok("GET", path)
    updated = opened.ok("PATCH", path, body, headers={"If-Match": f'"{before["etag"]}"'})
    shown = anonymous.ok("GET", path)
    assert shown == updated
    assert shown["trader"].pop("postalCode") == "SW1Y 4JH"
    body["trader"].pop("postalCode")
    assert {name: shown[name] for name in body} == body
    assert anonymous.ok("GET", f"/v1/sellers?ids={opened.seller}")["sellers"][0]["description"] == body["description"]
    refused(opened.call("PATCH", path, {"description": ""}, headers={"If-Match": f'"{before["etag"]}"'}), 412, "ETAG_MISMATCH")
    for wrong in ({"logo": "http://x.test/logo.png"}, {"contactEmail": "nobody"}, {"contactPhone": "1"}, {"displayName": "x"},
                  {"trader": {"legalName": "x", "lines": ["1"], "countryCode": "XX"}}, {"holiday": {}}, {"trader": {}, "logo": "ftp://x"}):
        refused(opened.call("PATCH", path, wrong), 400, "INVALID_ARGUMENT")
    cleared = opened.ok("PATCH", f"{path}?updateMask=trader,logo", {})
    assert "trader" not in cleared and "logo" not in cleared


@pytest.mark.operations("user.ListSellersForOperators")
def test_operators_find_shops(operator, opened, person, stack):
    other = person()
    other.open_seller()
    market.psql("user", f"UPDATE seller SET state = 'PENDING' WHERE id = '{other.seller}'")
    name = "Shop " + uuid.uuid4().hex
    opened.ok("PATCH", f"/v1/sellers/{opened.seller}", {"displayName": name})

    def found(**filters):
        return [one["id"] for one in operator.ok("GET", "/v1/admin/sellers", params=filters).get("sellers", [])]

    assert found(name=name[:20].upper()) == [opened.seller]
    assert found(ownerEmail=opened.email.upper()) == [opened.seller]
    assert found(ownerEmail="nobody@example.test") == []
    assert found(slug=operator.ok("GET", f"/v1/sellers/{other.seller}")["slug"]) == [other.seller]
    assert found(state="PENDING", ownerEmail=other.email) == [other.seller]
    assert found(state="ACTIVE", ownerEmail=other.email) == []
    first = operator.ok("GET", "/v1/admin/sellers", params={"pageSize": 1})
    refused(operator.get("/v1/admin/sellers", params={"pageSize": 1, "pageToken": first["nextPageToken"], "state": "ACTIVE"}),
            400, "INVALID_PAGE_TOKEN")


@pytest.mark.values("user.Seller.State.ACTIVE", "user.Seller.State.SUSPENDED", "user.Seller.State.CLOSED")
def test_a_suspended_shop_sells_nothing_and_sends_what_was_ordered(operator, anonymous, buyer, opened):
    part = buyer.place((opened.offer, 1)).json()["sellerOrders"][0]["id"]
    listing = f"/v1/products?sellerId={opened.seller}"
    until(lambda: anonymous.ok("GET", listing)["products"], "the product to be found")
    body = {"reason": "a complaint"}
    operator.ok("POST", f"/v1/sellers/{opened.seller}:suspend", body)
    time.sleep(FELT_S)  # what is claimed: by then
    refused(buyer.place((opened.offer, 1)), 409, "OFFER_UNAVAILABLE")
    refused(buyer.post("/v1/orders:quote", buyer.order_body((opened.offer, 1))), 409, "OFFER_UNAVAILABLE")
    assert anonymous.ok("GET", listing).get("products", []) == []
    assert anonymous.ok("GET", f"/v1/products/{opened.product['id']}").get("offers", []) == []
    assert opened.ok("GET", f"/v1/products/{opened.product['id']}")["offers"]
    writes = [("POST", f"/v1/offers/{opened.offer}:adjustStock", {"delta": 1, "reason": "found"}),
              ("PATCH", f"/v1/offers/{opened.offer}", {"price": {"amount": 1, "currency": "EUR"}}),
              ("POST", f"/v1/products/{opened.product['id']}/offers", {"sku": "S-" + uuid.uuid4().hex[:8], "price": {"amount": 1, "currency": "EUR"}}),
              ("POST", f"/v1/products/{opened.product['id']}:publish", {}),
              ("POST", f"/v1/sellers/{opened.seller}/products", {"title": "More", "categoryId": opened.product["categoryId"]})]
    for verb, path, sent in writes:
        refused(opened.call(verb, path, sent, key=new_key()), 409, "SELLER_NOT_ACTIVE")
    opened.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    opened.ok("POST", f"/v1/sellerOrders/{part}:ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})

    operator.ok("POST", f"/v1/sellers/{opened.seller}:reinstate", body)
    until(lambda: buyer.place((opened.offer, 1)).status_code == 201, "the shop to sell again")
    until(lambda: opened.call(*writes[0], key=new_key()).status_code == 200, "the shop to be written to")
    until(lambda: anonymous.ok("GET", f"/v1/products/{opened.product['id']}").get("offers"), "the offers to be shown again")

    opened.ok("POST", f"/v1/sellers/{opened.seller}:close", {"reason": "retired"})
    refused(operator.post(f"/v1/sellers/{opened.seller}:reinstate", body), 409, "ILLEGAL_TRANSITION")
    refused(opened.call("PATCH", f"/v1/sellers/{opened.seller}", {"description": "x"}), 409, "ILLEGAL_TRANSITION")
    until(lambda: buyer.place((opened.offer, 1)).status_code == 409, "the closed shop to sell nothing")


def test_on_holiday_offers_are_shown_and_not_sold(anonymous, buyer, opened):
    path = f"/v1/sellers/{opened.seller}"
    opened.ok("PATCH", path, {"holiday": {"until": "2100-01-01T00:00:00Z", "note": "At the seaside."}})
    answers = []

    def refuses():
        answers.append(buyer.place((opened.offer, 1)))
        return answers[-1].status_code == 409

    until(refuses, "the holiday to be felt")    # another replica may feel it later
    refused(answers[-1], 409, "OFFER_UNAVAILABLE")
    assert anonymous.ok("GET", f"/v1/products/{opened.product['id']}")["offers"]
    assert anonymous.ok("GET", path)["holiday"]["note"] == "At the seaside."
    opened.ok("PATCH", path, {"holiday": {"until": "2000-01-01T00:00:00Z"}})
    until(lambda: buyer.place((opened.offer, 1)).status_code == 201, "the holiday to be over")
