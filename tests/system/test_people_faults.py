"""What people notice when auth or user dies or is away: who is signed in goes on, who signs up gets a profile in the end.

MARKET_SIGN_UPS sign-ups through deaths of auth; `./market test --long sign-ups` makes 1,000 of them.
"""

import concurrent.futures
import os
import signal
import threading
import uuid

import httpx

import pytest
import market
from market import psql, until

pytestmark = pytest.mark.alone

SIGN_UPS = int(os.environ.get("MARKET_SIGN_UPS", "100"))
CLIENTS = 8
REFRESHES = 100


def test_who_is_signed_in_buys_while_auth_is_away(stack, shop, buyer, anonymous, away):
    offer = shop().offer
    away("auth")
    placed = buyer.place((offer, 1))
    assert placed.status_code == 201, placed.text
    assert buyer.ok("GET", f"/v1/orders/{placed.json()['id']}")["state"] == "PLACED"
    refused = anonymous.post("/v1/sessions", {"email": buyer.email, "password": buyer.password})
    assert (refused.status_code, refused.json()["reason"]) == (503, "UNAVAILABLE"), refused.text


def test_sign_up_works_while_user_is_away_and_the_profile_follows(stack, away):
    names = away("user")
    ada = market.Person(stack["url"], stack["caFile"], "Ada")
    assert ada.ok("GET", "/v1/accounts/me")["email"] == ada.email
    for name in names:
        market.supervisorctl("start", name)
    until(lambda: ada.get("/v1/users/me").status_code == 200, "the profile")
    assert ada.ok("GET", "/v1/users/me")["displayName"] == "Ada"


def ids(database, sql):
    return set(psql(database, sql).split())


def test_every_account_has_its_profile_though_auth_is_killed(stack):
    """A sign-up that got no answer is sent again with the same e-mail, as people do."""
    victims, tag, told = market.processes("auth"), uuid.uuid4().hex, set()
    done = threading.Semaphore(0)

    def sign_up(number):
        client = market.Client(stack["url"], stack["caFile"])
        body = {"email": f"{number}.{tag}@example.test", "password": market.Person.password, "displayName": "Ada"}

        def answered():
            try:
                answer = client.post("/v1/accounts", body)
            except httpx.HTTPError:
                return None
            return answer if answer.status_code in (201, 409) else None

        answer = until(answered, "a sign-up", limit_s=60)
        if answer.status_code == 201:
            told.add(answer.json()["account"]["id"])
        else:
            assert answer.json()["reason"] == "EMAIL_TAKEN", answer.text
        done.release()

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(sign_up, number) for number in range(SIGN_UPS)]
        for turn in range(max(SIGN_UPS // 50, 2)):
            for _ in range(SIGN_UPS // 4 if turn == 0 else 20):
                done.acquire(timeout=60)
            victim = victims[turn % len(victims)]
            old = until(lambda victim=victim: market.info()["pids"].get(victim), victim)
            os.kill(old, signal.SIGKILL)
        for one in running:
            one.result()
    market.await_ready(stack, victims)
    accounts = ids("auth", f"SELECT id FROM account WHERE email_key LIKE '%.{tag}@example.test'")
    assert len(accounts) == SIGN_UPS and told <= accounts
    profiles = "SELECT id FROM profile WHERE id IN ('{}')".format("', '".join(accounts))
    until(lambda: ids("user", profiles) == accounts, "the profiles", limit_s=60)


def no_crowd(answer):
    return None if answer.status_code == 503 and answer.json()["reason"] == "OVERLOADED" else answer


def test_many_refreshes_at_once_leave_one_live_token(stack, person):
    ada = person()
    body = {"refreshToken": ada.session["refreshToken"]}

    def refresh(_):
        with httpx.Client(base_url=stack["url"], verify=stack["caFile"], timeout=40) as client:
            # All wait for one row; who is turned away while others do comes back, as told.
            return until(lambda: no_crowd(client.post("/v1/sessions:refresh", json=body)), "a refresh")

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(refresh, range(REFRESHES)))
    assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers if a.status_code != 200][:3]
    token, = {answer.json()["refreshToken"] for answer in answers}
    live = f"SELECT count(*) FROM refresh_token t JOIN session s ON s.id = t.session_id WHERE s.account_id = '{ada.id}' AND t.used_at IS NULL"
    assert psql("auth", live).strip() == "1"
    assert market.Client(ada.url, ada.ca_file).post("/v1/sessions:refresh", {"refreshToken": token}).status_code == 200
