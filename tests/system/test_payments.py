"""What the provider can do to an order, and how each ends."""

import pytest

from market import new_key, until


@pytest.mark.parametrize("method,code", [("pm_card_visa_chargeDeclined", "generic_decline"),
                                         ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")])
def test_declined_payment_places_nothing_and_keeps_it(buyer, shop, method, code):
    sold = shop(stock=2)
    key = new_key()
    answer = buyer.place((sold.offer, 1), method=method, key=key)
    assert (answer.status_code, answer.json()["reason"]) == (402, "PAYMENT_DECLINED")
    assert answer.json()["metadata"]["declineCode"] == code
    assert sold.available() == 1
    replay = buyer.place((sold.offer, 1), method=method, key=key)
    assert replay.status_code == 402 and replay.headers["Idempotent-Replayed"] == "true"
    assert replay.json() == answer.json() | {"traceId": replay.json()["traceId"]}
    assert [order["state"] for order in buyer.ok("GET", "/v1/orders")["orders"]] == ["PENDING_PAYMENT"]
    assert buyer.ok("GET", "/v1/orders?state=FAILED")["orders"] == []


@pytest.mark.parametrize("method,payment,state,status", [("pm_sandbox_timeout_authorized", "CAPTURED", "PLACED", 201),
                                                         ("pm_sandbox_timeout_declined", "DECLINED", "PENDING_PAYMENT", 402)])
@pytest.mark.values("order.OrderState.PENDING_PAYMENT")
def test_unanswered_payment_is_pending_and_then_known(buyer, shop, method, payment, state, status):
    sold = shop(stock=2)
    key = new_key()
    answer = buyer.place((sold.offer, 1), method=method, key=key)
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert len(buyer.ok("GET", "/v1/orders?state=PENDING_PAYMENT")["orders"]) == 1
    order = answer.json()["id"]
    until(lambda: buyer.ok("GET", f"/v1/orders/{order}")["payment"]["state"] == payment, f"the payment being {payment}", limit_s=60)
    assert sold.available() == 1
    again = buyer.place((sold.offer, 1), method=method, key=key)
    assert again.status_code == status, again.text
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
    assert sold.available() == 1, "it can be paid with one that exists"


@pytest.mark.operations("payment.TrialBalance")
def test_ledger_always_balances(operator):
    balances = operator.ok("GET", "/v1/ledger/balances")["balances"]
    totals = {}
    for balance in balances:
        totals[balance["currency"]] = totals.get(balance["currency"], 0) + balance["amount"]
    assert totals and all(total == 0 for total in totals.values())


def captured(buyer, sold):
    """An order's payment, once it is captured."""
    order = buyer.place((sold.offer, 1)).json()["id"]
    path = f"/v1/orders/{order}/payment"
    until(lambda: buyer.ok("GET", path)["state"] == "CAPTURED", "the capture")
    return buyer.ok("GET", path)


def refused(client, path, **params):
    answer = client.get(path, params=params)
    return answer.status_code, answer.json()["reason"]


@pytest.mark.operations("payment.GetPayment")
def test_payment_is_for_its_buyer_and_operators(buyer, person, shop, operator, anonymous):
    payment = captured(buyer, shop())
    path = f"/v1/payments/{payment['id']}"
    assert (payment["number"], payment["captured"]["amount"]) == (1, 1999)
    assert buyer.ok("GET", path) == operator.ok("GET", path) == payment
    assert refused(person("Eve"), path) == (404, "NOT_FOUND")
    assert refused(operator, f"/v1/payments/{payment['orderId']}") == (404, "NOT_FOUND")
    assert refused(anonymous, path) == (401, "UNAUTHENTICATED")
    for listed in ("/v1/payments", "/v1/ledger/entries"):
        assert refused(buyer, listed) == (403, "PERMISSION_DENIED")


@pytest.mark.operations("payment.ListPayments")
@pytest.mark.values("payment.Payment.State.DECLINED")
@pytest.mark.alone  # the newest of all are its own
def test_operators_list_payments(buyer, shop, operator):
    sold = shop()
    declined = buyer.place((sold.offer, 1), method="pm_card_visa_chargeDeclined").json()
    payments = [captured(buyer, sold) for _ in range(3)]
    wanted = {"createTimeFrom": payments[0]["createTime"], "state": "CAPTURED"}
    page = operator.ok("GET", "/v1/payments", params={**wanted, "pageSize": 2})
    assert [p["id"] for p in page["payments"]] == [p["id"] for p in payments[:0:-1]]
    rest = operator.ok("GET", "/v1/payments", params={**wanted, "pageSize": 2, "pageToken": page["nextPageToken"]})
    assert rest["payments"] == [payments[0]] and "nextPageToken" not in rest
    assert refused(operator, "/v1/payments", pageToken=page["nextPageToken"]) == (400, "INVALID_PAGE_TOKEN")
    before = operator.ok("GET", "/v1/payments", params={**wanted, "createTimeTo": payments[1]["createTime"]})
    assert [p["id"] for p in before["payments"]] == [payments[0]["id"]]
    one = operator.ok("GET", "/v1/payments", params={"orderId": payments[1]["orderId"]})
    assert one == {"payments": [payments[1]]}
    assert operator.ok("GET", "/v1/payments", params={"orderId": payments[1]["orderId"], "state": "DECLINED"}) == {"payments": []}
    assert declined["reason"] == "PAYMENT_DECLINED"
    newest = operator.ok("GET", "/v1/payments", params={"state": "DECLINED", "pageSize": 1})["payments"][0]
    assert (newest["declineCode"], newest["captured"]["amount"]) == ("generic_decline", 0)


@pytest.mark.operations("payment.ListLedgerEntries")
@pytest.mark.values("payment.LedgerEntry.Cause.CAPTURE")
def test_operators_list_ledger_entries(buyer, shop, operator):
    payment = captured(buyer, shop())
    entries = operator.ok("GET", "/v1/ledger/entries", params={"paymentId": payment["id"]})["entries"]
    assert [(e["cause"], e["causeId"], e["paymentId"]) for e in entries] == [("CAPTURE", payment["id"], payment["id"])]
    postings = {p["account"]: p for p in entries[0]["postings"]}
    assert {a: (p["amount"], p["currency"]) for a, p in postings.items()} == {
        "psp_clearing": (1999, "EUR"), "order_escrow": (-1999, "EUR")}
    assert "ownerId" not in postings["order_escrow"], "the marketplace's own"
    since = {"createTimeFrom": entries[0]["createTime"]}
    newest = operator.ok("GET", "/v1/ledger/entries", params={**since, "account": "order_escrow"})["entries"]
    assert entries[0] in newest
    assert operator.ok("GET", "/v1/ledger/entries", params={**since, "account": "provider_fees"})["entries"] == [], "nothing is booked there yet"
    assert refused(operator, "/v1/ledger/entries", account="petty_cash") == (400, "INVALID_ARGUMENT")
    assert refused(operator, "/v1/ledger/entries", createTimeFrom="yesterday") == (400, "INVALID_ARGUMENT")
