"""One order from sign-up to delivery, as each of its people sees it."""

import pytest

from market import Client, new_key, until
from test_bad_input import problem


@pytest.mark.operations("order.QuoteOrder", "order.GetOrder", "order.ListMyOrders", "order.ListOrderEvents",
                        "order.ListSellerOrders", "order.GetSellerOrder", "payment.GetOrderPayment")
@pytest.mark.values("order.OrderState.PLACED", "order.OrderState.ACCEPTED", "order.OrderState.SHIPPED",
                    "order.OrderState.DELIVERED", "payment.Payment.State.CAPTURED")
def test_order_travels_from_quote_to_delivery(buyer, shop):
    sold = shop(stock=5, price=1999)
    items = [{"offerId": sold.offer, "quantity": 2}]

    quote = buyer.ok("POST", "/v1/orders:quote", {"items": items})
    assert quote["total"] == {"amount": 3998, "currency": "EUR"}

    answer = buyer.post("/v1/orders", {**buyer.order_body((sold.offer, 2)), "quoteHash": quote["quoteHash"]}, key=new_key())
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert answer.headers["Location"] == f"/v1/orders/{order['id']}"
    assert order["state"] == "PLACED"
    assert order["total"] == {"amount": 3998, "currency": "EUR"}
    assert sold.available() == 3

    until(lambda: buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["state"] == "CAPTURED", "the capture")

    part = sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/orders")["sellerOrders"][0]
    assert part["orderId"] == order["id"]
    assert part["shippingAddress"]["city"] == "London"
    assert buyer.email not in str(part)
    path = f"/v1/sellerOrders/{part['id']}"
    assert sold.owner.ok("POST", path + ":accept", {})["state"] == "ACCEPTED"
    shipped = sold.owner.ok("POST", path + ":ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    assert (shipped["state"], shipped["parcels"][0]["trackingNumber"]) == ("SHIPPED", "RM1")
    assert sold.owner.ok("GET", path) == shipped
    assert sold.owner.ok("POST", path + ":deliver", {})["state"] == "DELIVERED"

    again = sold.owner.post(path + ":accept", {})
    assert (again.status_code, again.json()["reason"]) == (409, "ILLEGAL_TRANSITION")

    seen = buyer.ok("GET", f"/v1/orders/{order['id']}")
    assert seen["state"] == "DELIVERED"
    events = buyer.ok("GET", f"/v1/orders/{order['id']}/events")["events"]
    assert [event["to"] for event in events] == ["PENDING_PAYMENT", "PLACED", "ACCEPTED", "SHIPPED", "DELIVERED"]
    assert buyer.ok("GET", "/v1/orders")["orders"][0]["id"] == order["id"]


def test_an_order_keeps_the_terms_that_its_buyer_agreed_to(buyer, shop):
    body = buyer.order_body((shop().offer, 1))
    agreed = buyer.post("/v1/orders", {**body, "acceptedTerms": "2026-11"}, key=new_key()).json()
    assert agreed["acceptedTerms"] == buyer.ok("GET", f"/v1/orders/{agreed['id']}")["acceptedTerms"] == "2026-11"
    assert "acceptedTerms" not in buyer.post("/v1/orders", body, key=new_key()).json()
    refused = problem(buyer.post("/v1/orders", {**body, "acceptedTerms": "the newest"}, key=new_key()), 400, "INVALID_ARGUMENT")
    assert [field["field"] for field in refused["fields"]] == ["acceptedTerms"]


def test_two_sellers_make_two_parts(buyer, shop):
    first, second = shop(price=1000), shop(price=250)
    order = buyer.place((first.offer, 1), (second.offer, 4)).json()
    assert order["total"]["amount"] == 2000
    assert sorted(part["total"]["amount"] for part in order["sellerOrders"]) == [1000, 1000]
    first.owner.ok("POST", f"/v1/sellerOrders/{first.owner.ok('GET', f'/v1/sellers/{first.owner.seller}/orders')['sellerOrders'][0]['id']}:accept", {})
    assert buyer.ok("GET", f"/v1/orders/{order['id']}")["state"] == "PLACED"


def test_cancelled_order_gives_back_stock_and_money(buyer, shop):
    sold = shop(stock=3, price=500)
    order = buyer.place((sold.offer, 2)).json()
    assert sold.available() == 1
    key = new_key()
    cancelled = buyer.post(f"/v1/orders/{order['id']}:cancel", {"reason": "ordered twice"}, key=key)
    assert cancelled.status_code == 200 and cancelled.json()["state"] == "CANCELLED", cancelled.text
    replay = buyer.post(f"/v1/orders/{order['id']}:cancel", {"reason": "ordered twice"}, key=key)
    assert replay.headers["Idempotent-Replayed"] == "true" and replay.json() == cancelled.json()

    until(lambda: sold.available() == 3, "the release of the stock")

    def settled():
        payment = buyer.ok("GET", f"/v1/orders/{order['id']}/payment")
        return payment["state"] == "VOIDED" or payment["refunded"]["amount"] == 1000

    until(settled, "the refund")


@pytest.mark.operations("product.SearchProducts", "product.GetProduct")
@pytest.mark.values("product.Product.State.DRAFT", "product.Product.State.PUBLISHED", "product.Offer.State.ACTIVE")
def test_product_is_found_and_read_by_anybody(anonymous, shop):
    sold = shop(title="Zyxomma tillyardi lamp")
    path = f"/v1/products/{sold.product['id']}"

    def stays():
        product = anonymous.get(path)
        assert product.json()["title"] == "Zyxomma tillyardi lamp"
        # It is another answer once every replica knows the shop's name.
        return "seller" in product.json() and anonymous.get(path, headers={"If-None-Match": product.headers["ETag"]}).status_code == 304

    until(stays, "the answer to be the same")
    for query in ("zyxomma", "tillyardi lamp", "zyxom", "zyxoma"):
        until(lambda query=query: sold.product["id"] in [
            p["id"] for p in anonymous.ok("GET", "/v1/products", params={"query": query}).get("products", [])], f"{query} to be found")


def test_price_change_after_the_quote_is_refused(buyer, shop):
    sold = shop(price=700)
    quote = buyer.ok("POST", "/v1/orders:quote", {"items": [{"offerId": sold.offer, "quantity": 1}]})
    sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"price": {"amount": 800, "currency": "EUR"}})
    body = {**buyer.order_body((sold.offer, 1)), "quoteHash": quote["quoteHash"]}
    answer = buyer.post("/v1/orders", body, key=new_key())
    assert (answer.status_code, answer.json()["reason"]) == (409, "PRICE_CHANGED")
    assert sold.available() == 10


@pytest.mark.operations("auth.RefreshSession")
def test_sessions_rotate_and_reuse_ends_the_family(stack, person):
    somebody = person()
    stale = somebody.session["refreshToken"]
    somebody.refresh()
    newer = somebody.session["refreshToken"]
    somebody.refresh()
    nobody = Client(stack["url"], stack["caFile"])
    reused = nobody.post("/v1/sessions:refresh", {"refreshToken": stale})
    assert (reused.status_code, reused.json()["reason"]) == (401, "SESSION_ENDED")
    for token in (newer, somebody.session["refreshToken"]):
        assert nobody.post("/v1/sessions:refresh", {"refreshToken": token}).status_code == 401
