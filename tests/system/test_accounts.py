"""Accounts in the hands of operators: found, disabled, enabled, given roles and rid of them. What was taken away is refused by every service
within 2 s."""

import pathlib
import time
import urllib.parse
import uuid

import grpc
import pytest

import market
from test_bad_input import problem
from test_grpc import by_name, request_of, unary
from test_revocation import WRITES, assert_refused_everywhere, is_refused

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def channel(stack):
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as opened:
        yield opened


def grant(operator, person, role):
    operator.ok("POST", f"/v1/accounts/{person.id}:grantRole", {"role": role})
    person.refresh()


@pytest.mark.operations("auth.ListAccounts", "auth.GetAccount", "auth.ListRoles")
@pytest.mark.values("auth.Account.State.ACTIVE", "auth.Account.State.DISABLED", "auth.Role.Scope.MARKETPLACE", "auth.Role.Scope.SELLER")
def test_found_by_email_state_and_in_pages(operator, person):
    mark = uuid.uuid4().hex
    people = [person(f"{mark}-{i}") for i in range(3)]
    listed = operator.ok("GET", "/v1/accounts", params={"email": people[1].email.upper()})
    assert [account["id"] for account in listed["accounts"]] == [people[1].id]
    assert listed["accounts"][0]["state"] == "ACTIVE" and "disableReason" not in listed["accounts"][0]

    found, token = [], None
    while token != "":
        page = operator.ok("GET", "/v1/accounts", params={"emailPrefix": mark, "pageSize": 2, **({"pageToken": token} if token else {})})
        found += [account["id"] for account in page["accounts"]]
        token = page.get("nextPageToken", "")
    assert found == [one.id for one in people]
    assert operator.ok("GET", f"/v1/accounts/{people[1].id}") == listed["accounts"][0]
    assert {"admin", "support"} <= {role["name"] for role in operator.ok("GET", "/v1/roles")["roles"]}

    operator.ok("POST", f"/v1/accounts/{people[0].id}:disable", {"reason": "asked"})
    disabled = operator.ok("GET", "/v1/accounts", params={"emailPrefix": mark, "state": "DISABLED"})["accounts"]
    assert [(account["id"], account["disableReason"]) for account in disabled] == [(people[0].id, "asked")]
    assert operator.ok("GET", f"/v1/accounts/{people[0].id}") == disabled[0]
    assert people[0].id in [account["id"] for account in operator.ok("GET", "/v1/accounts?state=DISABLED")["accounts"]]
    problem(operator.get(f"/v1/accounts/{uuid.uuid4()}"), 404, "NOT_FOUND")


def test_a_disabled_account_is_refused_everywhere(stack, operator, person):
    ada = person("Ada")
    operator.ok("POST", f"/v1/accounts/{ada.id}:disable", {"reason": "stolen"})
    assert_refused_everywhere(ada, time.monotonic())
    anonymous = market.Client(stack["url"], stack["caFile"])
    right, wrong = ({"email": ada.email, "password": password} for password in (ada.password, "wrong password"))
    answers = [anonymous.post("/v1/sessions", body) for body in (right, wrong)]
    refusals = [problem(answer, 401, "BAD_CREDENTIALS") for answer in answers]
    assert refusals[0]["detail"] == refusals[1]["detail"]
    problem(anonymous.post("/v1/sessions:refresh", {"refreshToken": ada.session["refreshToken"]}), 401, "SESSION_ENDED")

    operator.ok("POST", f"/v1/accounts/{ada.id}:enable", {})
    again = market.Person(stack["url"], stack["caFile"], email=ada.email, password=ada.password)
    assert not any(is_refused(again, service) for service in WRITES if service != "auth")
    assert is_refused(ada, "order"), "what it had before stays ended"


def test_a_role_that_was_revoked_is_refused_everywhere(operator, person):
    sue = person("Sue")
    grant(operator, sue, "moderator")
    sue.ok("POST", "/v1/categories", {"name": "Mine", "slug": "mine-" + market.new_key()[:12]})
    operator.ok("POST", f"/v1/accounts/{sue.id}:revokeRole", {"role": "moderator"})
    # That of auth would end the session.
    assert_refused_everywhere(sue, time.monotonic(), [service for service in WRITES if service != "auth"])
    sue.refresh()
    assert not is_refused(sue, "order")
    problem(sue.post("/v1/categories", {"name": "Mine", "slug": "mine"}), 403, "PERMISSION_DENIED")


def test_support_may_not_disable_an_operator(operator, person):
    sue, tom = person("Sue"), person("Tom")
    for one in (sue, tom):
        grant(operator, one, "support")
    problem(sue.post(f"/v1/accounts/{tom.id}:disable", {"reason": "a quarrel"}), 403, "PERMISSION_DENIED")
    problem(sue.post(f"/v1/accounts/{sue.id}:grantRole", {"role": "admin"}), 403, "PERMISSION_DENIED")


def test_the_last_admin_stays(operator):
    # Those that other tests have made.
    market.psql("auth", f"DELETE FROM account_role WHERE role = 'admin' AND account_id <> '{operator.id}'")
    problem(operator.post(f"/v1/accounts/{operator.id}:revokeRole", {"role": "admin"}), 409, "LAST_ADMIN")
    problem(operator.post(f"/v1/accounts/{operator.id}:disable", {"reason": "x"}), 409, "LAST_ADMIN")


def test_over_grpc(channel, operator, person):
    ada = person("Ada")
    metadata = [("authorization", f"Bearer {operator.token}")]

    def ask(name, **fields):
        request = request_of(by_name(name))
        for field, value in fields.items():
            setattr(request, field, value)
        return unary(channel, by_name(name))(request, metadata=metadata, timeout=15)

    assert [account.id for account in ask("ListAccounts", email=ada.email).accounts] == [ada.id]
    assert list(ask("GrantRole", account_id=ada.id, role="finance").roles) == ["finance"]
    assert list(ask("RevokeRole", account_id=ada.id, role="finance").roles) == []
    assert ask("DisableAccount", account_id=ada.id, reason="asked").disable_reason == "asked"
    assert ask("GetAccount", account_id=ada.id).HasField("disable_time")
    assert not ask("EnableAccount", account_id=ada.id).HasField("disable_time")
    assert "admin" in [role.name for role in ask("ListRoles").roles]
