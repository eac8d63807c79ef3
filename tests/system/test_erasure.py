"""Who leaves has everything told first, and is in nothing that the marketplace keeps afterwards: strings that nobody else has are put into
every form that a person fills, found in the export, and looked for in dumps of all databases, in Redis, and in every file and log."""

import re
import subprocess
import uuid

import grpc
import pytest

import market
from deploy.lib import topology
from market import Client, Person, new_key, until
from pictures import mine
from test_bad_input import problem
from test_grpc import by_name, request_of, unary
from test_answers_fit import channel  # noqa: F401
from test_operator_refund import body as refund_body

pytestmark = pytest.mark.alone

DATABASES = (*topology.read().services, "sandbox")
# What tax law asks to be kept as it was: docs/personal-data.md.
BOOKS = "--exclude-table-data=invoice"
# What must not be found where a person is forgotten: PostgreSQL's own files are read by its dumps, and mails that were sent are their
# recipient's.
NOT_READ = ("postgres", "mailbox")


class Traces:
    """Strings that nobody else has, by what they were put into."""

    def __init__(self):
        self.mark = "zq" + uuid.uuid4().hex[:14]
        self.given = {}

    def __call__(self, name, form="{}"):
        self.given[name] = form.format(f"{self.mark}{len(self.given):02d}x")
        return self.given[name]

    def in_text(self, text):
        return {name for name, value in self.given.items() if value.lower() in text.lower()}

    def in_bytes(self, content):
        """In any spelling that a dump has for what was kept as bytes."""
        small = content.lower()
        found = {name for name, value in self.given.items()
                 if value.lower().encode() in small or value.encode().hex().encode() in small or value.lower().encode().hex().encode() in small}
        return found | ({"something"} if self.mark.encode() in small or self.mark.encode().hex().encode() in small else set())


def fulfil(owner, order, tracking):
    part = order["sellerOrders"][0]["id"]
    for verb, body in (("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": tracking}), ("deliver", {})):
        owner.ok("POST", f"/v1/sellerOrders/{part}:{verb}", body, key=new_key())


class Leaver(Person):
    """Somebody who has been everywhere and has told everything."""

    def __init__(self, stack, traces):
        Client.__init__(self, stack["url"], stack["caFile"])
        self.http.headers["User-Agent"] = traces("device", "{}/1.0") + " (of somebody)"
        self.traces, self.email = traces, traces("e-mail", "{}@example.test")
        self._enter(self.ok("POST", "/v1/accounts", {"email": self.email, "password": self.password, "displayName": traces("display name")}))
        until(lambda: self.get("/v1/users/me").status_code == 200, "the profile")
        self.ok("PATCH", "/v1/users/me", {"displayName": traces("name that others see"), "givenName": traces("given name"),
                                          "familyName": traces("family name"), "phone": "+442079460123"}, key=new_key())
        self.address = self.ok("POST", "/v1/users/me/addresses", {
            "recipient": traces("recipient"), "lines": [traces("street"), traces("floor")], "city": traces("city"), "region": traces("region"),
            "postalCode": "SW1Y 4JH", "countryCode": "GB", "phone": "+442079460124"}, key=new_key())["id"]
        self.ok("POST", "/v1/accounts/me/authenticators", {"name": traces("authenticator")})
        self.ok("POST", "/v1/accounts/me:sendVerification", {}, key=new_key())
        self.ok("POST", "/v1/accounts/me:changeEmail", {"email": traces("next e-mail", "{}@example.test"), "password": self.password})
        Client(self.url, self.ca_file).post("/v1/sessions", {"email": self.email, "password": "a wrong password"})

    def buy(self, sold, operator):
        """One that arrives, and of which something goes back; one that is cancelled whole, one in part, one that failed."""
        cart = self.ok("POST", "/v1/carts", {})["cart"]["id"]
        self.ok("PUT", f"/v1/carts/{cart}/items/{sold.offer}", {"quantity": 1}, key=new_key())
        self.ok("PUT", f"/v1/carts/{cart}/coupons", {"couponCodes": [self.traces("coupon code")]}, key=new_key())
        self.ok("PUT", f"/v1/wishlist/{sold.offer}", {}, key=new_key())
        order = self.place((sold.offer, 2)).json()
        fulfil(sold.owner, order, self.traces("tracking number"))
        payment = until(lambda: next((p["id"] for p in [self.ok("GET", f"/v1/orders/{order['id']}/payment")] if p["state"] == "CAPTURED"), None),
                        "the capture")
        operator.ok("POST", f"/v1/payments/{payment}:refund", refund_body(order["sellerOrders"][0], 100, reason="a scratch"), key=new_key())
        self.review(order, sold)
        for cancelled in ({"reason": self.traces("reason")}, None):
            other = self.place((sold.offer, 2)).json()
            if cancelled is None:
                line = other["sellerOrders"][0]["lines"][0]["id"]
                self.ok("POST", f"/v1/orders/{other['id']}:cancel", {"reason": self.traces("reason for a part"),
                                                                     "lines": [{"lineId": line, "quantity": 1}]}, key=new_key())
                sold.owner.ok("POST", f"/v1/sellerOrders/{other['sellerOrders'][0]['id']}:cancel", {"reason": "none left"}, key=new_key())
            else:
                self.ok("POST", f"/v1/orders/{other['id']}:cancel", cancelled, key=new_key())
        assert self.place((sold.offer, 500)).json()["reason"] == "OUT_OF_STOCK"
        return order

    def review(self, order, sold):
        """What arrived; the shop's answer has it under a key that is not the author's."""
        line = order["sellerOrders"][0]["lines"][0]["id"]
        self.picture = mine(self, alt=self.traces("alternative text"))
        review = self.ok("POST", f"/v1/orderLines/{line}/review", {"rating": 4, "pictureIds": [self.picture["id"]], "title": self.traces("title of a review"),
                                                                   "text": self.traces("review"), "authorName": self.traces("name of an author")},
                         key=new_key())["id"]
        sold.owner.ok("POST", f"/v1/reviews/{review}:reply", {"text": "Thanks"}, key=new_key())
        self.ok("POST", f"/v1/products/{sold.product['id']}:report",
                {"reason": "OTHER", "text": "It differs.", "contactEmail": self.traces("contact", "{}@example.test")})

    def export(self):
        """All pages of it, as one text and as records."""
        records, token = [], ""
        while not records or token:
            page = self.ok("POST", "/v1/accounts/me:export", {"password": self.password, **({"pageToken": token} if token else {})})
            records += page["records"]
            token = page.get("nextPageToken")
        return records


def erased(account):
    """Every service has erased once; what may come in late is looked for again when no token is good any more."""
    return market.psql("auth", f"SELECT pass <> 'FIRST' FROM erasure WHERE account_id = '{account}'").strip() == "t"


def places_with(traces):
    """{where: what was found there} of everything that the marketplace keeps."""
    directory = market.data_directory()
    socket = re.search(r"host='([^']+)'", (directory / "secrets" / "order.conninfo").read_text()).group(1)
    found = {}
    for database in DATABASES:
        dump = subprocess.run(["pg_dump", "-h", socket, "-U", "postgres", "--inserts", BOOKS, database], capture_output=True, check=True).stdout
        found[f"database {database}"] = traces.in_bytes(dump)
    redis = ["redis-cli", "-s", redis_socket(), "--no-auth-warning", "-a", (directory / "secrets" / "redis_password").read_text().strip()]
    keys = subprocess.run([*redis, "--scan"], capture_output=True, check=True).stdout.split()
    for key in keys:
        for read in (["GET", key], ["DUMP", key]):
            found[f"redis {key}"] = found.get(f"redis {key}", set()) | traces.in_bytes(key + subprocess.run([*redis, *read], capture_output=True).stdout)
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not set(NOT_READ) & set(path.relative_to(directory).parts[:-1]):
            found[str(path)] = traces.in_bytes(path.read_bytes())
    assert any(where.endswith("access.log") for where in found), "no log was read"
    return {where: what for where, what in found.items() if what}


def redis_socket():
    client = "marketplace" if market.info()["shape"] == "single" else "product"
    return market.settings(client)["redis.address"].removeprefix("unix:")


@pytest.mark.operations("auth.CloseMyAccount", "auth.ExportMyData")
@pytest.mark.values("auth.Account.State.CLOSED")
def test_who_leaves_is_told_everything_and_then_forgotten(stack, shop, operator, anonymous):
    market.data_directory()
    traces = Traces()
    leaver, sold, other = Leaver(stack, traces), shop(), shop()
    market.join(sold.owner, leaver, "manager")
    market.invite(other.owner, leaver.email.upper(), "staff")
    sold.owner.ok("PATCH", f"/v1/sellers/{sold.owner.seller}/members/{leaver.id}", {"role": "staff"}, key=new_key())
    leaver.refresh()
    order = leaver.buy(sold, operator)
    operator.ok("POST", f"/v1/accounts/{leaver.id}:disable", {"reason": "by mistake"}, key=new_key())
    operator.ok("POST", f"/v1/accounts/{leaver.id}:enable", {}, key=new_key())
    leaver._enter(leaver.ok("POST", "/v1/sessions", {"email": leaver.email, "password": leaver.password}))
    total = leaver.ok("GET", f"/v1/orders/{order['id']}")["total"]

    notes = f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}/invoices"
    until(lambda: len(leaver.ok("GET", notes)["invoices"]) == 2, "the invoice and the credit note of a scratch")
    records = leaver.export()
    told = "\n".join(value for record in records for value in record["fields"].values())
    # The first name gave way to the second; a wrong password leaves nothing.
    assert traces.in_text(told) >= set(traces.given) - {"display name"}
    kinds = {(record["service"], record["kind"]) for record in records}
    assert kinds >= {("auth", "account"), ("auth", "session"), ("auth", "mail with a token"), ("auth", "authenticator"), ("user", "profile"),
                     ("user", "address"), ("user", "membership"), ("user", "invitation"), ("user", "picture"), ("order", "order"), ("order", "seller order"),
                     ("order", "order line"), ("order", "order event"), ("order", "cart"), ("order", "cart item"), ("order", "wish"), ("order", "invoice"), ("order", "credit note"), ("payment", "payment"), ("payment", "refund"),
                     ("product", "review"), ("product", "content report")}
    assert "argon2id" not in told
    assert len({(record["service"], record["kind"], record["id"]) for record in records}) == len(records)

    kept = places_with(traces)
    assert set().union(*kept.values()) >= set(traces.given) - {"display name"}, "what is not found now would not be found afterwards"
    assert {f"database {name}" for name in ("auth", "user", "product", "order")} <= set(kept)

    closed = leaver.ok("POST", "/v1/accounts/me:close", {"password": leaver.password})
    assert (closed["state"], closed["email"]) == ("CLOSED", f"{leaver.id}@erased.invalid")
    until(lambda: leaver.get("/v1/users/me").status_code == 401, "its tokens to be refused", limit_s=5)
    problem(anonymous.post("/v1/sessions", {"email": leaver.email, "password": leaver.password}), 401, "BAD_CREDENTIALS")
    until(lambda: erased(leaver.id), "the first pass", limit_s=20)
    until(lambda: anonymous.get(leaver.picture["media"][0]["webp"]).status_code == 404, "the files of the picture to go")
    assert market.psql("user", f"SELECT count(*) FROM picture_keep WHERE picture_id = '{leaver.picture['id']}'").strip() == "0"

    seen = operator.ok("GET", f"/v1/orders/{order['id']}")
    assert (seen["total"], seen["shippingAddress"]["recipient"], seen["shippingAddress"]["countryCode"]) == (total, "erased", "GB")
    assert [one["displayName"] for one in sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/members")["members"]] == ["Sam"]
    assert operator.ok("GET", f"/v1/accounts/{leaver.id}")["state"] == "CLOSED"
    assert leaver.id in str(operator.ok("GET", "/v1/accounts", params={"state": "CLOSED", "pageSize": 100}))
    for verb, body in (("enable", {}), ("disable", {"reason": "x"}), ("grantRole", {"role": "support"})):
        problem(operator.post(f"/v1/accounts/{leaver.id}:{verb}", body), 409, "ILLEGAL_TRANSITION")
    assert places_with(traces) == {}
    billed = traces.in_text(market.psql("order", f"SELECT content FROM invoice WHERE buyer_id = '{leaver.id}'"))
    assert billed <= {"recipient", "street", "floor", "city", "region", "postal code"} and "recipient" in billed
    assert anonymous.ok("GET", f"/v1/products/{sold.product['id']}")["rating"] == {"averageHundredths": 0, "count": 0}
    # Somebody else by now.
    assert Person(stack["url"], stack["caFile"], email=None).id != leaver.id
    again = anonymous.ok("POST", "/v1/accounts", {"email": leaver.email, "password": leaver.password, "displayName": "Ada"})
    assert again["account"]["id"] != leaver.id


def test_what_is_in_the_way_is_said(buyer, shop, operator, person):
    sold = shop()
    order = buyer.place((sold.offer, 1)).json()
    close = ("/v1/accounts/me:close", {"password": buyer.password})
    refusal = problem(buyer.post(*close), 409, "ORDERS_OPEN")
    assert refusal["metadata"]["openOrders"] == 1 and "/v1/orders" in refusal["detail"]
    fulfil(sold.owner, order, "RM1")
    problem(buyer.post(close[0], {"password": "a wrong password"}), 401, "BAD_CREDENTIALS")
    problem(buyer.post(close[0], {}), 401, "BAD_CREDENTIALS")
    problem(buyer.post("/v1/accounts/me:export", {}), 401, "BAD_CREDENTIALS")
    assert buyer.post(*close).status_code == 200, "what has arrived is in nobody's way"

    problem(sold.owner.post(close[0], {"password": sold.owner.password}), 409, "LAST_OWNER")
    sold.owner.ok("POST", f"/v1/sellers/{sold.owner.seller}:close", {})
    assert sold.owner.post(close[0], {"password": sold.owner.password}).status_code == 200
    until(lambda: erased(sold.owner.id), "the first pass", limit_s=20)


def test_over_grpc(person, channel):  # noqa: F811
    ada = person("Ada")

    def ask(name, **fields):
        method = by_name(name)
        request = request_of(method)
        for field, value in fields.items():
            setattr(request, field, value)
        try:
            return unary(channel, method)(request, metadata=[("authorization", f"Bearer {ada.token}")], timeout=15)
        except grpc.RpcError as error:
            return error.code()

    assert ask("ExportMyData", password="a wrong password") == grpc.StatusCode.UNAUTHENTICATED
    records = ask("ExportMyData", password=ada.password, page_token="").records
    assert {record.fields["email"] for record in records if record.kind == "account"} == {ada.email}
    closed = ask("CloseMyAccount", password=ada.password)
    assert (closed.id, closed.email) == (ada.id, f"{ada.id}@erased.invalid")
