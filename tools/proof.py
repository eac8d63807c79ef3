"""Proves that the marketplace works: a seller opens a shop, a buyer orders and pays, through the public port.

    tools/proof.py --url https://localhost:8443 --ca run/pki/ca.crt \
        --operator-email operator@… --operator-password-file run/secrets/operator_password

Exit code 0 and one line when the order is PLACED; otherwise 1 and the answer that was not the expected one.
Needs nothing but python3. May run any number of times: every run makes its own people and its own product.
"""

import argparse
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
import uuid

# Events between services (profile, membership) arrive by retry; this long is far beyond what they need.
PATIENCE_S = 15


class Unexpected(Exception):
    pass


class Client:
    """One person: base URL, trust and, after sign-in, a token."""

    def __init__(self, url, tls, session=None):
        self.url = url
        self.tls = tls
        self.session = session

    def call(self, method, path, body=None, key=None, expect=(200, 201)):
        headers = {"Accept": "application/json"}
        if self.session:
            headers["Authorization"] = "Bearer " + self.session["accessToken"]
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        give_up = time.monotonic() + PATIENCE_S
        status, text = self._answer(request)
        # Who has just started takes no tokens until auth has told it which of them have ended (ADR 25), and may not have
        # reached its peers yet: 503, which says to come back.
        while status == 503 and time.monotonic() < give_up:
            time.sleep(0.1)
            status, text = self._answer(request)
        if status not in expect:
            raise Unexpected(f"{method} {path}: expected {expect}, got {status}: {text.decode(errors='replace')[:500]}")
        return json.loads(text) if text else {}

    def _answer(self, request):
        try:
            with urllib.request.urlopen(request, context=self.tls, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            raise Unexpected(f"{request.get_method()} {request.selector}: {error}") from None

    def sign_up(self, name):
        email = f"{name}-{uuid.uuid4().hex[:12]}@proof.test"
        body = {"email": email, "password": uuid.uuid4().hex, "displayName": name}
        self.session = self.call("POST", "/v1/accounts", body, expect=(201,))
        return self

    def sign_in(self, email, password):
        self.session = self.call("POST", "/v1/sessions", {"email": email, "password": password}, expect=(200, 201))
        return self

    def refresh(self):
        self.session = self.call("POST", "/v1/sessions:refresh", {"refreshToken": self.session["refreshToken"]})


def until(condition, what):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up:
            raise Unexpected(f"{what} did not happen within {PATIENCE_S} s")
        time.sleep(0.1)


def category(client, operator):
    """Any category; on an empty marketplace the operator makes the first."""
    found = client.call("GET", "/v1/categories").get("categories", [])
    if found:
        return found[0]["id"]
    return operator().call("POST", "/v1/categories", {"name": "Books", "slug": "books"}, expect=(201,))["id"]


def open_shop(seller):
    tag = uuid.uuid4().hex[:12]
    body = {"displayName": "Proof shop", "slug": f"proof-{tag}", "countryCode": "GB"}
    shop = seller.call("POST", "/v1/sellers", body, key=f"proof-shop-{tag}", expect=(201,))

    def is_member():
        seller.refresh()
        return any(one["sellerId"] == shop["id"] for one in seller.session["account"].get("sellers", []))

    until(is_member, "the seller's membership")
    return shop["id"]


def publish_product(seller, shop_id, category_id):
    tag = uuid.uuid4().hex[:12]
    body = {"title": "Proof of the marketplace", "description": "Made by ./market up.", "categoryId": category_id,
            "offers": [{"sku": f"PROOF-{tag}", "price": {"amount": 1999, "currency": "EUR"}, "stock": 1}]}
    product = seller.call("POST", f"/v1/sellers/{shop_id}/products", body, key=f"proof-product-{tag}", expect=(201,))
    return seller.call("POST", f"/v1/products/{product['id']}:publish", {}, expect=(200,))


def place_order(buyer, offer_id):
    address = buyer.call("POST", "/v1/users/me/addresses", {
        "recipient": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London", "postalCode": "SW1Y 4JH",
        "countryCode": "GB"}, expect=(201,))
    body = {"items": [{"offerId": offer_id, "quantity": 1}], "shippingAddressId": address["id"],
            "paymentMethod": "pm_card_visa"}
    order = buyer.call("POST", "/v1/orders", body, key=f"proof-order-{uuid.uuid4()}", expect=(201, 202))

    # 202: payment, just started too, has not answered yet; the order goes on by itself.
    def decided():
        nonlocal order
        if order["state"] == "PENDING_PAYMENT":
            order = buyer.call("GET", f"/v1/orders/{order['id']}")
        return order["state"] != "PENDING_PAYMENT"

    until(decided, "the payment of the order")
    return order


def expect_equal(what, found, wanted):
    if found != wanted:
        raise Unexpected(f"{what}: expected {wanted}, got {found}")


def prove(options):
    tls = ssl.create_default_context(cafile=options.ca)

    def person():
        return Client(options.url, tls)

    def operator():
        with open(options.operator_password_file) as file:
            return person().sign_in(options.operator_email, file.read().strip())

    started = time.monotonic()
    seller = person().sign_up("proof-seller")
    shop_id = open_shop(seller)
    product = publish_product(seller, shop_id, category(person(), operator))
    buyer = person().sign_up("proof-buyer")
    order = place_order(buyer, product["offers"][0]["id"])
    expect_equal("state of the order", order["state"], "PLACED")
    expect_equal("total of the order", order["total"], {"amount": 1999, "currency": "EUR"})
    read = buyer.call("GET", f"/v1/orders/{order['id']}")
    expect_equal("state of the order when read again", read["state"], "PLACED")
    left = person().call("GET", f"/v1/products/{product['id']}")["offers"][0]
    expect_equal("units left", left.get("available", 0), 0)
    seller.call("POST", f"/v1/products/{product['id']}:archive", {}, expect=(200,))    # nothing of it stays in the catalogue
    print(f"proof: order {order.get('number', order['id'])} placed and paid, 19.99 EUR, "
          f"{time.monotonic() - started:.2f} s from sign-up to receipt")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("url", "ca", "operator-email", "operator-password-file"):
        parser.add_argument(f"--{name}", required=True)
    try:
        prove(parser.parse_args())
    except Unexpected as problem:
        print(f"proof: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
