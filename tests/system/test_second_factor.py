"""A second factor through the front door: an app that shows codes, recovery codes, sign-in in two steps."""

import base64
import hashlib
import hmac
import struct
import time

import grpc
import pytest

import market
from test_sessions import channel, over_grpc  # noqa: F401

STEP_S = 30


def code_of(secret, step):
    """RFC 6238 with what every app takes for granted: SHA-1, six digits, steps of 30 s. Written from the RFC."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class App:
    """Shows a code of the step of now, and never one twice: the step before it and the next are good as well."""

    def __init__(self, secret):
        self.secret, self.used = secret, 0

    def code(self):
        def step():
            fresh = max(self.used + 1, int(time.time()) // STEP_S)
            return fresh if fresh <= int(time.time()) // STEP_S + 1 else None

        self.used = market.until(step, "the next code of the app", limit_s=2 * STEP_S)
        return code_of(self.secret, self.used)


@pytest.fixture
def ada(stack):
    return market.Person(stack["url"], stack["caFile"], "Ada")


@pytest.fixture
def app(ada):
    made = ada.ok("POST", "/v1/accounts/me/authenticators", {"name": "Phone"})
    assert made["uri"].startswith("otpauth://totp/Marketplace:") and made["secret"] in made["uri"]
    app = App(made["secret"])
    app.id = made["authenticator"]["id"]
    confirmed = ada.ok("POST", f"/v1/accounts/me/authenticators/{app.id}:confirm", {"code": app.code()})
    app.recovery_codes = confirmed["recoveryCodes"]
    return app


def challenge_of(ada):
    answer = market.Client(ada.url, ada.ca_file).post("/v1/sessions", {"email": ada.email, "password": ada.password})
    assert answer.status_code == 401 and answer.json()["reason"] == "SECOND_FACTOR_REQUIRED", answer.text
    return answer.json()["metadata"]["challengeId"]


def answered(ada, challenge, code):
    return market.Client(ada.url, ada.ca_file).post("/v1/sessions:answerChallenge", {"challengeId": challenge, "code": code})


@pytest.mark.operations("auth.CreateAuthenticator", "auth.ConfirmAuthenticator", "auth.AnswerChallenge")
def test_sign_in_in_two_steps(ada, app):
    challenge = challenge_of(ada)
    answer = answered(ada, challenge, app.code())
    assert answer.status_code == 201 and answer.json()["account"]["id"] == ada.id, answer.text
    again = answered(ada, challenge, app.recovery_codes[0])
    assert again.status_code == 401 and again.json()["reason"] == "WRONG_CODE"


@pytest.mark.operations("auth.RenewRecoveryCodes")
def test_recovery_code_instead_of_the_app(ada, app):
    code = app.recovery_codes[0]
    assert answered(ada, challenge_of(ada), code.upper().replace("-", " ")).status_code == 201
    again = answered(ada, challenge_of(ada), code)
    assert again.status_code == 401 and again.json()["reason"] == "WRONG_CODE"
    renewed = ada.ok("POST", "/v1/accounts/me:renewRecoveryCodes", {"code": app.code()})["recoveryCodes"]
    assert len(set(renewed)) == 10 and not set(renewed) & set(app.recovery_codes)


@pytest.mark.operations("auth.ListAuthenticators")
def test_without_its_last_app_the_password_is_enough(ada, app):
    assert [one["id"] for one in ada.ok("GET", "/v1/accounts/me/authenticators")["authenticators"]] == [app.id]
    assert ada.call("DELETE", f"/v1/accounts/me/authenticators/{app.id}").status_code == 204
    assert ada.call("DELETE", f"/v1/accounts/me/authenticators/{app.id}").status_code == 404
    market.Person(ada.url, ada.ca_file, email=ada.email, password=ada.password)


def test_over_grpc(ada, app, channel):
    with pytest.raises(grpc.RpcError) as refused:
        over_grpc(channel, "SignIn", email=ada.email, password=ada.password)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    session = over_grpc(channel, "AnswerChallenge", challenge_id=challenge_of(ada), code=app.recovery_codes[0])
    assert session.account.id == ada.id
    assert [one.id for one in over_grpc(channel, "ListAuthenticators", ada).authenticators] == [app.id]
    assert len(over_grpc(channel, "RenewRecoveryCodes", ada, code=app.code()).recovery_codes) == 10
    made = over_grpc(channel, "CreateAuthenticator", ada, name="Tablet")
    over_grpc(channel, "ConfirmAuthenticator", ada, authenticator_id=made.authenticator.id, code=App(made.secret).code())
    over_grpc(channel, "DeleteAuthenticator", ada, authenticator_id=made.authenticator.id)
