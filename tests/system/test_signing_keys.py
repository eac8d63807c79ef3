"""The keys that sign access tokens: rotated while everybody goes on, removed within two seconds, by nobody but who runs the machines."""

import base64
import json
import pathlib
import time
import urllib.parse

import grpc
import pytest

import contract
import market
from test_bad_input import problem
from test_grpc import by_name, request_of, unary
from test_revocation import WRITES, assert_refused_everywhere, is_refused

pytestmark = pytest.mark.alone

# A read of each service that wants a token.
READS = {
    "auth": "GetMyAccount",
    "user": "GetMyProfile",
    "product": "ListSellerProducts",
    "order": "ListMyOrders",
    "payment": "GetOrderPayment",
    "notification": "ListNotifications",
}


def keys(*words):
    """What `marketctl keys …` answers: {state: kid}, the newest of each."""
    done = market.marketctl("keys", *words, "--json")
    assert done.returncode == 0, done.stderr
    return {key["state"]: key["kid"] for key in reversed(json.loads(done.stdout)["keys"])}


def kid_of(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def published(anonymous):
    return {key["kid"] for key in anonymous.ok("GET", "/.well-known/jwks.json")["keys"]}


def signed_by(person, kid):
    """The person, once a token is signed by this key: at another replica of auth it may take a second."""
    def refreshed():
        person.refresh()
        return kid_of(person.token) == kid
    market.until(refreshed, f"a token of the key {kid}", limit_s=5)
    return person


def grpc_codes(stack, token):
    """{service: what a native call with this token ends with}"""
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    codes = {}
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as channel:
        for service, name in READS.items():
            try:
                unary(channel, by_name(name))(request_of(by_name(name)), metadata=[("authorization", f"Bearer {token}")], timeout=15)
                codes[service] = grpc.StatusCode.OK
            except grpc.RpcError as error:
                codes[service] = error.code()
    return codes


def assert_good_everywhere(stack, person):
    assert not any(is_refused(person, service) for service in WRITES if service != "auth")
    codes = grpc_codes(stack, person.token)
    assert grpc.StatusCode.UNAUTHENTICATED not in codes.values() and grpc.StatusCode.UNAVAILABLE not in codes.values(), codes
    assert codes["auth"] == codes["user"] == codes["order"] == grpc.StatusCode.OK, codes


def test_there_is_a_read_of_every_service():
    assert {by_name(name).service for name in READS.values()} == set(WRITES) == set(READS)


def test_rotation_refuses_nobody_and_removal_only_whom_it_means(stack, person, anonymous):
    first = keys("list")
    before, after = person("Bef"), person("Aft")
    assert kid_of(before.token) == first["ACTIVE"] and {first["ACTIVE"], first["NEXT"]} <= published(anonymous)

    # It was made with the stack, so everybody knows it, but maybe not for as long as it takes by itself.
    market.psql("auth", "UPDATE signing_key SET created_at = created_at - interval '1 hour' WHERE state = 'NEXT'")
    rotated = keys("rotate", "--reason", "a test")
    assert (rotated["ACTIVE"], rotated["RETIRED"]) == (first["NEXT"], first["ACTIVE"])
    signed_by(after, rotated["ACTIVE"])
    for somebody in (before, after):
        assert_good_everywhere(stack, somebody)
    early = market.marketctl("keys", "rotate", "--reason", "a test")
    assert early.returncode == 1 and "too young" in early.stderr, early.stderr

    # Nobody but this test has a token of the active key.
    removed = keys("remove", rotated["ACTIVE"], "--reason", "a test")
    since = time.monotonic()
    assert removed["ACTIVE"] == rotated["NEXT"] and removed["REMOVED"] == rotated["ACTIVE"]
    # A sign-out would be obeyed until then: the session must outlive its tokens.
    assert_refused_everywhere(after, since, [service for service in WRITES if service != "auth"])
    assert set(grpc_codes(stack, after.token).values()) == {grpc.StatusCode.UNAUTHENTICATED}
    market.until(lambda: rotated["ACTIVE"] not in published(anonymous), "the key to be published no more", limit_s=5)
    assert_good_everywhere(stack, before)
    signed_by(after, removed["ACTIVE"])
    market.until(lambda: not any(is_refused(after, service) for service in WRITES if service != "auth"), "all to know the new key")
    assert_good_everywhere(stack, after)

    acts = market.psql("auth", "SELECT method || ' ' || reason FROM audit_event WHERE actor LIKE 'certificate:operator (marketctl by _%)'"
                               f" AND target_id = '{rotated['ACTIVE']}' AND account_id IS NULL ORDER BY at").splitlines()
    assert acts == ["marketplace.auth.v1.AuthService/RotateSigningKeys a test", "marketplace.auth.v1.AuthService/RemoveSigningKey a test"]


def test_nobody_outside_has_the_operators_certificate(stack, operator):
    """What a client says of itself, through nginx or the gateway, is not where the services look."""
    claims = {"X-Market-Service": "operator", "X-Forwarded-User-Agent": "marketctl by root", "X-Ssl-Client-S-Dn": "CN=operator"}
    anonymous = market.Client(stack["url"], stack["caFile"])
    problem(anonymous.get("/v1/accounts", headers=claims), 401, "UNAUTHENTICATED")
    problem(anonymous.get("/v1/admin/sellers", headers=claims), 401, "UNAUTHENTICATED")
    metadata = [(name.lower(), value) for name, value in claims.items()]
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as channel:
        for name, token, code in [("ListAccounts", None, "UNAUTHENTICATED"), ("ListSellersForOperators", None, "UNAUTHENTICATED"),
                                  *((name, token, "UNIMPLEMENTED") for name in ("ListSigningKeys", "RotateSigningKeys", "RemoveSigningKey")
                                    for token in (None, operator.token))]:
            sent = [*metadata, *([("authorization", f"Bearer {token}")] if token else [])]
            with pytest.raises(grpc.RpcError) as refusal:
                unary(channel, by_name(name))(request_of(by_name(name)), metadata=sent, timeout=15)
            assert refusal.value.code().name == code, name


def test_internal_methods_of_the_keys_are_for_the_operators_alone():
    for method in contract.methods():
        if "SigningKey" in method.name:
            assert method.audiences == {"SERVICE"} and not method.verb
