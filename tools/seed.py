"""Fills a running marketplace with demonstration data through its public port: shops, products, stock, orders.

    ./market seed

Deterministic, and safe to run again: what is there already stays as it is, a run that was broken off is completed.
Categories and shops are known by slug, people by e-mail, products and offers by SKU, orders by the SKUs in them. Needs nothing
but python3. What it makes stands in tools/seed_catalogue.py.
"""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import ssl
import sys
import time
import urllib.parse

# ./market runs Python without the script's own folder in its path.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import seed_catalogue as catalogue  # noqa: E402

# Memberships travel by retry between services; a payment may be under way: this is far beyond what they need.
PATIENCE_S = 20
TRIES = 8


class Unexpected(Exception):
    pass


class Person:
    """One kept-alive connection to the marketplace and, after entering, a token. Used by one thread at a time."""

    def __init__(self, url, tls):
        self.address = urllib.parse.urlsplit(url).netloc
        self.tls = tls
        self.connection = None
        self.session = None
        self.made = 0

    def exchange(self, method, path, data, headers):
        if not self.connection:
            self.connection = http.client.HTTPSConnection(self.address, context=self.tls, timeout=30)
        try:
            self.connection.request(method, path, data, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

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
        for attempt in range(TRIES):
            try:
                status, fields, text = self.exchange(method, path, data, headers)
            except (OSError, http.client.HTTPException) as error:
                # Every call here may be repeated: it reads, names its key, or is refused the second time.
                status, fields, text = 0, {}, str(error).encode()
            if status not in (0, 429, 503) or attempt == TRIES - 1:
                break
            time.sleep(min(float(fields.get("Retry-After", 0.2 * (attempt + 1))), 5))
        if status not in expect:
            raise Unexpected(f"{method} {path}: {status or 'no answer'}: {text.decode(errors='replace')[:400]}")
        if status == 201 and path != "/v1/sessions" and "Idempotent-Replayed" not in fields:
            self.made += 1
        return status, json.loads(text) if text else {}

    def get(self, path):
        return self.call("GET", path)[1]

    def post(self, path, body, **arguments):
        return self.call("POST", path, body, **arguments)[1]

    def pages(self, path, field):
        token = ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}pageSize=100&pageToken={urllib.parse.quote(token)}")
            yield from page.get(field, [])
            token = page.get("nextPageToken")
            if not token:
                return

    def enter(self, email, password, name=None):
        """Signs up, or in where the account is there already (always, without a name to sign up with)."""
        if name:
            body = {"email": email, "password": password, "displayName": name}
            status, session = self.call("POST", "/v1/accounts", body, expect=(201, 409))
            if status == 201:
                self.session = session
                return self
        self.session = self.post("/v1/sessions", {"email": email, "password": password}, expect=(200, 201))
        return self

    def refresh(self):
        self.session = self.post("/v1/sessions:refresh", {"refreshToken": self.session["refreshToken"]})


def until(condition, what):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up:
            raise Unexpected(f"{what} did not happen within {PATIENCE_S} s")
        time.sleep(0.1)


def make_categories(operator):
    """Ids by slug."""
    ids = {category["slug"]: category["id"] for category in operator.get("/v1/categories").get("categories", [])}
    for slug, (name, parent) in catalogue.CATEGORIES.items():
        if slug not in ids:
            body = {"name": name, "slug": slug, **({"parentId": ids[parent]} if parent else {})}
            ids[slug] = operator.post("/v1/categories", body)["id"]
    return ids


def open_shop(person, seller, operator):
    for member in person.session["account"].get("sellers", []):
        if person.get(f"/v1/sellers/{member['sellerId']}")["slug"] == seller["slug"]:
            person.shop = member["sellerId"]
            return
    body = {"displayName": seller["shop"], "slug": seller["slug"], "countryCode": seller["country"]}
    shop = person.post("/v1/sellers", body, key="seed-shop-" + seller["slug"])

    def is_member():
        if any(member["sellerId"] == shop["id"] for member in person.session["account"].get("sellers", [])):
            return True
        person.refresh()
        return False

    if shop["state"] == "PENDING":
        operator.post(f"/v1/sellers/{shop['id']}:approve", {})
    until(is_member, "the membership of " + seller["email"])
    person.shop = shop["id"]


def code_of(sku):
    """Of its product: FAI-001-2 is an offer of FAI-001."""
    return sku.rpartition("-")[0]


def fill_shop(person, seller, category_ids):
    """Products by code, offers by SKU; makes and publishes those that are missing."""
    path = f"/v1/sellers/{person.shop}/products"
    present = {code_of(offer["sku"]): product for product in person.pages(path, "products")
               for offer in product.get("offers", []) if offer["sellerId"] == person.shop}
    for wanted in catalogue.products(seller):
        code = code_of(wanted["offers"][0]["sku"])
        product = present.get(code)
        if not product:
            body = {**wanted, "categoryId": category_ids[wanted["categoryId"]]}
            product = person.post(path, body, key="seed-product-" + code)
        if product["state"] == "DRAFT":
            product = person.post(f"/v1/products/{product['id']}:publish", {})
        present[code] = product
    return present


def add_second_offers(people, products):
    for seller, code, offer in catalogue.second_offers():
        product = products[code]
        if not any(present["sku"] == offer["sku"] for present in product["offers"]):
            # 409: another run of this program was quicker.
            people[seller["email"]].call("POST", f"/v1/products/{product['id']}/offers", offer, expect=(201, 409))


def address_of(person, wanted):
    present = person.get("/v1/users/me/addresses").get("addresses", [])
    return (present or [person.post("/v1/users/me/addresses", wanted)])[0]["id"]


def orders_of(buyer):
    """By the SKUs in them. What failed is a list of its own."""
    return {frozenset(line["sku"] for part in order["sellerOrders"] for line in part["lines"]): order
            for path in ("/v1/orders", "/v1/orders?state=FAILED") for order in buyer.pages(path, "orders")}


def place(buyer, order, key):
    status, answer = buyer.call("POST", "/v1/orders", order, key=key, expect=(201, 202, 402))
    return None if status == 402 else answer


def settled(buyer, order):
    """The order as it is now that its payment is decided; one that was declined waits for another method, and then fails."""

    def decided():
        nonlocal order
        if order["state"] == "PENDING_PAYMENT":
            order = buyer.get(f"/v1/orders/{order['id']}")
        return order["state"] != "PENDING_PAYMENT" or "payUntil" in order

    until(decided, "an order's payment")
    return order


# What a seller does, one after the other, and the state each leads to.
STEPS = [("accept", "ACCEPTED", {}), ("ship", "SHIPPED", {"carrier": "Royal Mail", "trackingNumber": "RM123456785GB"}),
         ("deliver", "DELIVERED", {})]


def advance(part, seller, wanted):
    """Moves one seller's part forward to the wanted state; where it is further, or elsewhere, it stays."""
    state = part["state"]
    for before, (verb, after, body) in zip(("PLACED", "ACCEPTED", "SHIPPED"), STEPS):
        if state == wanted or state != before:
            continue
        state = seller.post(f"/v1/sellerOrders/{part['id']}:{verb}", body)["state"]


def make_orders(buyers, addresses, sellers_by_shop, offers):
    present = {email: orders_of(buyers[email]) for email in addresses}
    for number, (email, skus, method, wanted) in enumerate(catalogue.ORDERS, 1):
        buyer = buyers[email]
        body = {"items": [{"offerId": offers[sku], "quantity": 1} for sku in skus],
                "shippingAddressId": addresses[email], "paymentMethod": method}
        order = present[email].get(frozenset(skus)) or place(buyer, body, f"seed-order-{number}")
        order = order and settled(buyer, order)
        if not order or order["state"] in ("PENDING_PAYMENT", "FAILED"):
            continue
        if wanted == "CANCELLED":
            if order["state"] == "PLACED":
                buyer.post(f"/v1/orders/{order['id']}:cancel", {"reason": "ordered twice"},
                           key=f"seed-cancel-{number}")
            continue
        for part in order["sellerOrders"]:
            advance(part, sellers_by_shop[part["sellerId"]], wanted)


def seed(options):
    started = time.monotonic()
    tls = ssl.create_default_context(cafile=options.ca)
    with open(options.operator_password_file) as file:
        operator = Person(options.url, tls).enter(options.operator_email, file.read().strip())
    category_ids = make_categories(operator)
    # One after the other: passwords are hashed one at a time, and the queue for it is for real people.
    people = {one["email"]: Person(options.url, tls).enter(one["email"], catalogue.PASSWORD, one["name"])
              for one in catalogue.SELLERS + catalogue.BUYERS}
    for seller in catalogue.SELLERS:
        open_shop(people[seller["email"]], seller, operator)

    products = {}
    with concurrent.futures.ThreadPoolExecutor(len(catalogue.SELLERS)) as pool:
        for shelf in pool.map(lambda one: fill_shop(people[one["email"]], one, category_ids), catalogue.SELLERS):
            products.update(shelf)
    add_second_offers(people, products)

    addresses = {buyer["email"]: address_of(people[buyer["email"]], buyer["address"]) for buyer in catalogue.BUYERS}
    offers = {offer["sku"]: offer["id"] for product in products.values() for offer in product["offers"]}
    sellers_by_shop = {people[seller["email"]].shop: people[seller["email"]] for seller in catalogue.SELLERS}
    make_orders(people, addresses, sellers_by_shop, offers)

    made = operator.made + sum(person.made for person in people.values())
    print(f"seed: {len(catalogue.SELLERS)} shops, {len(products)} products, {len(catalogue.ORDERS)} orders; "
          f"{made} things new, {time.monotonic() - started:.1f} s")
    for role, group in (("seller", catalogue.SELLERS), ("buyer", catalogue.BUYERS)):
        for one in group:
            print(f"  {role:<8} {one['email']:<18} {catalogue.PASSWORD!r:<20} {one.get('shop', '')}".rstrip())


def main():
    parser = argparse.ArgumentParser(prog="./market seed", description=__doc__.partition("\n")[0])
    for name in ("url", "ca", "operator-email", "operator-password-file"):
        parser.add_argument(f"--{name}", required=True, help=argparse.SUPPRESS)
    try:
        seed(parser.parse_args())
    except (Unexpected, OSError) as problem:
        print(f"seed: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
