"""Who buys with an e-mail only, and claims the account later: what a guest may, what not yet, and that nothing is lost. The tokens of the
mails are fetched as in test_mailed_tokens.py."""

import time
import uuid

import grpc
import jwt
import pytest

import contract
import market
from market import Person, new_key, until
from test_bad_input import problem
from test_grpc import by_name, request_of, unary
from test_mailed_tokens import ask_for_reset, mail, pki, reveal  # noqa: F401: fixtures
from test_reflection import channel_to
from test_sessions import channel, may_refresh, over_grpc  # noqa: F401: a fixture is among them

OTHER = "violet anchor teapot"
WEEK_S = 7 * 24 * 3600
# What a guest is refused, with what a full account could send.
FOR_FULL_ACCOUNTS = {
    "OpenSeller": {"displayName": "Engines", "slug": "engines-of-a-guest", "countryCode": "GB"},
    "AcceptInvitation": {"token": "inv_8b0d"},
    "ChangePassword": {"currentPassword": "correct horse battery", "newPassword": OTHER},
    "ChangeEmail": {"email": "new@example.test", "password": "correct horse battery"},
    "CreateAuthenticator": {"name": "Phone"},
    "CreateReview": {"rating": 5},
    "UpdateReview": {"rating": 4},
    "DeleteReview": None,
}


class Guest(Person):
    def __init__(self, stack, email=None, **members):
        market.Client.__init__(self, stack["url"], stack["caFile"])
        self.email = email or f"guest-{uuid.uuid4().hex[:16]}@example.test"
        self._enter(self.ok("POST", "/v1/accounts:guest", {"email": self.email, **members}))


@pytest.fixture
def guest(stack):
    return Guest(stack)


def claims(session):
    return jwt.decode(session["accessToken"], options={"verify_signature": False})


def claim(client, token, password=OTHER, **members):
    return client.post("/v1/accounts:claim", {"token": token, "password": password, **members})


@pytest.mark.operations("auth.SignUpGuest", "auth.ClaimAccount")
def test_a_guest_buys_and_claims_the_account(stack, anonymous, shop, mail):  # noqa: F811
    sold = shop(stock=5)
    ada = Guest(stack, displayName="Ada", acceptedTerms="2026-11")
    account = ada.ok("GET", "/v1/accounts/me")
    assert account["guest"] and account["acceptedTerms"] == "2026-11" and account["acceptTermsTime"] >= account["createTime"]
    assert until(lambda: ada.get("/v1/users/me").json().get("displayName"), "the profile") == "Ada"
    ada.add_address()
    quote = ada.ok("POST", "/v1/orders:quote", {"items": [{"offerId": sold.offer, "quantity": 1}]})
    assert quote["total"]["amount"] == 1999
    ada.refresh()
    order = ada.place((sold.offer, 1)).json()
    assert order["state"] == "PLACED"
    declined = problem(ada.place((sold.offer, 1), method="pm_card_visa_chargeDeclined"), 402, "PAYMENT_DECLINED")
    paid = ada.post(f"/v1/orders/{declined['metadata']['orderId']}:pay", {"paymentMethod": "pm_card_visa"}, key=new_key())
    assert paid.json()["state"] == "PLACED", paid.text
    assert ada.post(f"/v1/orders/{order['id']}:cancel", {}, key=new_key()).json()["state"] == "CANCELLED"

    found = mail(ada)
    assert (found.address, found.purpose) == (ada.email, "CLAIM_ACCOUNT")
    assert 0 < found.expire_time.seconds - time.time() - WEEK_S + 60 <= 60
    weak = problem(claim(anonymous, found.token, ada.email.split("@")[0]), 400, "WEAK_PASSWORD")
    assert [field["field"] for field in weak["fields"]] == ["password"]
    answer = claim(anonymous, found.token, acceptedTerms="2026-12")
    assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/sessions/current")
    now = answer.json()["account"]
    assert (now["id"], now["emailVerified"], now["acceptedTerms"]) == (ada.id, True, "2026-12") and not now.get("guest")
    problem(claim(anonymous, found.token), 400, "MAILED_TOKEN_ENDED")
    assert not may_refresh(anonymous, ada), "whoever typed the e-mail had that session"
    back = Person(stack["url"], stack["caFile"], email=ada.email.upper(), password=OTHER)
    assert {each["id"] for each in back.ok("GET", "/v1/orders")["orders"]} == {order["id"], paid.json()["id"]}
    assert back.ok("POST", "/v1/accounts/me/authenticators", {"name": "Phone"})["secret"]


def test_the_same_over_grpc(channel, shop, mail):  # noqa: F811
    sold = shop(stock=5)
    email = f"guest-{uuid.uuid4().hex[:16]}@example.test"
    session = over_grpc(channel, "SignUpGuest", email=email, accepted_terms="2026-11")
    assert session.account.guest and session.account.accepted_terms == "2026-11"
    session = over_grpc(channel, "RefreshSession", refresh_token=session.refresh_token)
    metadata = [("authorization", f"Bearer {session.access_token}")]

    def ask(name, **fields):
        method = by_name(name)
        request = request_of(method)
        for field, value in fields.items():
            setattr(request, field, value)
        return method, request

    create, request = ask("CreateMyAddress")
    request.address.recipient, request.address.city = "Ada", "London"
    request.address.lines.append("12 St James's Square")
    request.address.postal_code, request.address.country_code = "SW1Y 4JH", "GB"
    address = unary(channel, create)(request, metadata=metadata, timeout=15)
    place, request = ask("PlaceOrder", shipping_address_id=address.id, payment_method="pm_card_visa")
    request.items.add(offer_id=sold.offer, quantity=1)
    order = unary(channel, place)(request, metadata=metadata + [("idempotency-key", new_key())], timeout=15)
    get, request = ask("GetOrder", order_id=order.id)
    assert unary(channel, get)(request, metadata=metadata, timeout=15).number == order.number
    change, request = ask("ChangePassword", current_password=OTHER, new_password="correct horse battery")
    with pytest.raises(grpc.RpcError) as refused:
        unary(channel, change)(request, metadata=metadata, timeout=15)
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION

    class Somebody:
        id = session.account.id

    claimed = over_grpc(channel, "ClaimAccount", token=mail(Somebody).token, password=OTHER)
    assert claimed.account.id == session.account.id and not claimed.account.guest
    signed_in = over_grpc(channel, "SignIn", email=email, password=OTHER)
    metadata = [("authorization", f"Bearer {signed_in.access_token}")]
    assert unary(channel, get)(ask("GetOrder", order_id=order.id)[1], metadata=metadata, timeout=15).id == order.id


def test_what_is_for_a_full_account_tells_a_guest_to_claim_it(guest):
    methods = {method.name: method for method in contract.methods() if method.full_account}
    assert methods.keys() == FOR_FULL_ACCOUNTS.keys()
    for name, body in FOR_FULL_ACCOUNTS.items():
        key = None if methods[name].secret_answer else new_key()
        path, _ = contract.rest_request(methods[name], {})
        problem(guest.call(methods[name].verb, path, body, key=key), 409, "GUEST_ACCOUNT")


def test_a_guest_has_no_roles_and_no_keys(guest, operator):
    problem(operator.post(f"/v1/accounts/{guest.id}:grantRole", {"role": "support"}), 409, "GUEST_ACCOUNT")
    key = {"name": "nightly report", "permissions": ["orders.read"]}
    problem(guest.post("/v1/apiKeys", key), 403, "PERMISSION_DENIED")
    problem(guest.get("/v1/accounts"), 403, "PERMISSION_DENIED")


def test_one_email_has_guests_beside_who_signs_in_with_it(stack, person, anonymous, operator):
    ada = person("Ada")
    first, second = Guest(stack, ada.email), Guest(stack, ada.email.upper())
    assert len({ada.id, first.id, second.id}) == 3
    assert Person(stack["url"], stack["caFile"], email=ada.email, password=ada.password).id == ada.id
    listed = operator.ok("GET", "/v1/accounts", params={"email": ada.email})["accounts"]
    assert [each["id"] for each in listed] == [second.id, first.id, ada.id]
    listed = operator.ok("GET", "/v1/accounts", params={"email": ada.email, "guest": "false"})["accounts"]
    assert [each["id"] for each in listed] == [ada.id]
    nobody = Guest(stack)
    refusals = [problem(anonymous.post("/v1/sessions", {"email": email, "password": OTHER}), 401, "BAD_CREDENTIALS")["detail"]
                for email in (nobody.email, f"{uuid.uuid4().hex}@example.test")]
    assert len(set(refusals)) == 1


def test_a_claim_of_an_email_that_is_taken_by_then_loses_nothing(stack, anonymous, guest, mail):  # noqa: F811
    token = mail(guest).token
    anonymous.ok("POST", "/v1/accounts", {"email": guest.email, "password": "correct horse battery", "displayName": "Ada"})
    problem(claim(anonymous, token), 409, "EMAIL_TAKEN")
    problem(claim(anonymous, token), 409, "EMAIL_TAKEN")
    assert may_refresh(anonymous, guest)


def test_who_forgot_that_they_were_a_guest_gets_another_mail(anonymous, guest, mail):  # noqa: F811
    first = mail(guest).token
    unknown = ask_for_reset(anonymous, f"nobody-{uuid.uuid4().hex}@example.test")
    known = ask_for_reset(anonymous, guest.email)
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    found = mail(guest)
    assert found.purpose == "CLAIM_ACCOUNT"
    problem(claim(anonymous, first), 400, "MAILED_TOKEN_ENDED")
    assert claim(anonymous, found.token).json()["account"]["id"] == guest.id


def test_tokens_say_whether_the_email_is_verified(anonymous, person, guest, mail):  # noqa: F811
    assert claims(guest.session)["guest"] is True
    ada = person("Ada")
    assert "guest" not in claims(ada.session) and claims(ada.session)["email_verified"] is False
    ada.ok("POST", "/v1/accounts/me:sendVerification", {})
    anonymous.ok("POST", "/v1/accounts:verifyEmail", {"token": mail(ada).token})
    ada.refresh()
    assert claims(ada.session)["email_verified"] is True


def test_who_writes_to_people_asks_what_they_are_called(stack, pki, person, guest):  # noqa: F811
    ada = person("Ada")
    until(lambda: all(each.get("/v1/users/me").status_code == 200 for each in (ada, guest)), "their profiles")
    ada.ok("PATCH", "/v1/users/me", {"locale": "en-GB"})
    method = by_name("GetProfiles")
    request = request_of(method)
    request.account_ids.extend([ada.id, guest.id, str(uuid.uuid4())])
    with channel_to(stack, "user", pki, "notification") as opened:
        found = unary(opened, method)(request, timeout=15).profiles
    assert {(each.account_id, each.display_name, each.locale) for each in found} == {(ada.id, "Ada", "en-GB"), (guest.id, "Guest", "")}


def test_telephone_numbers_are_kept_in_one_form(guest, channel):  # noqa: F811
    place = {"recipient": "Ada", "lines": ["1 Street"], "city": "London", "postalCode": "SW1Y 4JH", "countryCode": "GB"}
    made = guest.ok("POST", "/v1/users/me/addresses", {**place, "phone": "020 7946 0958"})
    assert made["phone"] == "+442079460958"
    path = f"/v1/users/me/addresses/{made['id']}"
    assert guest.ok("PATCH", path, {"phone": "+33 1 23 45 67 89"})["phone"] == "+33123456789"
    assert guest.ok("PATCH", path, {"countryCode": "GB", "phone": "0044 20 7946 0958"})["phone"] == "+442079460958"
    refusal = problem(guest.call("PATCH", path, {"phone": "020 7946 0958"}), 400, "INVALID_ARGUMENT")
    assert [(field["field"], field["reason"]) for field in refusal["fields"]] == [("phone", "INVALID_PHONE_NUMBER")]
    method = by_name("UpdateMyProfile")
    request = request_of(method)
    request.profile.phone = "+44 (0)20 7946 0958"
    metadata = [("authorization", f"Bearer {guest.token}")]
    until(lambda: guest.get("/v1/users/me").status_code == 200, "the profile")
    assert unary(channel, method)(request, metadata=metadata, timeout=15).phone == "+442079460958"


def test_terms_that_were_agreed_to_are_kept(anonymous):
    body = {"email": f"{uuid.uuid4().hex}@example.test", "password": OTHER, "displayName": "Ada"}
    problem(anonymous.post("/v1/accounts", {**body, "acceptedTerms": "2026 11"}), 400, "INVALID_ARGUMENT")
    problem(anonymous.post("/v1/accounts", {**body, "acceptedTerms": "1" * 51}), 400, "INVALID_ARGUMENT")
    account = anonymous.ok("POST", "/v1/accounts", {**body, "acceptedTerms": "2026-11"})["account"]
    assert account["acceptedTerms"] == "2026-11" and account["acceptTermsTime"] >= account["createTime"]
