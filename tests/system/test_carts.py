"""Carts: a guest's by its token, merged into an account's, and what becomes of one that is checked out; the wish list."""

import concurrent.futures
import urllib.parse

import httpx
import pytest

import market
from market import Client, new_key, until
from test_bad_input import problem

CARTS, WISHES = "/v1/carts", "/v1/wishlist"


class Cart:
    """One cart, asked by whoever holds it."""

    def __init__(self, client, token=None, made=None):
        self.client, self.headers = client, {"X-Cart-Token": token} if token else {}
        made = made or client.ok("POST", CARTS, {}, headers=self.headers)
        self.id, self.path = made["cart"]["id"], f"{CARTS}/{made['cart']['id']}"

    def call(self, verb, suffix="", body=None, **arguments):
        return self.client.call(verb, self.path + suffix, body, headers=self.headers, **arguments)

    def put(self, offer, quantity=1):
        answer = self.call("PUT", f"/items/{offer}", {"quantity": quantity})
        assert answer.is_success, answer.text
        return answer.json()

    def get(self):
        answer = self.call("GET")
        assert answer.is_success, answer.text
        return answer.json()

    def checkout(self, method="pm_card_visa", key=None, **more):
        body = {"shippingAddressId": self.client.address, "paymentMethod": method, **more}
        return self.client.post(f"{self.path}:checkout", body, key=key or new_key())


def of_guest(anonymous):
    made = anonymous.ok("POST", CARTS, {})
    return Cart(anonymous, made["cartToken"], made), made["cartToken"]


def states(cart):
    return [(item["state"], item["quantity"]) for item in cart["items"]]


@pytest.mark.operations("order.CreateCart", "order.GetCart", "order.PutCartItem", "order.MergeCart", "order.CheckoutCart", "order.DeleteCart")
@pytest.mark.values("order.CartItem.State.AVAILABLE", "order.OrderState.PLACED")
def test_a_guests_cart_becomes_an_order(anonymous, buyer, shop):
    one, two = shop(), shop()
    guest, token = of_guest(anonymous)
    guest.put(one.offer, 2)
    shown = guest.put(two.offer)
    assert states(shown) == [("AVAILABLE", 2), ("AVAILABLE", 1)] and shown["total"] == {"amount": 3 * 1999, "currency": "EUR"}
    own = Cart(buyer)
    own.put(one.offer, 1)
    merge = {"headers": {"X-Cart-Token": token}}
    for _ in range(2):  # repeatable
        merged = buyer.ok("POST", f"{guest.path}:merge", {}, **merge)
        assert merged["id"] == own.id and states(merged) == [("AVAILABLE", 3), ("AVAILABLE", 1)]
    until(lambda: own.get()["items"][0].get("seller", {}).get("displayName") == "Engines", "the name of the shop")
    problem(guest.call("GET"), 404, "NOT_FOUND")

    key = new_key()
    first = own.checkout(key=key)
    assert first.status_code == 201, first.text
    assert first.headers["Location"] == f"/v1/orders/{first.json()['id']}"
    again = own.checkout(key=key)
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first.json(), "true")
    assert first.json()["total"]["amount"] == 4 * 1999 and len(first.json()["sellerOrders"]) == 2
    assert own.get()["items"] == []
    problem(own.checkout(), 409, "CART_EMPTY")
    assert own.call("DELETE").status_code == 204
    problem(own.call("GET"), 404, "NOT_FOUND")


def test_nothing_else_opens_a_cart(anonymous, buyer, person, shop):
    sold = shop()
    guest, _ = of_guest(anonymous)
    guest.put(sold.offer)
    _, other = of_guest(anonymous)
    own = Cart(buyer)
    for stranger in (Client(anonymous.url, anonymous.ca_file), person("Eve")):
        for path in (guest.path, own.path):
            for headers in ({}, {"X-Cart-Token": other}, {"X-Cart-Token": "forged"}):
                for verb, suffix, body in (("GET", "", None), ("DELETE", "", None), ("PUT", f"/items/{sold.offer}", {"quantity": 1}),
                                           ("PUT", "/coupons", {"couponCodes": []})):
                    problem(stranger.call(verb, path + suffix, body, headers=headers), 404, "NOT_FOUND")
    problem(buyer.post(f"{guest.path}:merge", {}, headers={"X-Cart-Token": other}), 404, "NOT_FOUND")
    assert len(guest.get()["items"]) == 1


def test_a_key_without_an_account_belongs_to_who_has_the_token(anonymous, shop):
    sold = shop()
    guest, token = of_guest(anonymous)
    other, other_token = of_guest(anonymous)
    key, body = new_key(), {"quantity": 2}

    def put(cart, brought):
        return anonymous.call("PUT", f"{cart.path}/items/{sold.offer}", body, key=key, headers={"X-Cart-Token": brought} if brought else {})

    first, again = put(guest, token), put(guest, token)
    assert first.status_code == 200 and again.headers["Idempotent-Replayed"] == "true" and again.content == first.content
    assert "Idempotent-Replayed" not in put(other, other_token).headers
    refusal = problem(put(guest, None), 400, "INVALID_ARGUMENT")
    assert [(field["field"], field["reason"]) for field in refusal["fields"]] == [("Idempotency-Key", "NOT_SUPPORTED")]


@pytest.mark.operations("order.PutCartDelivery", "order.PutCartCoupons", "order.DeleteCartItem")
@pytest.mark.values("order.CartItem.State.LESS_LEFT", "order.CartItem.State.GONE", "order.CartItem.State.NO_PRICE")
def test_what_has_changed_is_told(buyer, shop):
    falls, rises, runs_out, goes, turns = (shop(stock=10) for _ in range(5))
    cart = Cart(buyer)
    for sold in (falls, rises, runs_out, goes, turns):
        cart.put(sold.offer, 2)
    for sold, price in ((falls, 1500), (rises, 2500)):
        sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"price": {"amount": price, "currency": "EUR"}})
    runs_out.owner.ok("POST", f"/v1/offers/{runs_out.offer}:adjustStock", {"delta": -9, "reason": "broken"}, key=new_key())
    goes.owner.ok("POST", f"/v1/offers/{goes.offer}:archive", {})
    turns.owner.ok("PATCH", f"/v1/offers/{turns.offer}", {"prices": [{"price": {"amount": 1999, "currency": "USD"}}]})
    for _ in range(2):
        shown = cart.get()
        assert states(shown) == [("AVAILABLE", 2), ("AVAILABLE", 2), ("LESS_LEFT", 2), ("GONE", 2), ("NO_PRICE", 2)]
        assert [item.get("priceWas", {}).get("amount") for item in shown["items"]] == [1999, 1999, None, None, None]
        assert shown["items"][2]["available"] == 1
        assert shown["total"]["amount"] == 2 * (1500 + 2500)
    problem(cart.checkout(), 409, "OFFER_UNAVAILABLE")
    choice = {"sellerId": falls.owner.seller, "deliveryMethodId": falls.offer}
    seen = cart.call("PUT", "/delivery", {"deliveryChoices": [choice]}).json()
    assert seen["items"][0]["priceWas"]["amount"] == 1999 and seen["deliveryChoices"] == [choice]
    assert not any("priceWas" in item for item in cart.get()["items"]), "seen by now"
    assert cart.call("PUT", "/coupons", {"couponCodes": ["WELCOME"]}).json()["couponCodes"] == ["WELCOME"]
    for sold in (runs_out, goes, turns):
        left = cart.call("DELETE", f"/items/{sold.offer}").json()
    assert states(left) == [("AVAILABLE", 2)] * 2


@pytest.mark.alone
def test_many_at_once(buyer, shop):
    first, second = shop(), shop()
    cart = Cart(buyer)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: cart.put((first, second)[n % 2].offer, 1 + n % 2), range(16)))
        assert sorted(states(cart.get())) == [("AVAILABLE", 1), ("AVAILABLE", 2)]
        keys = [new_key() for _ in range(4)]
        answers = list(pool.map(lambda key: cart.checkout(key=key), keys * 2))
    placed = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(placed) == 1, [answer.text for answer in answers]
    refused = {answer.json()["reason"] for answer in answers if not answer.is_success}
    assert refused <= {"CART_EMPTY", "CART_IN_CHECKOUT", "IDEMPOTENCY_KEY_IN_FLIGHT"}
    assert [order["id"] for order in buyer.ok("GET", "/v1/orders")["orders"]] == list(placed)
    assert cart.get()["items"] == []


def test_a_declined_order_keeps_its_cart(buyer, shop):
    cart = Cart(buyer)
    cart.put(shop().offer, 2)
    declined = problem(cart.checkout("pm_card_visa_chargeDeclined"), 402, "PAYMENT_DECLINED")["metadata"]["orderId"]
    waiting = cart.get()
    assert waiting["orderId"] == declined and states(waiting) == [("AVAILABLE", 2)]
    assert problem(cart.checkout(), 409, "CART_IN_CHECKOUT")["metadata"]["orderId"] == declined
    buyer.ok("POST", f"/v1/orders/{declined}:cancel", {}, key=new_key())
    paid = cart.checkout()
    assert paid.status_code == 201, paid.text
    assert cart.get()["items"] == []


def test_in_a_browser_the_token_is_a_cookie(stack, shop):
    port = urllib.parse.urlsplit(stack["url"]).port
    sold = shop()
    with httpx.Client(base_url=stack["url"], verify=stack["caFile"], headers={"Sec-Fetch-Site": "same-origin"}) as page:
        made = page.post("/v1/browser/carts", json={})
        name, _, rest = made.headers["Set-Cookie"].partition("=")
        assert made.status_code == 201 and name == f"__Host-cart-{port}" and "HttpOnly" in rest and "signed-in" not in rest
        cookie = {"Cookie": f"{name}={rest.partition(';')[0]}"}
        item = f"{CARTS}/{made.json()['id']}/items/{sold.offer}"
        assert page.put(item, json={"quantity": 2}, headers=cookie).json()["items"][0]["quantity"] == 2
        problem(page.put(item, json={"quantity": 1}, headers={**cookie, "Sec-Fetch-Site": "cross-site"}), 403, "CROSS_SITE")
        assert page.post("/v1/browser/carts", json={}, headers=cookie).json()["items"][0]["quantity"] == 2


@pytest.mark.operations("order.ListWishes", "order.PutWish", "order.DeleteWish")
def test_the_wish_list(buyer, shop):
    falls, sold_out = shop(stock=10), shop(stock=10)
    for sold in (falls, sold_out):
        assert buyer.ok("PUT", f"{WISHES}/{sold.offer}", {})["inStock"]
    falls.owner.ok("PATCH", f"/v1/offers/{falls.offer}", {"price": {"amount": 1500, "currency": "EUR"}})
    sold_out.owner.ok("POST", f"/v1/offers/{sold_out.offer}:adjustStock", {"delta": -10, "reason": "broken"}, key=new_key())
    page = buyer.ok("GET", WISHES, params={"pageSize": 1})
    assert [(wish["offerId"], wish.get("inStock", False)) for wish in page["wishes"]] == [(sold_out.offer, False)]
    rest = buyer.ok("GET", WISHES, params={"pageToken": page["nextPageToken"]})
    assert [(wish["priceThen"]["amount"], wish["price"]["amount"]) for wish in rest["wishes"]] == [(1999, 1500)]
    for _ in range(2):
        assert buyer.call("DELETE", f"{WISHES}/{falls.offer}").status_code == 204
    assert len(buyer.ok("GET", WISHES)["wishes"]) == 1


@pytest.mark.values("notification.Notification.Kind.WISH_PRICE_FELL", "notification.Notification.Kind.WISH_BACK_IN_STOCK")
def test_who_looks_out_for_something_is_told(buyer, shop):
    falls, comes_back = shop(), shop(stock=1)
    comes_back.owner.ok("POST", f"/v1/offers/{comes_back.offer}:adjustStock", {"delta": -1, "reason": "broken"}, key=new_key())
    for sold in (falls, comes_back):
        buyer.ok("PUT", f"{WISHES}/{sold.offer}", {})
    falls.owner.ok("PATCH", f"/v1/offers/{falls.offer}", {"price": {"amount": 1500, "currency": "EUR"}})
    comes_back.owner.ok("POST", f"/v1/offers/{comes_back.offer}:adjustStock", {"delta": 1, "reason": "mended"}, key=new_key())
    market.psql("order", f"UPDATE wish SET looked_at = '-infinity' WHERE account_id = '{buyer.id}'")

    def told():
        return {one["kind"]: one for one in buyer.ok("GET", "/v1/notifications")["notifications"]}

    until(lambda: {"WISH_PRICE_FELL", "WISH_BACK_IN_STOCK"} <= told().keys(), "both to be told", limit_s=20)
    assert told()["WISH_PRICE_FELL"]["amount"] == {"amount": 1500, "currency": "EUR"}
    assert told()["WISH_BACK_IN_STOCK"]["productId"] == comes_back.product["id"]
