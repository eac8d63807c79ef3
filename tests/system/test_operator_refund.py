"""Operators give money back, over REST and over gRPC: exactly so much, once for a key, never more than was taken; the order shows it."""

import concurrent.futures

import grpc
import pytest

from market import check_invariants, new_key, psql, until
from test_bad_input import problem
from test_order_acts import ask, channel  # noqa: F401  (fixtures)
from test_partial_cancel import captured, path, settled, units

EUR = {"currency": "EUR"}


@pytest.fixture
def sold(buyer, shop):
    """A captured order of two parts, 3 x 500 and 1 x 1999, and its payment."""
    first, second = shop(stock=5, price=500), shop(stock=5, price=1999)
    order = captured(buyer, buyer.place((first.offer, 3), (second.offer, 1)).json())
    order["sellerOrders"].sort(key=lambda part: part["total"]["amount"])
    return order, buyer.ok("GET", path(order) + "/payment")["id"]


def body(part, amount=None, reason="a scratch"):
    return {"sellerOrderId": part["id"], "reason": reason} | ({"amount": {"amount": amount, **EUR}} if amount else {})


def refund(person, payment, wanted, key=None):
    return person.post(f"/v1/payments/{payment}:refund", wanted, key=key or new_key())


@pytest.mark.values("payment.Payment.Refund.State.SUCCEEDED", "payment.LedgerEntry.Cause.REFUND")
def test_some_and_then_all_that_is_left(buyer, operator, sold):
    order, payment = sold
    first, second = order["sellerOrders"]
    key = new_key()
    answer = refund(operator, payment, body(first, 333), key)
    assert answer.status_code == 200, answer.text
    replay = refund(operator, payment, body(first, 333), key)
    assert replay.headers["Idempotent-Replayed"] == "true" and replay.content == answer.content
    problem(refund(operator, payment, body(first, 334), key), 422, "IDEMPOTENCY_KEY_REUSED")
    made, = answer.json()["refunds"]
    assert (made["amount"]["amount"], made["state"], made["reason"], made["sellerOrderId"]) == (333, "SUCCEEDED", "a scratch", first["id"])
    seen = settled(buyer, order, 333)
    part = next(part for part in seen["sellerOrders"] if part["id"] == first["id"])
    assert (part["state"], part["refunded"]["amount"], part["net"]["amount"]) == ("PLACED", 333, 1500 - 333)
    assert seen["net"]["amount"] == 1500 + 1999 - 333

    rest = refund(operator, payment, body(first)).json()
    assert rest["refunded"]["amount"] == 1500
    refusal = problem(refund(operator, payment, body(first)), 409, "REFUND_ABOVE_CAPTURED")
    assert "only 0 EUR" in refusal["detail"], refusal
    problem(refund(operator, payment, body(second, 2000)), 409, "REFUND_ABOVE_CAPTURED")
    refund(operator, payment, body(second, 1999))
    assert settled(buyer, order, 1500 + 1999)["net"]["amount"] == 0
    entries = operator.ok("GET", "/v1/ledger/entries", params={"paymentId": payment})["entries"]
    assert sorted(entry["cause"] for entry in entries) == ["CAPTURE", "REFUND", "REFUND", "REFUND"]


def test_cancellations_take_what_is_left(buyer, operator, sold):
    order, payment = sold
    first = order["sellerOrders"][0]
    assert refund(operator, payment, body(first, 1200)).status_code == 200
    settled(buyer, order, 1200)
    buyer.ok("POST", path(order) + ":cancel", units(first["lines"][0], 1), key=new_key())
    settled(buyer, order, 1500)
    buyer.ok("POST", path(order) + ":cancel", units(first["lines"][0], 2), key=new_key())
    problem(refund(operator, payment, body(first, 1)), 409, "REFUND_ABOVE_CAPTURED")
    assert settled(buyer, order, 1500)["sellerOrders"]


def test_who_may_and_what_is_refused(buyer, operator, person, sold, anonymous, shop):
    order, payment = sold
    first = order["sellerOrders"][0]
    problem(refund(buyer, payment, body(first, 1)), 403, "PERMISSION_DENIED")
    problem(refund(anonymous, payment, body(first, 1)), 401, "UNAUTHENTICATED")
    problem(operator.post(f"/v1/payments/{payment}:refund", body(first, 1)), 400, "IDEMPOTENCY_KEY_REQUIRED")
    problem(refund(operator, order["id"], body(first, 1)), 404, "NOT_FOUND")
    problem(refund(operator, payment, body({"id": payment}, 1)), 404, "NOT_FOUND")
    for wanted, field in (({"sellerOrderId": first["id"]}, "reason"), ({"reason": "x"}, "sellerOrderId"),
                          ({**body(first), "amount": {"amount": 0, **EUR}}, "amount"),
                          ({**body(first), "amount": {"amount": -1, **EUR}}, "amount"), (body(first, 1, reason=" "), "reason")):
        assert field in problem(refund(operator, payment, wanted), 400)["fields"][0]["field"]
    dollars = {**body(first), "amount": {"amount": 1, "currency": "USD"}}
    problem(refund(operator, payment, dollars), 400, "MIXED_CURRENCIES")
    assert buyer.place((shop().offer, 1), method="pm_card_visa_chargeDeclined").status_code == 402
    declined = operator.ok("GET", "/v1/payments", params={"state": "DECLINED", "pageSize": 1})["payments"][0]
    problem(refund(operator, declined["id"], body({"id": declined["splits"][0]["sellerOrderId"]}, 1)), 409, "ILLEGAL_TRANSITION")
    assert buyer.ok("GET", path(order) + "/payment")["refunded"]["amount"] == 0


def test_at_once_never_more_than_there_is(buyer, operator, sold):
    order, payment = sold
    first = order["sellerOrders"][0]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda amount: refund(operator, payment, body(first, amount)), (700, 700, 700, 100)))
    states = sorted(answer.status_code for answer in answers)
    assert states == [200, 200, 200, 409], [answer.text for answer in answers]
    settled(buyer, order, 1500)


def test_over_grpc(buyer, operator, ask, sold):  # noqa: F811
    order, payment = sold
    first = order["sellerOrders"][0]

    def over_grpc(who, minor):
        def fill(request):
            request.amount.amount, request.amount.currency = minor, "EUR"

        return ask(who, "RefundPayment", new_key(), fill, payment_id=payment, seller_order_id=first["id"], reason="a scratch")

    assert over_grpc(operator, 100).refunded.amount == 100
    assert over_grpc(operator, 1401) == (grpc.StatusCode.FAILED_PRECONDITION, "REFUND_ABOVE_CAPTURED")
    assert over_grpc(buyer, 1) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    settled(buyer, order, 100)


def test_it_is_on_record_and_the_checker_agrees(buyer, operator, sold):
    order, payment = sold
    refund(operator, payment, body(order["sellerOrders"][0], 42, reason="on record"))
    settled(buyer, order, 42)
    rows = psql("payment", f"SELECT account_id, permission, reason, after->>'amount' FROM audit_event WHERE target_id = '{payment}'")
    assert rows.strip().split("|")[:3] == [operator.id, "payments.refund", "on record"]
    until(lambda: psql("payment", "SELECT count(*) FROM outbox").strip() == "0", "the event to be delivered")
    found = [finding for finding in check_invariants(wait_s=60)["findings"] if finding["check"] in ("X4", "X7", "X8", "X11", "D4", "M5", "M6")]
    assert found == []
