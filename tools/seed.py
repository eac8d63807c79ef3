"""Fills a running marketplace with demonstration data through its public port: shops, products, stock, orders.

    ./market seed
    ./market seed --products N    a large catalogue instead, by SQL: tools/seed_bulk.py

Deterministic, and safe to run again: what is there already stays as it is, a run that was broken off is completed.
Categories and shops are known by slug, people by e-mail, products and offers by SKU, orders by the SKUs in them. Needs nothing
but python3. What it makes stands in tools/seed_catalogue.py.
"""

import argparse
import concurrent.futures
import http.client
import itertools
import json
import pathlib
import ssl
import sys
import time
import urllib.parse

# ./market runs Python without the script's own folder in its path.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import seed_bulk  # noqa: E402
import seed_catalogue as catalogue  # noqa: E402
import seed_pictures  # noqa: E402

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

    def call(self, method, path, body=None, key=None, expect=(200, 201), picture=None):
        headers = {"Accept": "application/json"}
        if self.session:
            headers["Authorization"] = "Bearer " + self.session["accessToken"]
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if picture is not None:
            headers["Content-Type"], data = "image/png", picture
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

    def twin(self):
        """The same person on a connection of its own."""
        other = Person("//" + self.address, self.tls)
        other.session = self.session
        return other

    def refresh(self):
        self.session = self.post("/v1/sessions:refresh", {"refreshToken": self.session["refreshToken"]})


def until(condition, what):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up:
            raise Unexpected(f"{what} did not happen within {PATIENCE_S} s")
        time.sleep(0.1)


def make_categories(operator):
    """Ids by slug. One that is there, as the proof's is, gets what it lacks."""
    ids = {category["slug"]: category["id"] for category in operator.get("/v1/categories").get("categories", [])}
    for slug, (name, russian, parent) in catalogue.CATEGORIES.items():
        told = {"language": "ru", "name": russian}
        if slug not in ids:
            body = {"name": name, "slug": slug, "translations": [told], **({"parentId": ids[parent]} if parent else {})}
            ids[slug] = operator.post("/v1/categories", body)["id"]
            continue
        path = "/v1/categories/" + ids[slug]
        there = operator.get(path)["translations"]
        if told["language"] not in {each["language"] for each in there}:
            operator.call("PATCH", path, {"translations": [*there, told]})
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


def upload_picture(person, shelf, number):
    """Its id; the same file again is the same picture."""
    name, _, department = catalogue.CATEGORIES[shelf]
    drawing = seed_pictures.drawn(shelf, department, number)
    path = f"/v1/sellers/{person.shop}/pictures?altText={urllib.parse.quote('A drawing: ' + name)}"
    return person.post(path, None, picture=drawing, key=f"seed-picture-{person.shop}-{shelf}-{number}")["id"]


def reduce(person, product, wanted):
    """Brings offers down in price that cost more before: what never did is not reduced."""
    present = {offer["sku"]: offer for offer in product["offers"]}
    for offer in wanted["offers"]:
        prices, there = catalogue.reduced_prices(offer), present.get(offer["sku"])
        if prices and there and "compareAt" not in there:
            person.call("PATCH", f"/v1/offers/{there['id']}", {"prices": prices})


def fill_shop(person, seller, category_ids):
    """Products by code, offers by SKU; makes and publishes those that are missing."""
    path = f"/v1/sellers/{person.shop}/products"
    present = {code_of(offer["sku"]): product for product in person.pages(path, "products")
               for offer in product.get("offers", []) if offer["sellerId"] == person.shop}
    pictures = {}
    for wanted in catalogue.products(seller):
        code = code_of(wanted["offers"][0]["sku"])
        product = present.get(code)
        if not product:
            for drawing in wanted["pictureIds"]:
                if drawing not in pictures:
                    pictures[drawing] = upload_picture(person, *drawing)
            body = {**wanted, "categoryId": category_ids[wanted["categoryId"]],
                    "pictureIds": [pictures[drawing] for drawing in wanted["pictureIds"]]}
            product = person.post(path, body, key="seed-product-" + code)
        reduce(person, product, wanted)
        if product["state"] == "DRAFT":
            product = person.post(f"/v1/products/{product['id']}:publish", {})
        present[code] = product
    return present


def add_second_offers(people, products):
    for email, code, offer in catalogue.second_offers():
        product = products[code]
        if not any(present["sku"] == offer["sku"] for present in product["offers"]):
            # 409: another run of this program was quicker.
            people[email].call("POST", f"/v1/products/{product['id']}/offers", offer, expect=(201, 409))


def address_of(person, wanted):
    present = person.get("/v1/users/me/addresses").get("addresses", [])
    return (present or [person.post("/v1/users/me/addresses", wanted)])[0]["id"]


def orders_of(buyer):
    """By the SKUs in them. What failed is a list of its own."""
    return {frozenset(line["sku"] for part in order["sellerOrders"] for line in part["lines"]): order
            for path in ("/v1/orders", "/v1/orders?state=FAILED") for order in buyer.pages(path, "orders")}


def place(buyer, order, body):
    """A declined one waits for another method, and its refusal names it."""
    _, answer = buyer.call("POST", "/v1/orders", body, key=f"seed-order-{order['number']}", expect=(201, 202, 402))
    return answer if "sellerOrders" in answer else buyer.get(f"/v1/orders/{answer['metadata']['orderId']}")


def settled(buyer, order):
    """The order as it is now that its payment is decided."""

    def decided():
        nonlocal order
        if order["state"] == "PENDING_PAYMENT" and "payUntil" not in order:
            order = buyer.get(f"/v1/orders/{order['id']}")
        return order["state"] != "PENDING_PAYMENT" or "payUntil" in order

    until(decided, "an order's payment")
    return order


# What a seller does, one after the other, and the state each begins in.
STEPS = [("PLACED", "accept", {}), ("ACCEPTED", "ship", {"carrier": "Royal Mail", "trackingNumber": "RM123456785GB"}),
         ("SHIPPED", "deliver", {})]
# What of a goal is the seller's to do; what is not here is done by somebody else, or nothing is.
SELLER_BRINGS_TO = {"ACCEPTED": "ACCEPTED", "SHIPPED": "SHIPPED", "DELIVERED": "DELIVERED", "COMPLETED": "DELIVERED",
                    "REFUNDED": "DELIVERED", "PARTLY_REFUNDED": "DELIVERED"}


def advance(part, seller, goal):
    """Moves one seller's part forward to where the seller has to bring it; where it is further, or elsewhere, it stays."""
    path, state = f"/v1/sellerOrders/{part['id']}", part["state"]
    if goal == "REJECTED" and state == "PLACED":
        seller.post(path + ":reject", {"reason": "the last one broke while we packed it"}, key="seed-reject-" + part["id"])
    for before, verb, body in STEPS if goal in SELLER_BRINGS_TO else ():
        if before == SELLER_BRINGS_TO[goal]:
            return
        if state == before:
            state = seller.post(f"{path}:{verb}", body)["state"]


def buy(buyer, address, offers, wanted):
    """Places what a buyer wants and is not there yet, and cancels what is to be: [(wanted, order)]."""
    present, placed = orders_of(buyer), []
    for order in wanted:
        body = {"items": [{"offerId": offers[sku], "quantity": units} for sku, units in order["items"].items()],
                "shippingAddressId": address, "paymentMethod": order["method"]}
        found = settled(buyer, present.get(frozenset(order["items"])) or place(buyer, order, body))
        cancel(buyer, found, order)
        placed.append((order, found))
    return placed


def cancel(buyer, order, wanted):
    key, path = f"seed-cancel-{wanted['number']}", f"/v1/orders/{order['id']}:cancel"
    lines = [line for part in order["sellerOrders"] for line in part["lines"]]
    if (wanted["goal"], order["state"]) in (("CANCELLED", "PLACED"), ("FAILED", "PENDING_PAYMENT")):
        buyer.call("POST", path, {"reason": "ordered twice"}, key=key, expect=(200, 202))
    elif (wanted["goal"], order["state"]) == ("PARTLY_CANCELLED", "PLACED") and not any(
            line.get("cancelledQuantity") for line in lines):
        line = max(lines, key=lambda one: one["quantity"])
        buyer.post(path, {"reason": "one is enough", "lines": [{"lineId": line["id"], "quantity": 1}]}, key=key)


def confirm(buyer, placed):
    for order, found in placed:
        for part in found["sellerOrders"] if order["goal"] == "COMPLETED" else ():
            if part["state"] not in ("COMPLETED", "CANCELLED", "REJECTED", "FAILED"):
                buyer.post(f"/v1/sellerOrders/{part['id']}:confirmReceipt", {})


def refund(operator, order, found):
    """Everything, or a tenth of it, of each part from which nothing has gone back."""
    payment = None

    def decided():
        nonlocal payment
        payment = operator.get(f"/v1/orders/{found['id']}/payment")
        return payment["state"] not in ("CREATED", "AUTHORIZED", "UNKNOWN")

    until(decided, "an order's capture")
    for split in payment["splits"] if payment["state"] == "CAPTURED" else ():
        if split["refunded"].get("amount"):
            continue
        body = {"sellerOrderId": split["sellerOrderId"], "reason": "it arrived with a scratch"}
        if order["goal"] == "PARTLY_REFUNDED":
            body["amount"] = {**split["amount"], "amount": split["amount"]["amount"] // 10}
        operator.post(f"/v1/payments/{payment['id']}:refund", body, key="seed-refund-" + split["sellerOrderId"])


def make_orders(operator, buyers, sellers, offers):
    """Whoever acts has one connection: first all buyers, then all sellers, side by side."""
    wanted = [[order for order in catalogue.ORDERS if order["buyer"] == one["email"]] for one in catalogue.BUYERS]
    addresses = [address_of(buyer, one["address"]) for buyer, one in zip(buyers, catalogue.BUYERS)]
    with concurrent.futures.ThreadPoolExecutor(max(len(buyers), len(sellers))) as pool:
        placed = list(pool.map(buy, buyers, addresses, itertools.repeat(offers), wanted))
        orders = list(itertools.chain(*placed))

        def fulfil(seller):
            for order, found in orders:
                for part in found["sellerOrders"]:
                    if part["sellerId"] == seller.shop:
                        advance(part, seller, order["goal"])

        list(pool.map(fulfil, sellers))
        list(pool.map(confirm, buyers, placed))
    for order, found in orders:
        if order["goal"] in ("REFUNDED", "PARTLY_REFUNDED"):
            refund(operator, order, found)


class Door:
    """How people come in: one connection for each."""

    def __init__(self, options):
        self.url, self.tls = options.url, ssl.create_default_context(cafile=options.ca)
        self.operator_email = options.operator_email
        self.operator_password = pathlib.Path(options.operator_password_file).read_text().strip()

    def operator(self):
        return Person(self.url, self.tls).enter(self.operator_email, self.operator_password)

    def person(self, email, name):
        return Person(self.url, self.tls).enter(email, catalogue.PASSWORD, name)


def seed_many(options, wanted):
    started = time.monotonic()
    if not options.conninfo_file:
        raise Unexpected("--products writes into the database of product, and only that of a marketplace which ./market up has started "
                         "on this machine is within reach")
    door = Door(options)
    operator = door.operator()
    category_ids = make_categories(operator)
    shops = seed_bulk.open_shops(seed_bulk.shops_before(wanted), door.person, operator.twin)
    database = seed_bulk.Database(options.psql, options.conninfo_file)
    new = seed_bulk.fill(database, wanted, shops, category_ids)
    print(f"seed: {len(shops)} shops, {wanted} products; {new} products new, {time.monotonic() - started:.1f} s")


def seed(options):
    started = time.monotonic()
    door = Door(options)
    operator = door.operator()
    category_ids = make_categories(operator)
    # One after the other: passwords are hashed one at a time, and the queue for it is for real people.
    people = {one["email"]: door.person(one["email"], one["name"]) for one in catalogue.SELLERS + catalogue.BUYERS}
    for seller in catalogue.SELLERS:
        open_shop(people[seller["email"]], seller, operator)

    products = {}
    with concurrent.futures.ThreadPoolExecutor(len(catalogue.SELLERS)) as pool:
        for shelf in pool.map(lambda one: fill_shop(people[one["email"]], one, category_ids), catalogue.SELLERS):
            products.update(shelf)
    add_second_offers(people, products)

    offers = {offer["sku"]: offer["id"] for product in products.values() for offer in product["offers"]}
    make_orders(operator, [people[one["email"]] for one in catalogue.BUYERS],
                [people[one["email"]] for one in catalogue.SELLERS], offers)

    made = operator.made + sum(person.made for person in people.values())
    print(f"seed: {len(catalogue.SELLERS)} shops, {len(products)} products, {len(catalogue.ORDERS)} orders; "
          f"{made} things new, {time.monotonic() - started:.1f} s")
    for role, group in (("seller", catalogue.SELLERS), ("buyer", catalogue.BUYERS)):
        for one in group:
            print(f"  {role:<8} {one['email']:<18} {catalogue.PASSWORD!r:<20} {one.get('shop', '')}".rstrip())


def number_of_products(text):
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= seed_bulk.MOST:
        raise Unexpected(f"--products: '{text}' is not a number from 1 to {seed_bulk.MOST}")
    return int(text)


def main():
    parser = argparse.ArgumentParser(prog="./market seed", description=__doc__.partition("\n")[0])
    parser.add_argument("--products", metavar="N", help="a large catalogue instead, straight into the database of product")
    for name in ("url", "ca", "operator-email", "operator-password-file"):
        parser.add_argument(f"--{name}", required=True, help=argparse.SUPPRESS)
    # Where the database of product and psql are, of a marketplace on this machine.
    for name in ("conninfo-file", "psql"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    options = parser.parse_args()
    try:
        if options.products is None:
            seed(options)
        else:
            seed_many(options, number_of_products(options.products))
    except (Unexpected, OSError) as problem:
        print(f"seed: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
