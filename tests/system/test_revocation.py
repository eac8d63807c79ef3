"""What ends before its time is refused by every service within 2 s, whoever is asked: the access tokens that name it are still young."""

import os
import signal
import time

import pytest

import market
from deploy.lib import topology

pytestmark = pytest.mark.alone

LIMIT_S = 2
TURNS = 10    # of every replica of a service, one should be asked
NOBODY = "01976b2a-0000-7000-8000-000000000001"
# A write of each service, as anybody may try it. With a good token it is no 401.
WRITES = {
    "auth": ("DELETE", "/v1/sessions/current", None),
    "user": ("PATCH", "/v1/users/me", {"givenName": "Ada"}),
    "product": ("POST", f"/v1/products/{NOBODY}:publish", {}),
    "order": ("POST", f"/v1/orders/{NOBODY}:cancel", {}),
    "payment": ("POST", f"/v1/payments/{NOBODY}:refund", {"amount": {"amount": 1, "currency": "EUR"}, "reason": "none"}),
    "notification": ("POST", "/v1/notifications:markRead", {"ids": [NOBODY]}),
}

@pytest.fixture
def person(stack):
    return market.Person(stack["url"], stack["caFile"], "Rita")


def is_refused(person, service):
    method, path, body = WRITES[service]
    answer = person.call(method, path, body, key=market.new_key())
    assert answer.status_code < 500, answer.text
    return answer.status_code == 401 and answer.json()["reason"] == "UNAUTHENTICATED"


def is_serving(person, service):
    method, path, body = WRITES[service]
    return person.call(method, path, body, key=market.new_key()).status_code < 500


def assert_refused_everywhere(person, since, services=WRITES):
    for service in services:
        while not is_refused(person, service):
            assert time.monotonic() - since < LIMIT_S, f"{service} goes on"
    # Once refused it stays so; only another replica may not have heard of it before.
    while time.monotonic() - since < LIMIT_S:
        refused = [is_refused(person, service) for service in services]
        assert all(refused) or market.info()["replicas"] > 1
    for service in services:
        assert all(is_refused(person, service) for _ in range(TURNS)), service


def test_this_file_knows_a_write_of_every_service():
    assert set(WRITES) == set(topology.read().services)


def test_token_of_a_session_that_was_signed_out(person):
    assert not any(is_refused(person, service) for service in WRITES if service != "auth")
    assert person.call("DELETE", "/v1/sessions/current").status_code == 204
    assert_refused_everywhere(person, time.monotonic())


def test_other_session_of_the_account_goes_on(stack, person):
    other = market.Person(stack["url"], stack["caFile"], email=person.email, password=person.password)
    assert person.call("DELETE", "/v1/sessions/current").status_code == 204
    assert_refused_everywhere(person, time.monotonic(), ["user"])
    assert other.call("PATCH", "/v1/users/me", {"givenName": "Ada"}).status_code == 200


def test_refresh_token_that_came_twice_takes_the_access_token_with_it(person):
    old = person.session["refreshToken"]
    person.refresh()
    person.refresh()
    assert person.call("POST", "/v1/sessions:refresh", {"refreshToken": old}).status_code == 401
    assert_refused_everywhere(person, time.monotonic(), ["user", "order"])


def test_what_was_heard_holds_while_auth_is_away(person, away):
    assert person.call("DELETE", "/v1/sessions/current").status_code == 204
    assert_refused_everywhere(person, time.monotonic())
    away("auth")
    assert all(is_refused(person, service) for service in WRITES if service != "auth" for _ in range(TURNS))


@pytest.mark.parametrize("which", ["auth", "order"])
def test_right_after_a_restart(stack, person, which):
    """Of who tells, and of who is told."""
    pids = stack["pids"]
    name = which if which in pids else "marketplace"
    if f"{name}-1" in pids:
        pytest.skip("the first of several is not the one that answers")
    assert person.call("DELETE", "/v1/sessions/current").status_code == 204
    assert_refused_everywhere(person, time.monotonic())
    old = market.info()["pids"][name]
    os.kill(old, signal.SIGTERM)
    market.until(lambda: market.info()["pids"].get(name) not in (None, old), f"another {name}", limit_s=60)
    for service in WRITES:
        market.until(lambda: is_serving(person, service), f"{service} to serve")
        assert is_refused(person, service)
    later = market.Person(person.url, person.ca_file, "Rita")
    assert later.call("DELETE", "/v1/sessions/current").status_code == 204
    assert_refused_everywhere(later, time.monotonic())
