"""API keys: what programs of shops and operators sign in with. They work over REST and native gRPC wherever a token does, for what they were
made for and no more than their maker may, and are refused by every service within 2 s when they are revoked."""

import base64
import os
import pathlib
import string
import time
import urllib.parse

import grpc
import pytest

import contract
import market
from test_bad_input import problem
from test_grpc import by_name, request_of, unary
from test_revocation import LIMIT_S, WRITES, assert_refused_everywhere, is_refused


def made(person, path, *permissions, **fields):
    return person.ok("POST", path, {"name": "a program", "permissions": list(permissions), **fields})


def holder(person, key):
    """Who shows the key."""
    return market.Client(person.url, person.ca_file, token=key["secret"])


@pytest.fixture
def owner(person, category):
    somebody = person("Kay")
    somebody.open_seller()
    somebody.product = somebody.create_product(category)
    somebody.keys = f"/v1/sellers/{somebody.seller}/apiKeys"
    somebody.orders = f"/v1/sellers/{somebody.seller}/orders"
    return somebody


@pytest.fixture
def admin(operator, person):
    somebody = person("Root")
    operator.ok("POST", f"/v1/accounts/{somebody.id}:grantRole", {"role": "admin"})
    somebody.refresh()
    yield somebody
    operator.call("POST", f"/v1/accounts/{somebody.id}:revokeRole", {"role": "admin"})


@pytest.mark.operations("auth.CreateSellerApiKey", "auth.ListSellerApiKeys")
def test_a_shops_key_does_what_it_was_made_for(owner):
    key = made(owner, owner.keys, "stock.adjust", "orders.read")
    program = holder(owner, key)
    offer = owner.product["offers"][0]["id"]
    program.ok("POST", f"/v1/offers/{offer}:adjustStock", {"delta": 5, "reason": "RECEIVED"}, key=market.new_key())
    assert program.ok("GET", owner.orders)["sellerOrders"] == []
    problem(program.post(f"/v1/products/{owner.product['id']}:publish", {}), 403, "PERMISSION_DENIED")
    problem(program.get("/v1/users/me"), 403, "PERMISSION_DENIED")
    listed, = owner.ok("GET", owner.keys)["apiKeys"]
    assert listed["lastUseTime"] and listed == {**key["apiKey"], "lastUseTime": listed["lastUseTime"]}
    assert key["secret"].startswith(listed["prefix"]) and key["secret"] not in owner.get(owner.keys).text


def test_it_reaches_no_other_shop(owner, person):
    rival = person("Riv")
    rival.open_seller()
    program = holder(owner, made(owner, owner.keys, "orders.read"))
    problem(program.get(f"/v1/sellers/{rival.seller}/orders"), 404, "NOT_FOUND")
    problem(rival.get(owner.keys), 404, "NOT_FOUND")


FOR_PEOPLE = [m for m in contract.methods() if m.verb and "PUBLIC" not in m.audiences
              and (m.secret_answer or not m.audiences & {"SELLER", "OPERATOR"})]


@pytest.mark.parametrize("method", FOR_PEOPLE, ids=str)
def test_what_is_for_people_is_for_no_key(method, all_powerful):
    """Methods on the own account, and what makes sessions and keys."""
    for program in all_powerful:
        path, body = contract.rest_request(method, {"seller_id": program.seller})
        answer = program.call(method.verb, path, body, key=market.new_key() if method.needs_key else None)
        assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED"), answer.text


@pytest.fixture(scope="module")
def all_powerful(stack, operator):
    """A shop's key and an operator's, each with all that there is for it."""
    shop = market.Person(stack["url"], stack["caFile"], "Sam")
    shop.open_seller()
    root = market.Person(stack["url"], stack["caFile"], "Root")
    operator.ok("POST", f"/v1/accounts/{root.id}:grantRole", {"role": "admin"})
    root.refresh()
    may = {role["name"]: [name for name in role["permissions"] if name not in ("roles.grant", "api_keys.write")]
           for role in operator.ok("GET", "/v1/roles")["roles"]}
    programs = [holder(shop, made(shop, f"/v1/sellers/{shop.seller}/apiKeys", *may["owner"])),
                holder(root, made(root, "/v1/apiKeys", *may["admin"]))]
    for program in programs:
        program.seller = shop.seller
    yield programs
    operator.call("POST", f"/v1/accounts/{root.id}:revokeRole", {"role": "admin"})


def test_an_operators_key_over_grpc(stack, admin):
    key = made(admin, "/v1/apiKeys", "payments.read")
    assert "sellerId" not in key["apiKey"]
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as channel:
        def ask(name, secret):
            return unary(channel, by_name(name))(request_of(by_name(name)), metadata=[("authorization", f"Bearer {secret}")], timeout=15)

        ask("ListPayments", key["secret"])
        for name, secret, code in (("TrialBalance", key["secret"], grpc.StatusCode.PERMISSION_DENIED),
                                   ("ListPayments", key["secret"][:-1], grpc.StatusCode.UNAUTHENTICATED)):
            with pytest.raises(grpc.RpcError) as refused:
                ask(name, secret)
            assert refused.value.code() == code


def test_a_revoked_key_is_refused_everywhere(owner):
    key = made(owner, owner.keys, "stock.adjust", "orders.fulfil")
    program = holder(owner, key)
    assert not any(is_refused(program, service) for service in WRITES)
    assert owner.call("DELETE", f"{owner.keys}/{key['apiKey']['id']}").status_code == 204
    assert_refused_everywhere(program, time.monotonic())


def test_a_disabled_makers_key_is_refused_everywhere(operator, owner):
    program = holder(owner, made(owner, owner.keys, "stock.adjust"))
    assert not any(is_refused(program, service) for service in WRITES)
    operator.ok("POST", f"/v1/accounts/{owner.id}:disable", {"reason": "stolen"})
    assert_refused_everywhere(program, time.monotonic())


@pytest.mark.operations("auth.CreateApiKey", "auth.ListApiKeys")
def test_a_key_has_no_more_than_its_maker(operator, admin):
    program = holder(admin, made(admin, "/v1/apiKeys", "payments.read", "ledger.read"))
    program.ok("GET", "/v1/ledger/balances")
    assert admin.id in [key["accountId"] for key in admin.ok("GET", "/v1/apiKeys")["apiKeys"]]
    operator.ok("POST", f"/v1/accounts/{admin.id}:grantRole", {"role": "support"})
    operator.ok("POST", f"/v1/accounts/{admin.id}:revokeRole", {"role": "admin"})
    since = time.monotonic()
    market.until(lambda: program.get("/v1/ledger/balances").status_code == 403, "the end of what the role granted", limit_s=LIMIT_S)
    assert time.monotonic() - since < LIMIT_S
    program.ok("GET", "/v1/payments")  # which support may


def forgeries(secret):
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for i in range(30):
        yield "mk_" + base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    for i in range(3, 33):
        yield secret[:i] + alphabet[(alphabet.index(secret[i]) + 1) % 64] + secret[i + 1:]
    yield from ("mk_", "mk", "MK_" + secret[3:], secret[3:], secret[:-1], secret + "A", secret + "=", secret * 2, "mk_" + "A" * 43, "mk_" + "=" * 43,
                "mk_" + "-" * 43, "mk_" + "%41" * 14 + "A", secret.replace("_", "-", 1), secret.lower(), secret.upper(), " " + secret + ".",
                secret + "." + secret, "mk_" + "A" * 4000, "rt_" + secret[3:], "dv_" + secret[3:])


def test_hostile_keys(owner):
    secret = made(owner, owner.keys, "orders.read")["secret"]
    tried = [forged for forged in forgeries(secret) if forged != secret]
    assert len(tried) >= 80
    for forged in tried:
        answer = market.Client(owner.url, owner.ca_file, token=forged).get(owner.orders)
        assert answer.status_code in (400, 401), (forged, answer.text)
        if answer.status_code == 401:
            problem(answer, 401, "UNAUTHENTICATED")
    assert market.Client(owner.url, owner.ca_file, token=secret).get(owner.orders).status_code == 200


def test_refused_at_the_making(owner, person):
    def refusal(*permissions, **fields):
        return owner.post(owner.keys, {"name": "a program", "permissions": list(permissions), **fields})

    for permission in ("stock.eat", "api_keys.write", ""):
        problem(refusal(permission), 400, "INVALID_ARGUMENT")
    problem(refusal(), 400, "INVALID_ARGUMENT")
    problem(refusal("ledger.read"), 403, "PERMISSION_DENIED")
    for expiry in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        problem(refusal("orders.read", expireTime=expiry), 400, "INVALID_ARGUMENT")
    problem(person("Eve").post(owner.keys, {"name": "a program", "permissions": ["orders.read"]}), 403, "PERMISSION_DENIED")
    for _ in range(20):
        made(owner, owner.keys, "orders.read")
    full = problem(refusal("orders.read"), 409, "LIMIT_REACHED")
    assert full["metadata"]["limit"] == 20
