"""The team of a shop: who is invited, who joins, what each role may do, and that the last owner stays."""

import time

import pytest

import market
from market import Person, new_key, until
from test_revocation import WRITES, assert_refused_everywhere
from test_sellers import refused


@pytest.fixture
def owner(stack):
    opened = Person(stack["url"], stack["caFile"], "Olga")
    opened.open_seller()
    return opened


@pytest.fixture
def newcomer(stack):
    return lambda: Person(stack["url"], stack["caFile"], "Tim")


def accept(person, token):
    return person.post("/v1/invitations:accept", {"token": token})


def roles(owner):
    return [member["role"] for member in owner.ok("GET", f"/v1/sellers/{owner.seller}/members")["members"]]


@pytest.mark.operations("user.ListMembers", "user.ListInvitations")
def test_an_invitation_is_for_one_email_and_one_use(owner, newcomer):
    tim, eve = newcomer(), newcomer()
    token = market.invite(owner, tim.email.upper(), "manager")
    open_ones = owner.ok("GET", f"/v1/sellers/{owner.seller}/invitations")["invitations"]
    assert [(one["email"], one["role"]) for one in open_ones] == [(tim.email.upper(), "manager")]
    assert token not in str(open_ones)
    refused(accept(eve, token), 409, "INVITATION_NOT_YOURS")
    member = tim.ok("POST", "/v1/invitations:accept", {"token": token})
    assert (member["accountId"], member["sellerId"], member["role"]) == (tim.id, owner.seller, "manager")
    refused(accept(tim, token), 409, "INVITATION_INVALID")
    refused(accept(tim, "inv_8b0d"), 409, "INVITATION_INVALID")
    tim.refresh()
    assert {"sellerId": owner.seller, "role": "manager"} in tim.session["account"]["sellers"]
    until(lambda: [one["displayName"] for one in owner.ok("GET", f"/v1/sellers/{owner.seller}/members")["members"]] == ["Olga", "Tim"],
          "the names of the members")


def test_an_invitation_that_was_withdrawn_or_ran_out_is_no_good(owner, newcomer):
    tim = newcomer()
    token = market.invite(owner, tim.email, "staff")
    path = f"/v1/sellers/{owner.seller}/invitations"
    refused(owner.post(path, {"email": tim.email, "role": "staff"}), 409, "ALREADY_EXISTS")
    invitation = owner.ok("GET", path)["invitations"][0]["id"]
    assert owner.call("DELETE", f"{path}/{invitation}").status_code == 204
    refused(owner.call("DELETE", f"{path}/{invitation}"), 404, "NOT_FOUND")
    refused(accept(tim, token), 409, "INVITATION_INVALID")
    token = market.invite(owner, tim.email, "staff")
    market.psql("user", f"UPDATE invitation SET expires_at = market_now() WHERE seller_id = '{owner.seller}'")
    refused(accept(tim, token), 409, "INVITATION_INVALID")
    assert owner.ok("GET", path).get("invitations", []) == []


def test_what_each_role_may_do(owner, newcomer, category, anonymous):
    manager, staff = market.join(owner, newcomer(), "manager"), market.join(owner, newcomer(), "staff")
    base = f"/v1/sellers/{owner.seller}"
    sold = owner.create_product(category)
    stock = (f"/v1/offers/{sold['offers'][0]['id']}:adjustStock", {"delta": 1, "reason": "found"})
    for member in (owner, manager, staff):
        assert member.post(*stock, key=new_key()).status_code == 200
        assert member.get(f"{base}/orders").status_code == 200
        assert member.get(f"{base}/members").status_code == 200
    for member in (owner, manager):
        assert member.call("PATCH", base, {"description": "by " + member.id}).status_code == 200
        assert member.get(f"{base}/invitations").status_code == 200
        member.create_product(category)
    draft = {"title": "Engine", "categoryId": category}
    for verb, path, body in (("PATCH", base, {"description": "x"}), ("POST", f"{base}/products", draft), ("GET", f"{base}/invitations", None),
                             ("POST", f"{base}/invitations", {"email": "x@example.test", "role": "staff"}), ("POST", f"{base}:close", {}),
                             ("PATCH", f"{base}/members/{manager.id}", {"role": "staff"}), ("DELETE", f"{base}/members/{manager.id}", None)):
        refused(staff.call(verb, path, body, key=new_key()), 403, "PERMISSION_DENIED")
    trader = {"legalName": "x", "lines": ["1 Street"], "city": "London", "postalCode": "SW1Y 4JH", "countryCode": "GB"}
    for verb, path, body in (("PATCH", base, {"trader": trader}), ("POST", f"{base}:close", {}),
                             ("POST", f"{base}/invitations", {"email": "x@example.test", "role": "manager"}),
                             ("PATCH", f"{base}/members/{staff.id}", {"role": "owner"}), ("DELETE", f"{base}/members/{owner.id}", None)):
        refused(manager.call(verb, path, body, key=new_key()), 403, "PERMISSION_DENIED")
    assert manager.call("DELETE", f"{base}/members/{staff.id}").status_code == 204


def test_roles_change_and_the_last_owner_stays(owner, newcomer):
    tim = market.join(owner, newcomer(), "staff")
    path = f"/v1/sellers/{owner.seller}/members"
    refused(owner.call("PATCH", f"{path}/{owner.id}", {"role": "staff"}), 409, "LAST_OWNER")
    refused(owner.call("DELETE", f"{path}/{owner.id}"), 409, "LAST_OWNER")
    refused(owner.call("PATCH", f"{path}/{owner.id}", {"role": "admin"}), 400, "INVALID_ARGUMENT")
    changed = owner.ok("PATCH", f"{path}/{tim.id}", {"role": "owner"})
    refused(owner.call("PATCH", f"{path}/{tim.id}", {"role": "staff"}, headers={"If-Match": '"1"'}), 412, "ETAG_MISMATCH")
    assert changed["role"] == "owner"
    tim.refresh()
    assert tim.call("PATCH", f"{path}/{owner.id}", {"role": "staff"}, headers={"If-Match": '"1"'}).status_code == 200
    assert roles(tim) == ["staff", "owner"]
    assert market.psql("auth", f"SELECT role FROM seller_member WHERE account_id = '{owner.id}'").split() == ["staff"]


def test_who_goes_is_a_member_no_more(owner, newcomer):
    tim = market.join(owner, newcomer(), "staff")
    path = f"/v1/sellers/{owner.seller}/members"
    assert tim.call("DELETE", f"{path}/{tim.id}").status_code == 204
    tim.refresh()
    assert tim.session["account"].get("sellers", []) == []
    refused(tim.get(path), 403, "PERMISSION_DENIED")
    assert roles(owner) == ["owner"]
    # A lesser role makes the tokens that are out invalid: platform/identity reads these.
    assert market.psql("auth", f"SELECT reduced_version = version AND reduced_at IS NOT NULL FROM account WHERE id = '{tim.id}'").strip() == "t"
    market.join(owner, tim, "manager")
    assert roles(owner) == ["owner", "manager"]


@pytest.mark.parametrize("verb,body", [("DELETE", None), ("PATCH", {"role": "staff"})], ids=["removed", "lessened"])
def test_what_a_token_says_too_much_is_refused_everywhere(owner, newcomer, verb, body):
    tim = market.join(owner, newcomer(), "manager")
    assert owner.call(verb, f"/v1/sellers/{owner.seller}/members/{tim.id}", body).is_success
    # The write of auth would end the session, which stays.
    assert_refused_everywhere(tim, time.monotonic(), [service for service in WRITES if service != "auth"])
    tim.refresh()
    assert tim.call("PATCH", "/v1/users/me", {"givenName": "Tim"}).status_code == 200
    assert tim.call("PATCH", f"/v1/sellers/{owner.seller}", {"description": "mine"}).status_code == 403
