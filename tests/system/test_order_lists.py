"""Lists of orders narrowed by state, time, number and e-mail, the names and pictures in them, and what a shop sold by day."""

import datetime
import uuid

import grpc
import pytest

import pictures
from market import new_key, until
from test_bad_input import problem
from test_guests import Guest
from test_order_acts import ask, channel, failed, path_of  # noqa: F401: fixtures are among them

MINE, ALL = "/v1/orders", "/v1/admin/orders"


def found(person, path, of="orders", **params):
    return [one["id"] for one in person.ok("GET", path, params=params)[of]]


def test_own_orders(buyer, shop, ask):  # noqa: F811
    sold = shop()
    first, second = (buyer.place((sold.offer, 1)).json() for _ in range(2))
    sold.owner.ok("POST", path_of(first) + ":accept", {})
    failed(buyer, sold)
    both = [second["id"], first["id"]]
    assert found(buyer, MINE) == found(buyer, MINE, state=["PLACED", "ACCEPTED"]) == both
    assert found(buyer, MINE, state="ACCEPTED") == [first["id"]]
    assert len(found(buyer, MINE, state=["PLACED", "FAILED"])) == 2
    assert found(buyer, MINE, number=first["number"].lower()) == found(buyer, MINE, number=first["sellerOrders"][0]["number"]) == [first["id"]]
    assert found(buyer, MINE, number=first["number"][:6]) == both
    assert found(buyer, MINE, number="nothing") == []
    assert found(buyer, MINE, createTimeFrom=second["createTime"]) == [second["id"]]
    assert found(buyer, MINE, createTimeTo=second["createTime"]) == [first["id"]]

    page = buyer.ok("GET", MINE, params={"state": ["PLACED", "ACCEPTED"], "pageSize": 1})
    token = page["nextPageToken"]
    assert found(buyer, MINE, state=["ACCEPTED", "PLACED"], pageSize=1, pageToken=token) == [first["id"]]
    for other in ({"state": "PLACED"}, {"number": "26"}, {"createTimeFrom": first["createTime"]}):
        problem(buyer.get(MINE, params={**other, "pageToken": token}), 400, "INVALID_PAGE_TOKEN")
    refusal = problem(buyer.get(MINE, params={"createTimeFrom": first["createTime"], "createTimeTo": first["createTime"]}), 400)
    assert [one["field"] for one in refusal["fields"]] == ["createTimeTo"]
    problem(buyer.get(MINE, params={"state": "LOST"}), 400)
    over_grpc = ask(buyer, "ListMyOrders", fill=lambda request: request.state.extend([2, 3]))
    assert [order.id for order in over_grpc.orders] == both


def test_orders_of_a_shop(buyer, shop, ask):  # noqa: F811
    sold = shop()
    seller, path = sold.owner.seller, f"/v1/sellers/{sold.owner.seller}/orders"
    orders = [buyer.place((sold.offer, 1)).json() for _ in range(3)]
    parts = [order["sellerOrders"][0]["id"] for order in orders]
    sold.owner.ok("POST", path_of(orders[0]) + ":accept", {})

    def of_shop(**params):
        return found(sold.owner, path, "sellerOrders", **params)

    assert of_shop() == of_shop(state=["PLACED", "ACCEPTED"]) == parts[::-1]
    assert of_shop(state="ACCEPTED") == [parts[0]] and of_shop(state="PENDING_PAYMENT") == []
    assert of_shop(number=orders[1]["number"]) == of_shop(number=orders[1]["sellerOrders"][0]["number"]) == [parts[1]]
    assert of_shop(createTimeFrom=orders[1]["createTime"], createTimeTo=orders[2]["createTime"]) == [parts[1]]
    page = sold.owner.ok("GET", path, params={"state": ["PLACED", "ACCEPTED"], "pageSize": 2})
    assert of_shop(state=["PLACED", "ACCEPTED"], pageToken=page["nextPageToken"]) == [parts[0]]
    problem(sold.owner.get(path, params={"pageToken": page["nextPageToken"]}), 400, "INVALID_PAGE_TOKEN")
    over_grpc = ask(sold.owner, "ListSellerOrders", seller_id=seller, number=orders[1]["number"])
    assert [part.id for part in over_grpc.seller_orders] == [parts[1]]


def test_operators_find_orders_by_email(stack, buyer, shop, operator, ask):  # noqa: F811
    sold = shop()
    guest = Guest(stack, email=f"lists-{uuid.uuid4().hex[:12]}@example.test")
    guest.add_address()
    placed = [person.place((sold.offer, 1)).json() for person in (buyer, guest)]
    mine, guests = (order["id"] for order in placed)
    assert found(operator, ALL, buyerEmail=buyer.email.upper()) == [mine]
    assert found(operator, ALL, buyerEmail=guest.email, state=["PLACED", "ACCEPTED"]) == [guests]
    assert found(operator, ALL, buyerEmail=guest.email, buyerId=buyer.id) == []
    assert found(operator, ALL, buyerEmail="nobody@example.test") == []
    assert found(operator, ALL, number=placed[1]["sellerOrders"][0]["number"]) == [guests]
    assert found(operator, ALL, number=placed[1]["number"][:10], sellerId=sold.owner.seller) == [guests]
    assert guests in found(operator, ALL, state=["PLACED"], createTimeFrom=placed[0]["createTime"], pageSize=100)
    problem(operator.get(ALL, params={"buyerEmail": "x" * 255}), 400)
    assert [order.id for order in ask(operator, "ListOrders", buyer_email=guest.email).orders] == [guests]


def test_names_and_pictures(buyer, shop, category):
    sold = shop()
    picture = pictures.uploaded(sold.owner)
    draft = {"title": "Pictured " + new_key(), "categoryId": category, "pictureIds": [picture["id"]],
             "offers": [{"sku": "P-1", "price": {"amount": 500, "currency": "EUR"}, "stock": 5}]}
    path = f"/v1/sellers/{sold.owner.seller}/products"
    product = sold.owner.ok("POST", path, draft, key=new_key())
    sold.owner.ok("POST", f"/v1/products/{product['id']}:publish", {})
    offer, smallest = product["offers"][0]["id"], picture["media"][0]["jpeg"]
    name = sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}")["displayName"]
    cart = buyer.ok("POST", "/v1/carts", {})["cart"]["id"]
    item, = buyer.ok("PUT", f"/v1/carts/{cart}/items/{offer}", {"quantity": 1})["items"]
    assert item["picture"] == smallest
    placed = buyer.place((offer, 1), (sold.offer, 1)).json()["id"]
    order = until(lambda: (now := buyer.ok("GET", f"{MINE}/{placed}"))["sellerOrders"][0].get("sellerName") and now, "order to hear of the shop")
    sold.owner.ok("PATCH", f"/v1/products/{product['id']}", {"pictureIds": []})
    listed, = buyer.ok("GET", MINE)["orders"]
    of_shop = sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/orders")["sellerOrders"][0]
    for part in (order["sellerOrders"][0], listed["sellerOrders"][0], of_shop):
        assert part["sellerName"] == name
        assert {line["offerId"]: line.get("picture") for line in part["lines"]} == {offer: smallest, sold.offer: None}
    assert buyer.get(smallest).headers["Content-Type"] == "image/jpeg"


@pytest.mark.operations("order.SalesSeries")
def test_sales_by_day(buyer, shop, person, operator, ask):  # noqa: F811
    sold = shop()
    seller, path = sold.owner.seller, f"/v1/sellers/{sold.owner.seller}/sales"
    orders = [buyer.place((sold.offer, 2)).json() for _ in range(2)]
    failed(buyer, sold)
    amount = orders[0]["total"]["amount"]
    until(lambda: buyer.ok("GET", f"{MINE}/{orders[0]['id']}")["payment"]["state"] == "CAPTURED", "the capture")
    line = orders[0]["sellerOrders"][0]["lines"][0]["id"]
    buyer.ok("POST", f"{MINE}/{orders[0]['id']}:cancel", {"lines": [{"lineId": line, "quantity": 1}]}, key=new_key())
    until(lambda: buyer.ok("GET", f"{MINE}/{orders[0]['id']}")["payment"]["refunded"]["amount"], "the refund")
    listed = {order["id"]: order for order in buyer.ok("GET", MINE)["orders"]}[orders[0]["id"]]
    assert listed["net"]["amount"] == listed["sellerOrders"][0]["net"]["amount"] == amount - amount // 2

    day = datetime.date.fromisoformat(orders[0]["createTime"][:10])
    series = sold.owner.ok("GET", path, params={"from": str(day - datetime.timedelta(91)), "until": str(day)})
    assert len(series["days"]) == 92 and series["timeZone"] == "UTC"
    euros = [{"amount": value, "currency": "EUR"} for value in (2 * amount, amount // 2, 2 * amount - amount // 2)]
    assert series["days"][-1] == {"date": str(day), "orders": 2, "units": 4, **dict(zip(("gross", "refunded", "net"), euros))}
    assert all(one["orders"] == one["gross"]["amount"] == 0 for one in series["days"][:-1])
    assert sold.owner.ok("GET", path, params={"currency": "USD"})["days"][-1]["gross"] == {"amount": 0, "currency": "USD"}
    for wrong in ({"from": str(day - datetime.timedelta(92)), "until": str(day)}, {"from": str(day), "until": "2026-01-01"},
                  {"until": "2026-02-30"}, {"until": "today"}, {"currency": "XXX"}):
        problem(sold.owner.get(path, params=wrong), 400)
    rival = person("Riv")
    rival.open_seller()
    problem(rival.get(path), 404, "NOT_FOUND")
    problem(buyer.get(path), 403, "PERMISSION_DENIED")
    over_grpc = ask(sold.owner, "SalesSeries", seller_id=seller, until=str(day))
    assert (len(over_grpc.days), over_grpc.days[-1].orders) == (30, 2)
    assert ask(rival, "SalesSeries", seller_id=seller) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
