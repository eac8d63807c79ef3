"""A card whose bank wants to see its owner: the order waits, he confirms or does not, and in between nothing is charged."""

import json

import httpx
import pytest

from market import check_invariants, new_key, psql, until
from test_bad_input import problem
from test_pay import becomes, captured, id_of, let_time_pass, pay
from test_webhooks import event, send, signature

ASKS = "pm_card_threeDSecure2Required"
ASKS_IN_VAIN = "pm_card_threeDSecureRequiredChargeDeclined"


def answer_bank(teller, url, outcome):
    """What a browser does at the bank, which tells of it as it does by itself; gives where the browser is sent from there."""
    page = httpx.get(url)
    assert page.status_code == 200 and "Complete" in page.text and "Fail" in page.text, page.text
    sent = httpx.post(url, data={"outcome": outcome})
    payload = json.dumps(event(id=url.rpartition("/")[2]) | {"type": "payment_intent.amount_capturable_updated"}).encode()
    assert send(teller, payload, signature(payload)).status_code == 204
    return sent


def placed(buyer, sold, method=ASKS, key=None):
    """An order that waits to be confirmed: its path, and where."""
    answer = buyer.place((sold.offer, 1), method=method, key=key or new_key())
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    assert answer.json()["payment"]["state"] == "REQUIRES_ACTION" and answer.json()["payUntil"]
    return f"/v1/orders/{answer.json()['id']}", answer.json()["nextAction"]["url"]


def charges(path):
    """What the provider has of an order, by state."""
    return sorted(psql("sandbox", f"SELECT status FROM card_authorization WHERE reference = '{id_of(path)}'").split())


@pytest.mark.values("payment.Payment.State.REQUIRES_ACTION")
def test_confirmed_it_goes_on_by_itself(buyer, shop, stack, anonymous):
    sold, key = shop(stock=2), new_key()
    path, url = placed(buyer, sold, key=key)
    assert sold.available() == 1, "held"
    order, payment = buyer.ok("GET", path), buyer.ok("GET", path + "/payment")
    assert order["nextAction"] == {"url": url} == payment["nextAction"]
    assert (payment["state"], payment["authorized"]["amount"], order["state"]) == ("REQUIRES_ACTION", 0, "PENDING_PAYMENT")
    assert "nextAction" not in buyer.ok("GET", "/v1/orders")["orders"][0]
    again = buyer.place((sold.offer, 1), method=ASKS, key=key)
    assert (again.status_code, again.json().get("id")) == (202, order["id"]), again.text
    back = answer_bank(buyer, url, "complete")
    assert back.status_code == 303
    assert back.headers["Location"].startswith(f"{stack['url']}/orders/{order['id']}/payment?")
    assert "redirect_status=succeeded" in back.headers["Location"]
    for language, wanted in (("en", "en"), ("ru-RU, en;q=0.5", "ru"), ("ru", "ru")):
        shown = anonymous.get(f"/orders/{order['id']}/payment?redirect_status=failed", headers={"Accept-Language": language})
        assert (shown.status_code, shown.headers["Location"]) == (302, f"/{wanted}/orders/{order['id']}")
    becomes(buyer, path, "PLACED")
    captured(buyer, path)
    after = buyer.ok("GET", path)
    assert "nextAction" not in after and "payUntil" not in after and "nextAction" not in buyer.ok("GET", path + "/payment")
    replay = buyer.place((sold.offer, 1), method=ASKS, key=key)
    assert (replay.status_code, replay.json()["id"]) == (201, order["id"]), replay.text
    # A second click at the bank, and what it tells of it.
    assert httpx.post(url, data={"outcome": "fail"}).status_code == 303
    assert charges(path) == ["captured"] and sold.available() == 1


def test_in_vain_it_is_paid_with_another_card(buyer, shop):
    sold = shop(stock=1)
    path, url = placed(buyer, sold)
    kept = buyer.ok("GET", path)["payUntil"]
    assert "redirect_status=failed" in answer_bank(buyer, url, "fail").headers["Location"]
    until(lambda: buyer.ok("GET", path)["payment"]["state"] == "DECLINED", "the decline")
    order, payment = buyer.ok("GET", path), buyer.ok("GET", path + "/payment")
    assert (order["state"], order["payUntil"], sold.available()) == ("PENDING_PAYMENT", kept, 0) and "nextAction" not in order
    assert payment["declineCode"] == "payment_intent_authentication_failure"
    # One whose bank knows its owner and declines all the same, one that waits, and, without that, one that pays.
    answer = pay(buyer, path, ASKS_IN_VAIN)
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    answer_bank(buyer, answer.json()["nextAction"]["url"], "complete")
    until(lambda: buyer.ok("GET", path)["payment"]["state"] == "DECLINED", "the second decline")
    waits = pay(buyer, path, ASKS)
    assert waits.status_code == 202 and waits.json()["payUntil"] == kept, "not longer"
    answer = pay(buyer, path)
    assert (answer.status_code, answer.json()["state"]) == (200, "PLACED"), answer.text
    late = httpx.post(waits.json()["nextAction"]["url"], data={"outcome": "complete"})
    assert late.status_code == 409 and "nothing to confirm" in late.text
    captured(buyer, path)
    assert buyer.ok("GET", path + "/payment")["number"] == 4
    assert charges(path) == ["captured", "declined", "declined", "voided"]


def test_abandoned_it_ends(buyer, shop):
    sold = shop(stock=1)
    path, url = placed(buyer, sold)
    let_time_pass(path)
    order = becomes(buyer, path, "FAILED")
    assert (order["failureReason"], order["payment"]["state"]) == ("PAYMENT_DECLINED", "VOIDED")
    assert "nextAction" not in order and sold.available() == 1
    assert httpx.post(url, data={"outcome": "complete"}).status_code == 409
    problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")
    assert charges(path) == ["voided"]


def test_confirmed_too_late_it_holds_nothing(buyer, shop):
    """Its order ends while the buyer is at the bank: cancelled, or out of time."""
    sold = shop(stock=2)
    for end in (lambda path: buyer.post(path + ":cancel", {}, key=new_key()), let_time_pass):
        path, url = placed(buyer, sold)
        answer_bank(buyer, url, "complete")
        end(path)
        until(lambda: buyer.ok("GET", path)["state"] in ("FAILED", "CANCELLED", "PLACED"), "an end")
        if buyer.ok("GET", path)["state"] == "PLACED":  # the bank was faster
            assert charges(path)[0] in ("authorized", "captured")
            continue
        assert buyer.ok("GET", path + "/payment")["state"] == "VOIDED"
        assert charges(path) == ["voided"]


def test_what_is_told_too_early_changes_nothing(buyer, shop, anonymous):
    path, url = placed(buyer, shop())
    charge = "pi_" + psql("sandbox", "SELECT replace(id::text, '-', '') FROM card_authorization"
                                     f" WHERE reference = '{id_of(path)}'").strip()
    one = event(id=charge, transfer_group=id_of(path))
    for kind in ("payment_intent.succeeded", "payment_intent.amount_capturable_updated", "payment_intent.payment_failed"):
        payload = json.dumps(one | {"type": kind, "id": "evt_" + new_key()}).encode()
        for _ in range(2):
            assert send(anonymous, payload, signature(payload)).status_code == 204
    assert buyer.ok("GET", path + "/payment")["state"] == "REQUIRES_ACTION"
    answer_bank(buyer, url, "complete")
    becomes(buyer, path, "PLACED")
    captured(buyer, path)
    assert charges(path) == ["captured"]


def test_the_link_is_its_buyers_alone(buyer, shop, person, operator):
    path, _ = placed(buyer, shop())
    eve = person("Eve")
    for what in (path, path + "/payment"):
        assert buyer.ok("GET", what)["nextAction"]
        problem(eve.get(what), 404, "NOT_FOUND")
        seen = operator.ok("GET", what)
        assert "nextAction" not in seen and "3d_secure" not in json.dumps(seen)
    payment = buyer.ok("GET", path + "/payment")["id"]
    assert "nextAction" not in operator.ok("GET", f"/v1/payments/{payment}")
    listed = operator.ok("GET", f"/v1/payments?orderId={id_of(path)}&state=REQUIRES_ACTION")["payments"]
    assert [one["id"] for one in listed] == [payment] and "nextAction" not in listed[0]
    assert buyer.post(path + ":cancel", {}, key=new_key()).is_success


@pytest.mark.alone  # others plant what is wrong
def test_all_of_it_is_true():
    assert check_invariants(wait_s=60)["findings"] == []
