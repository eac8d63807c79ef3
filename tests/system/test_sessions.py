"""Where an account is signed in: each session with its device and address, ended one by one or all at once. Over REST and gRPC."""

import pathlib
import urllib.parse
import uuid

import grpc
import pytest

import market
from market import Person
from test_bad_input import problem
from test_grpc import by_name, request_of, unary

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
OTHER = "violet anchor teapot"


@pytest.fixture(scope="module")
def channel(stack):
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, grpc.ssl_channel_credentials(roots)) as opened:
        yield opened


def again(stack, somebody, password=None):
    """Another session of the same account."""
    return Person(stack["url"], stack["caFile"], email=somebody.email, password=password or somebody.password)


def over_grpc(channel, name, somebody=None, /, **fields):
    method = by_name(name)
    request = request_of(method)
    for field, value in fields.items():
        setattr(request, field, value)
    metadata = [("authorization", f"Bearer {somebody.token}")] if somebody else []
    return unary(channel, method)(request, metadata=metadata, timeout=15)


def live(somebody):
    return somebody.ok("GET", "/v1/sessions")["sessions"]


def may_refresh(anonymous, somebody):
    answer = anonymous.post("/v1/sessions:refresh", {"refreshToken": somebody.session["refreshToken"]})
    if answer.status_code == 401:
        assert answer.json()["reason"] == "SESSION_ENDED"
    else:
        assert answer.status_code == 200, answer.text
    return answer.is_success


@pytest.mark.operations("auth.SignIn", "auth.ListSessions")
def test_each_is_listed_with_its_device(stack, person, anonymous, channel):
    ada = person("Ada")
    body = {"email": ada.email, "password": ada.password}
    browser = anonymous.ok("POST", "/v1/sessions", body, headers={"User-Agent": FIREFOX})
    over_grpc(channel, "SignIn", email=ada.email, password=ada.password)
    native, in_browser, own = live(ada)
    assert native["device"].startswith("grpc-python/"), native
    assert in_browser["device"] == "Firefox on Linux"
    assert own["device"].startswith("python-httpx/") and own["current"]
    assert {each["address"] for each in (native, in_browser, own)} == {"127.0.0.1"}
    assert not native.get("current") and not in_browser.get("current")
    assert own["createTime"] <= own["lastUseTime"]
    # Used again from another program: the first of the list, with its name.
    anonymous.ok("POST", "/v1/sessions:refresh", {"refreshToken": browser["refreshToken"]}, headers={"User-Agent": "curl/7.88.1"})
    newest = live(ada)[0]
    assert (newest["id"], newest["device"]) == (in_browser["id"], "curl/7.88.1")
    assert newest["createTime"] == in_browser["createTime"] < newest["lastUseTime"]


def test_grpc_lists_the_same(person, channel):
    ada = person("Ada")
    listed = over_grpc(channel, "ListSessions", ada).sessions
    assert [(each.id, each.device, each.current) for each in listed] == [(each["id"], each["device"], True) for each in live(ada)]


@pytest.mark.parametrize("user_agent", [b"", b"\xff\xfe", b"x" * 4000, "Фырфокс".encode()], ids=ascii)
def test_whatever_a_client_says_of_itself(stack, anonymous, person, user_agent):
    ada = person("Ada")
    answer = anonymous.http.post("/v1/sessions", json={"email": ada.email, "password": ada.password}, headers={b"User-Agent": user_agent})
    assert answer.status_code == 201, answer.text
    assert len(live(ada)[0]["device"] if "device" in live(ada)[0] else "") <= 100


def test_one_is_ended_and_the_others_go_on(stack, person, anonymous):
    ada = person("Ada")
    phone, laptop = again(stack, ada), again(stack, ada)
    ended = next(each["id"] for each in live(phone) if each.get("current"))
    problem(person("Eve").call("DELETE", f"/v1/sessions/{ended}"), 404, "NOT_FOUND")
    assert ada.call("DELETE", f"/v1/sessions/{ended}").status_code == 204
    problem(ada.call("DELETE", f"/v1/sessions/{ended}"), 404, "NOT_FOUND")
    problem(ada.call("DELETE", f"/v1/sessions/{uuid.uuid4()}"), 404, "NOT_FOUND")
    problem(ada.call("DELETE", "/v1/sessions/mine"), 400, "INVALID_ARGUMENT")
    assert ended not in [each["id"] for each in live(ada)]
    assert not may_refresh(anonymous, phone)
    assert may_refresh(anonymous, laptop)
    # `current` is SignOut's, not a session of that name.
    assert laptop.call("DELETE", "/v1/sessions/current").status_code == 204
    assert [each.get("current") for each in live(ada)] == [True]


def test_all_are_ended_at_once(stack, person, anonymous, channel):
    ada, eve = person("Ada"), person("Eve")
    phone = again(stack, ada)
    assert ada.call("DELETE", "/v1/sessions").status_code == 204
    assert not may_refresh(anonymous, ada) and not may_refresh(anonymous, phone)
    assert may_refresh(anonymous, eve)
    back = again(stack, ada)
    over_grpc(channel, "EndAllSessions", back)
    assert not may_refresh(anonymous, back)


@pytest.mark.operations("auth.ChangePassword")
def test_a_new_password_ends_all_others(stack, person, anonymous):
    ada = person("Ada")
    phone = again(stack, ada)

    def change(current, new):
        return ada.post("/v1/accounts/me:changePassword", {"currentPassword": current, "newPassword": new})

    problem(change("wrong password", OTHER), 401, "BAD_CREDENTIALS")
    same = problem(change(ada.password, ada.password), 400, "INVALID_ARGUMENT")
    assert [(field["field"], field["reason"]) for field in same["fields"]] == [("newPassword", "UNCHANGED")]
    for weak in ("password1", ada.email.split("@")[0]):
        refusal = problem(change(ada.password, weak), 400, "WEAK_PASSWORD")
        assert [field["field"] for field in refusal["fields"]] == ["newPassword"]
    answer = change(ada.password, OTHER)
    assert (answer.status_code, answer.json()["email"]) == (200, ada.email)
    assert may_refresh(anonymous, ada) and not may_refresh(anonymous, phone)
    problem(anonymous.post("/v1/sessions", {"email": ada.email, "password": ada.password}), 401, "BAD_CREDENTIALS")
    assert again(stack, ada, OTHER).id == ada.id
    reasons = market.psql("auth", f"SELECT DISTINCT end_reason FROM session WHERE account_id = '{ada.id}' AND ended_at IS NOT NULL")
    assert reasons.split() == ["PASSWORD_CHANGED"]


def test_a_new_password_over_grpc(stack, person, channel):
    ada = person("Ada")
    with pytest.raises(grpc.RpcError) as refused:
        over_grpc(channel, "ChangePassword", ada, current_password="wrong password", new_password=OTHER)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert over_grpc(channel, "ChangePassword", ada, current_password=ada.password, new_password=OTHER).id == ada.id
    assert again(stack, ada, OTHER).id == ada.id


@pytest.mark.parametrize("password", ["password", "12345678", "qwertyuiop", "iloveyou1", "wilhelmina", "aaaaaaaaaaaa"])
def test_a_password_that_is_guessed_first_is_refused(anonymous, password):
    body = {"email": f"quist-{uuid.uuid4().hex[:12]}@example.test", "password": password, "displayName": "Wilhelmina Quist"}
    refusal = problem(anonymous.post("/v1/accounts", body), 400, "WEAK_PASSWORD")
    assert [(field["field"], field["reason"]) for field in refusal["fields"]] == [("password", "WEAK")]


def test_guesses_with_a_stolen_token_are_throttled(person):
    ada = person("Ada")
    answers = [ada.post("/v1/accounts/me:changePassword", {"currentPassword": "wrong password", "newPassword": OTHER}) for _ in range(6)]
    assert [answer.json()["reason"] for answer in answers] == ["BAD_CREDENTIALS"] * 5 + ["RATE_LIMITED"]
    assert int(answers[-1].headers["Retry-After"]) >= 1
