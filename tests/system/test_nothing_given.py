"""What is left out, what is nothing, and what changes nothing are three things."""

import pytest

from market import new_key, psql, until
from test_bad_input import problem


def same(person, path, body):
    """A PATCH that changes nothing answers what is there."""
    before = person.get(path)
    answer = person.call("PATCH", path, body, headers={"If-Match": before.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    assert (answer.json(), answer.headers["ETag"]) == (before.json(), before.headers["ETag"])


@pytest.mark.operations("user.GetMyProfile", "user.GetMyAddress")
def test_a_change_of_nothing_keeps_the_etag(person):
    ada = person("Ada")
    until(lambda: ada.get("/v1/users/me").status_code == 200, "the profile")
    for body in ({}, {"displayName": "Ada"}, {"givenName": ""}, {"etag": "77"}):
        same(ada, "/v1/users/me", body)
    ada.add_address()
    path = f"/v1/users/me/addresses/{ada.address}"
    for body in ({}, {"city": "London"}, {"lines": ["12 St James's Square"], "isDefault": True}, {"region": ""}):
        same(ada, path, body)
    # What is there is meant, even where it is the empty value.
    problem(ada.call("PATCH", path, {"isDefault": False}), 400, "INVALID_ARGUMENT")
    problem(ada.call("PATCH", path, {"city": ""}), 400, "INVALID_ARGUMENT")


def test_a_change_of_nothing_is_no_event(shop):
    sold = shop()
    offer, seller = sold.product["offers"][0], sold.owner
    told = f"SELECT count(*) FROM event WHERE aggregate = 'offer/{offer['id']}'"
    before = psql("product", told)
    for body in ({}, {"price": offer["price"]}, {"options": offer["options"]}):
        answer = seller.call("PATCH", f"/v1/offers/{offer['id']}", body, headers={"If-Match": f'"{offer["etag"]}"'})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["etag"], answer.json()["updateTime"]) == (offer["etag"], offer["updateTime"])
    assert psql("product", told) == before


def test_a_bound_of_nothing_is_a_bound(anonymous, shop):
    sold = shop(price=1)

    def found(**bounds):
        answer = anonymous.ok("GET", "/v1/products", params={"sellerId": sold.owner.seller, **bounds})
        return [product["id"] for product in answer["products"]]

    until(found, "the product to be found")
    assert found() == found(minPrice=0) == found(maxPrice=1) == found(minPrice=0, maxPrice=1) == [sold.product["id"]]
    assert found(maxPrice=0) == found(minPrice=2) == found(minPrice=0, maxPrice=0) == []


@pytest.mark.values("order.OrderState.CANCELLED", "order.OrderState.FAILED")
def test_orders_that_failed_are_shown_when_asked_for(buyer, shop):
    sold = shop(stock=5)
    for _ in range(2):
        refusal = problem(buyer.place((sold.offer, 1), method="pm_card_visa_chargeDeclined"), 402, "PAYMENT_DECLINED")
        path = f"/v1/orders/{refusal['metadata']['orderId']}"
        assert buyer.post(path + ":cancel", {}, key=new_key()).is_success
        until(lambda: buyer.ok("GET", path)["state"] == "FAILED", "the order to be undone")
    placed = buyer.place((sold.offer, 1)).json()["id"]

    def states(**params):
        return [order["state"] for order in buyer.ok("GET", "/v1/orders", params=params)["orders"]]

    assert states() == states(state="PLACED") == ["PLACED"]
    assert states(state="FAILED") == ["FAILED", "FAILED"]
    assert states(state="CANCELLED") == []
    token = buyer.ok("GET", "/v1/orders", params={"state": "FAILED", "pageSize": 1})["nextPageToken"]
    assert states(state="FAILED", pageSize=1, pageToken=token) == ["FAILED"]
    problem(buyer.get("/v1/orders", params={"pageToken": token}), 400, "INVALID_PAGE_TOKEN")
    problem(buyer.get("/v1/orders", params={"state": "LOST"}), 400)
    assert buyer.post(f"/v1/orders/{placed}:cancel", {}, key=new_key()).status_code == 200
    assert states(state="CANCELLED") == ["CANCELLED"]


@pytest.mark.operations("auth.GetKeys")
@pytest.mark.parametrize("token", ["x", "a.b.c", "rt_" + "A" * 43])
def test_a_bad_token_is_none_where_nobody_asks_who_it_is(anonymous, person, shop, token):
    bad = {"Authorization": f"Bearer {token}"}
    sold = shop()
    assert anonymous.get(f"/v1/products/{sold.product['id']}", headers=bad).status_code == 200
    for path in ("/v1/products", "/v1/categories", "/v1/sellers", "/.well-known/jwks.json"):
        assert anonymous.get(path, headers=bad).status_code == 200, path
    # A session's token has ended when it gets the next one.
    ada = person("Ada")
    answer = anonymous.post("/v1/sessions:refresh", {"refreshToken": ada.session["refreshToken"]}, headers=bad)
    assert answer.status_code == 200, answer.text
    for path in ("/v1/accounts/me", "/v1/users/me", "/v1/orders"):
        problem(anonymous.get(path, headers=bad), 401, "UNAUTHENTICATED")
    problem(anonymous.post("/v1/users/me/addresses", {}, headers=bad), 401, "UNAUTHENTICATED")
