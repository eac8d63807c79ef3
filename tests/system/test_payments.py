"""What the provider can do to an order, and how each ends."""

import pytest

from market import new_key, until


@pytest.mark.parametrize("method,code", [("pm_card_visa_chargeDeclined", "generic_decline"),
                                         ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")])
def test_declined_payment_places_nothing(buyer, shop, method, code):
    sold = shop(stock=2)
    key = new_key()
    answer = buyer.place((sold.offer, 1), method=method, key=key)
    assert (answer.status_code, answer.json()["reason"]) == (402, "PAYMENT_DECLINED")
    assert code in answer.text
    assert sold.available() == 2
    replay = buyer.place((sold.offer, 1), method=method, key=key)
    assert replay.status_code == 402 and replay.headers["Idempotent-Replayed"] == "true"
    assert buyer.ok("GET", "/v1/orders")["orders"] == [], "only when asked for"
    assert [order["state"] for order in buyer.ok("GET", "/v1/orders?state=FAILED")["orders"]] == ["FAILED"]


@pytest.mark.parametrize("method,state,left", [("pm_sandbox_timeout_authorized", "PLACED", 1),
                                               ("pm_sandbox_timeout_declined", "FAILED", 2)])
def test_unanswered_payment_is_pending_and_then_known(buyer, shop, method, state, left):
    sold = shop(stock=2)
    key = new_key()
    answer = buyer.place((sold.offer, 1), method=method, key=key)
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert len(buyer.ok("GET", "/v1/orders?state=PENDING_PAYMENT")["orders"]) == 1
    order = answer.json()["id"]
    until(lambda: buyer.ok("GET", f"/v1/orders/{order}")["state"] == state, f"the order becoming {state}", limit_s=60)
    until(lambda: sold.available() == left, "the stock to follow")
    again = buyer.place((sold.offer, 1), method=method, key=key)
    assert again.status_code == (201 if state == "PLACED" else 402), again.text
    assert len(buyer.ok("GET", "/v1/orders", params={"state": state})["orders"]) == 1


def test_provider_that_fails_twice_is_asked_again(buyer, shop):
    sold = shop(stock=2)
    answer = buyer.place((sold.offer, 1), method="pm_sandbox_error_then_authorized")
    assert answer.status_code in (201, 202), answer.text
    order = answer.json()["id"]
    until(lambda: buyer.ok("GET", f"/v1/orders/{order}")["state"] == "PLACED", "the order becoming PLACED", limit_s=60)
    attempts = buyer.ok("GET", f"/v1/orders/{order}/payment")["attempts"]
    assert sum(a["operation"] == "AUTHORIZE" and a["state"] == "SUCCEEDED" for a in attempts) == 1


def test_unknown_method_is_a_bad_request(buyer, shop):
    sold = shop(stock=2)
    answer = buyer.place((sold.offer, 1), method="pm_card_nobody_has")
    assert (answer.status_code, answer.json()["reason"]) == (400, "UNKNOWN_PAYMENT_METHOD")
    assert sold.available() == 2


def test_ledger_always_balances(operator):
    balances = operator.ok("GET", "/v1/ledger/balances")["balances"]
    totals = {}
    for balance in balances:
        totals[balance["currency"]] = totals.get(balance["currency"], 0) + balance["amount"]
    assert totals and all(total == 0 for total in totals.values())
