"""The pages that links in mails lead to, without a marketplace: what they ask it, what they say, in both languages and both colours."""

import pytest

from browsing import browse, stand_in
from market import until

ID = "01976b2a-7c1e-7a3b-9f42-002e1ba79f9e"
SESSION = {"accessToken": "at_1", "tokenType": "Bearer", "expiresIn": 600, "refreshToken": "rt_1", "deviceToken": "dt_1",
           "account": {"id": ID, "email": "ada@example.test", "roles": [], "sellers": []}}
BEARER = "Bearer at_1"
SIGNED_OUT = ("DELETE /v1/sessions/current", None, BEARER)
IN = {"POST /v1/sessions": (201, SESSION), "DELETE /v1/sessions/current": (204, None)}
WHO = {"email": "ada@example.test", "password": "correct horse"}
ASKED_IN = ("POST /v1/sessions", WHO, None)
LINES = [{"title": "Difference engine", "quantity": 2, "total": {"amount": 123456, "currency": "EUR"}}]
PART = {"id": ID, "number": "260829-7K3M9Q2A-1", "state": "SHIPPED", "lines": LINES, "total": {"amount": 123456, "currency": "EUR"},
        "refunded": {"amount": 500, "currency": "EUR"}, "parcels": [{"carrier": "Royal Mail", "trackingNumber": "RM7"}], "createTime": "2026-08-29T10:00:00Z",
        "shippingAddress": {"recipient": "Ada <b>Lovelace</b>", "lines": ["12 St James's Square"], "city": "London", "countryCode": "GB"}}
ORDER = {**PART, "number": "260829-7K3M9Q2A", "state": "FAILED", "failureReason": "PAYMENT_DECLINED", "total": {"amount": 1000, "currency": "JPY"},
         "sellerOrders": [PART]}


def refusal(status, reason, detail, fields=(), **metadata):
    return status, {"type": "/problems/x", "title": "x", "status": status, "detail": detail, "reason": reason, "fields": list(fields),
                    "traceId": "x", "metadata": metadata}


def test_an_address_is_confirmed_when_its_reader_says_so():
    with stand_in({"POST /v1/accounts:verifyEmail": (200, {"email": "ada@example.test"})}) as (url, asked):
        browse(url, {"open": "/verify-email#evt_1", "see": "Confirm the e-mail address"})
        assert asked == [], "what opens links in mails confirms nothing"
        browse(url, {"open": "/verify-email#evt_1", "press": "Confirm", "see": "The account signs in with ada@example.test."})
    assert asked == [("POST /v1/accounts:verifyEmail", {"token": "evt_1"}, None)]


def test_what_is_refused_is_told():
    ended = refusal(400, "MAILED_TOKEN_ENDED", "The token from the mail is not good any more")
    weak = refusal(400, "WEAK_PASSWORD", "The password is too easy to guess", [{"field": "password", "reason": "WEAK", "detail": "add a word"}])
    with stand_in({"POST /v1/accounts:verifyEmail": ended, "POST /v1/accounts:claim": weak}) as (url, _):
        browse(url, {"open": "/verify-email#evt_1", "press": "Confirm", "see": "it was used already, or is too old"},
               {"open": "/claim-account#clm_1", "fill": {"newPassword": "password"}, "press": "Save", "see": "Password: add a word"},
               {"see": "The password is too easy to guess"})
        browse(url, {"open": "/verify-email#evt_1", "press": "Подтвердить", "see": "её уже использовали"}, locale="ru-RU", colors="dark")


@pytest.mark.parametrize("path", ["verify-email", "claim-account", "accept-invitation", "unsubscribe"])
def test_without_a_token_nothing_is_asked(path):
    with stand_in({}) as (url, asked):
        browse(url, {"open": f"/{path}", "see": "open the link from the mail again"})
        browse(url, {"open": f"/{path}", "see": "откройте ссылку из письма ещё раз"}, locale="ru")
    assert asked == []


def test_another_mail_in_the_same_tab():
    with stand_in({"POST /v1/notificationSettings:unsubscribe": (204, None)}) as (url, asked):
        browse(url, {"open": "/unsubscribe#ut_1", "see": "No more such mails?"}, {"open": "/unsubscribe#ut_2", "see": "No more such mails?"},
               {"press": "Unsubscribe", "see": "You will get no more mails of this kind."})
    assert asked == [("POST /v1/notificationSettings:unsubscribe?token=ut_2", None, None)]


def test_a_password_is_asked_for_and_set():
    with stand_in({"POST /v1/accounts:requestPasswordReset": (200, {"expiresIn": 1800}),
                   "POST /v1/accounts:resetPassword": (200, {"email": "ada@example.test"})}) as (url, asked):
        browse(url, {"open": "/reset-password", "fill": {"email": "ada@example.test"}, "press": "Send", "see": "a mail with a link is on its way"})
        browse(url, {"open": "/reset-password#pwr_1", "fill": {"newPassword": "violet anchor"}, "press": "Сохранить",
                     "see": "Новый пароль для ada@example.test сохранён"}, locale="ru-RU")
    assert asked == [("POST /v1/accounts:requestPasswordReset", {"email": "ada@example.test"}, None),
                     ("POST /v1/accounts:resetPassword", {"token": "pwr_1", "newPassword": "violet anchor"}, None)]


def test_an_account_is_claimed_and_no_session_is_left():
    with stand_in({"POST /v1/accounts:claim": (201, SESSION), "DELETE /v1/sessions/current": (204, None)}) as (url, asked):
        browse(url, {"open": "/claim-account#clm_1", "fill": {"newPassword": "violet anchor"}, "press": "Save", "see": "Sign in as ada@example.test"})
    assert asked == [("POST /v1/accounts:claim", {"token": "clm_1", "password": "violet anchor"}, None), SIGNED_OUT]


def test_an_invitation_is_accepted_and_no_session_is_left():
    accept = ("POST /v1/invitations:accept", {"token": "inv_1"}, BEARER)
    with stand_in({**IN, "POST /v1/invitations:accept": (200, {"role": "manager", "sellerId": ID})}) as (url, asked):
        browse(url, {"open": "/accept-invitation#inv_1", "fill": WHO, "press": "Sign in", "see": "You have joined the shop as manager."})
    assert asked == [ASKED_IN, accept, SIGNED_OUT]
    with stand_in({**IN, "POST /v1/invitations:accept": refusal(409, "ALREADY_MEMBER", "There is an owner already")}) as (url, asked):
        browse(url, {"open": "/accept-invitation#inv_1", "fill": WHO, "press": "Sign in", "see": "There is an owner already"})
    assert asked == [ASKED_IN, accept, SIGNED_OUT]


def test_a_second_factor_is_asked_for():
    code = refusal(401, "SECOND_FACTOR_REQUIRED", "A one-time code is needed", challengeId=ID)
    with stand_in({**IN, "POST /v1/sessions": code, "POST /v1/sessions:answerChallenge": refusal(401, "BAD_CREDENTIALS", "It is wrong"),
                   f"GET /v1/orders/{ID}": (200, ORDER)}) as (url, asked):
        browse(url, {"open": f"/orders/{ID}", "fill": WHO, "press": "Sign in", "see": "One more step"},
               {"fill": {"code": "123456"}, "press": "Sign in", "see": "It is wrong"})
    assert asked == [ASKED_IN, ("POST /v1/sessions:answerChallenge", {"challengeId": ID, "code": "123456"}, None)]


@pytest.mark.parametrize("locale,press,seen", [
    ("en-GB", "Sign in", ["260829-7K3M9Q2A", "payment declined", "JP¥1,000", "2 × Difference engine", "€1,234.56", "Ada <b>Lovelace</b>, 12 St"]),
    ("ru-RU", "Войти", ["Заказ №", "оплата не прошла", "1 000 ¥", "отправлен", "1 234,56 €"])])
def test_an_order_is_shown_and_leaving_signs_out(locale, press, seen):
    with stand_in({**IN, f"GET /v1/orders/{ID}": (200, ORDER), f"GET /v1/sellerOrders/{ID}": (200, PART)}) as (url, asked):
        browse(url, {"open": f"/orders/{ID}", "fill": WHO, "press": press, "see": seen[0]}, *({"see": text} for text in seen),
               {"open": f"/sell/orders/{ID}", "fill": WHO, "press": press, "see": "RM7"}, locale=locale, colors="dark")
        until(lambda: asked.count(SIGNED_OUT) == 2, "the second page's sign-out")
    assert asked == [ASKED_IN, (f"GET /v1/orders/{ID}", None, BEARER), SIGNED_OUT,
                     ASKED_IN, (f"GET /v1/sellerOrders/{ID}", None, BEARER), SIGNED_OUT]


def test_whose_order_it_is_not_may_sign_in_as_somebody_else():
    with stand_in({**IN, f"GET /v1/orders/{ID}": refusal(404, "NOT_FOUND", "There is no such order")}) as (url, asked):
        browse(url, {"open": f"/orders/{ID}", "fill": WHO, "press": "Sign in", "see": "There is no such order"}, {"see": "Password"})
    assert asked[-1] == SIGNED_OUT


def test_a_device_is_signed_out():
    live = [{"id": ID, "device": "Firefox", "address": "192.0.2.7", "createTime": "2026-08-29T10:00:00Z", "lastUseTime": "2026-08-29T10:00:00Z",
             "current": False}, {"id": "x", "device": "", "address": "192.0.2.8", "createTime": "2026-08-29T10:00:00Z",
                                 "lastUseTime": "2026-08-29T10:00:00Z", "current": True}]
    with stand_in({**IN, "GET /v1/sessions": (200, {"sessions": live}), f"DELETE /v1/sessions/{ID}": (204, None),
                   "GET /v1/accounts/me": (200, {**SESSION["account"], "emailVerified": True})}) as (url, asked):
        browse(url, {"open": "/account/sessions", "fill": WHO, "press": "Sign in", "see": "Firefox"},
               {"press": "Sign this device out: Firefox", "see": "The device is signed out."}, {"press": "Sign out", "see": "Sign in to see this"},
               {"open": "/account", "fill": WHO, "press": "Sign in", "see": "Where you are signed in"})
        until(lambda: asked.count(SIGNED_OUT) == 2, "the second page's sign-out")
    assert (f"DELETE /v1/sessions/{ID}", None, BEARER) in asked


def test_who_was_signed_out_meanwhile_signs_in_again():
    live = [{"id": ID, "device": "Firefox", "address": "192.0.2.7", "createTime": "2026-08-29T10:00:00Z", "lastUseTime": "2026-08-29T10:00:00Z",
             "current": False}]
    with stand_in({**IN, "GET /v1/sessions": (200, {"sessions": live}),
                   f"DELETE /v1/sessions/{ID}": refusal(401, "UNAUTHENTICATED", "The token has expired")}) as (url, _):
        browse(url, {"open": "/account/sessions", "fill": WHO, "press": "Sign in", "see": "Firefox"},
               {"press": "Sign this device out", "see": "The token has expired"}, {"see": "Password"})


def test_shops_are_shown():
    shop = {"id": ID, "displayName": "Engines", "slug": "engines", "state": "SUSPENDED"}
    me = {**SESSION["account"], "sellers": [{"sellerId": ID, "role": "owner"}]}
    with stand_in({**IN, "GET /v1/accounts/me": (200, me), f"GET /v1/sellers/{ID}": (200, shop)}) as (url, _):
        browse(url, {"open": "/sell", "fill": WHO, "press": "Войти", "see": "приостановлен"}, {"see": "владелец"}, locale="ru-RU")
        me["sellers"] = []
        browse(url, {"open": "/sell", "fill": WHO, "press": "Sign in", "see": "You are in no shop."})


def test_messages_are_not_here_yet():
    with stand_in({}) as (url, _):
        browse(url, {"open": f"/messages/{ID}", "see": "Messages are not here yet."})


def test_a_marketplace_that_is_not_there_is_named():
    with stand_in({"POST /v1/accounts:requestPasswordReset": (502, b"<html>Bad gateway")}) as (url, _):
        browse(url, {"open": "/reset-password", "fill": {"email": "ada@example.test"}, "press": "Send", "see": "The marketplace can't be reached."})
