"""What a buyer's bank takes back, over REST and over gRPC: told by messages that come twice and out of order, answered by its shop, won or lost;
what the shop has at each moment, and who sees nothing of it."""

import grpc
import pytest

from key_scenes_disputes import at_provider, charge_of, opened, told
from market import check_invariants, new_key, psql, until
from test_bad_input import problem
from test_order_acts import ask, channel  # noqa: F401: fixtures
from test_partial_cancel import captured, path
from test_sales import becomes, completed, entries, sales, sent


def released(buyer, sold, units=1):
    """An order whose money the shop has."""
    order = captured(buyer, buyer.place((sold.offer, units)).json())
    until(lambda: sales(sold.owner), "payment to hear of the sale")
    sent(sold, order["sellerOrders"][0])
    completed(order["sellerOrders"][0])
    return order


def dispute_of(owner, dispute):
    return owner.ok("GET", f"/v1/disputes/{dispute}")


@pytest.mark.operations("payment.ListDisputes", "payment.ListSellerDisputes", "payment.GetDispute", "payment.SubmitDisputeEvidence")
@pytest.mark.values("payment.Dispute.State.OPEN", "payment.Dispute.State.EVIDENCE", "payment.Dispute.State.WON",
                    "payment.LedgerEntry.Cause.DISPUTE_OPENED", "payment.LedgerEntry.Cause.DISPUTE_WON",
                    "notification.Notification.Kind.DISPUTE_OPENED", "notification.Notification.Kind.DISPUTE_ENDED")
def test_opened_answered_and_won(buyer, shop, operator, ask):  # noqa: F811
    sold = shop(stock=9, price=1000)
    owner, where = sold.owner, f"/v1/sellers/{sold.owner.seller}/disputes"
    order = released(buyer, sold, 3)
    becomes(owner, 0, 2700, 0)
    (dispute,), _ = opened(buyer, order["id"], amount=2000, reason="product_not_received")
    becomes(owner, 0, 900, 0)
    shown, = owner.ok("GET", where, params={"state": "OPEN"})["disputes"]
    assert (shown["id"], shown["state"], shown["amount"]["amount"], shown["reason"], shown["sellerOrderId"]) == (
        dispute, "OPEN", 2000, "product_not_received", order["sellerOrders"][0]["id"])
    assert shown["evidenceDue"] > shown["createTime"] and "evidence" not in shown
    assert shown == dispute_of(operator, dispute) == dispute_of(owner, dispute)
    assert [one["id"] for one in operator.ok("GET", "/v1/disputes", params={"sellerId": owner.seller, "state": "OPEN"})["disputes"]] == [dispute]

    payment = buyer.ok("GET", path(order) + "/payment")["id"]
    refund = {"sellerOrderId": order["sellerOrders"][0]["id"], "reason": "a scratch", "amount": {"amount": 1001, "currency": "EUR"}}
    refused = problem(operator.post(f"/v1/payments/{payment}:refund", refund, key=new_key()), 409, "PAYMENT_DISPUTED")
    assert "disputes 20.00 EUR" in refused["detail"] or "disputes 2000 EUR" in refused["detail"], refused

    said = {"text": "winning_evidence", "carrier": "DHL", "trackingNumber": "00340434161094042557"}
    act, key = f"/v1/disputes/{dispute}:submitEvidence", new_key()
    answered = owner.ok("POST", act, said, key=key)
    assert (answered["state"], answered["evidence"], answered["carrier"], answered["trackingNumber"]) == ("EVIDENCE", *said.values())
    assert "submitTime" in answered and owner.ok("POST", act, said, key=key) == answered
    for kind in ("funds_reinstated", "created", "closed", "updated", "created"):
        told(buyer, charge_of(order["id"]), kind)
    won = until(lambda: (now := dispute_of(owner, dispute))["state"] == "WON" and now, "the bank's decision")
    assert "endTime" in won
    becomes(owner, 0, 2700, 0)
    problem(owner.post(act, {"text": "more"}, key=new_key()), 409, "ILLEGAL_TRANSITION")
    assert [one["cause"] for one in entries(owner)][:2] == ["DISPUTE_WON", "DISPUTE_OPENED"], "each once"
    assert ask(owner, "GetDispute", dispute_id=dispute).state == 3
    kinds = until(lambda: (found := {one["kind"] for one in owner.ok("GET", "/v1/notifications")["notifications"]}) >= {"DISPUTE_OPENED", "DISPUTE_ENDED"}
                  and found, "the shop to be told")
    assert "PAYOUT_PAID" not in kinds
    booked = operator.ok("GET", "/v1/ledger/entries", params={"account": "disputes", "pageSize": 100})["entries"]
    assert [one["cause"] for one in booked if one["causeId"] == dispute] == ["DISPUTE_WON", "DISPUTE_OPENED"]
    assert [one for one in check_invariants()["findings"] if one["check"] == "X37"] == []


@pytest.mark.values("payment.Dispute.State.LOST", "payment.LedgerEntry.Cause.DISPUTE_LOST")
def test_lost_before_it_was_released(buyer, shop, operator):
    sold, other = shop(stock=9, price=1000), shop(stock=9, price=500)
    order = captured(buyer, buyer.place((sold.offer, 1), (other.offer, 1)).json())
    until(lambda: sales(sold.owner) and sales(other.owner), "payment to hear of the sales")
    part, = (one for one in order["sellerOrders"] if one["sellerId"] == sold.owner.seller)
    sent(sold, part)
    becomes(sold.owner, 900, 0, 0)
    ids, there = opened(buyer, order["id"], parts=2)
    becomes(sold.owner, 0, 0, 0)
    completed(part)
    mine, = (one for one in sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/disputes")["disputes"])
    waits = sold.owner.ok("POST", f"/v1/disputes/{mine['id']}:submitEvidence", {"text": "it was sent"}, key=new_key())
    assert waits["state"] == "EVIDENCE" and "submitTime" not in waits, "the other shop has not answered"
    at_provider(f"/v1/disputes/{there}/close")
    told(buyer, charge_of(order["id"]), "closed")
    for dispute in ids:
        until(lambda one=dispute: dispute_of(operator, one)["state"] == "LOST", "the bank's decision")
    until(lambda: sales(sold.owner)[0]["state"] == "RELEASED", "the sale to go on")
    becomes(sold.owner, 0, 0, 0)
    sale, = sales(sold.owner)
    assert (sale["refunded"]["amount"], sale["commission"]["amount"], sale["net"]["amount"]) == (1000, 0, 0)
    booked = operator.ok("GET", "/v1/ledger/entries", params={"account": "disputes", "pageSize": 100})["entries"]
    lost, = (one for one in booked if one["cause"] == "DISPUTE_LOST" and one["causeId"] == mine["id"])
    assert {one["account"]: one["amount"] for one in lost["postings"]} == {"order_escrow": 1000, "disputes": -1000}


def test_whose_it_is(buyer, shop, operator, anonymous, ask):  # noqa: F811
    sold, rival = shop(), shop()
    order = captured(buyer, buyer.place((sold.offer, 1)).json())
    until(lambda: sales(sold.owner), "payment to hear of the sale")
    (dispute,), there = opened(buyer, order["id"], due_in_s=-1)
    one, act = f"/v1/disputes/{dispute}", f"/v1/disputes/{dispute}:submitEvidence"
    problem(rival.owner.get(one), 404, "NOT_FOUND")
    problem(rival.owner.post(act, {"text": "mine"}, key=new_key()), 404, "NOT_FOUND")
    problem(rival.owner.get(f"/v1/sellers/{sold.owner.seller}/disputes"), 404, "NOT_FOUND")
    problem(buyer.get(one), 403, "PERMISSION_DENIED")
    problem(buyer.post(act, {"text": "mine"}, key=new_key()), 403, "PERMISSION_DENIED")
    problem(anonymous.get(one), 401, "UNAUTHENTICATED")
    problem(sold.owner.get("/v1/disputes"), 403, "PERMISSION_DENIED")
    for who in (sold.owner, operator):
        late = problem(who.post(act, {"text": "late"}, key=new_key()), 409, "EVIDENCE_TOO_LATE")
        assert late["metadata"]["until"] == dispute_of(operator, dispute)["evidenceDue"]
    problem(sold.owner.post(act, {"text": " "}, key=new_key()), 400, "INVALID_ARGUMENT")
    problem(sold.owner.post(act, {"text": "x"}), 400, "IDEMPOTENCY_KEY_REQUIRED")
    for where in ("/v1/disputes", f"/v1/sellers/{sold.owner.seller}/disputes"):
        problem(operator.get(where, params={"pageToken": "x"}), 400, "INVALID_PAGE_TOKEN")
    assert ask(rival.owner, "GetDispute", dispute_id=dispute) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert [one.id for one in ask(sold.owner, "ListSellerDisputes", seller_id=sold.owner.seller).disputes] == [dispute]
    # Nobody has told of this one: the provider's list has it.
    silent = captured(buyer, buyer.place((sold.offer, 1), method="pm_card_createDispute").json())
    psql("payment", "UPDATE reconciliation SET next_run_at = '-infinity' WHERE part = 'disputes'")
    until(lambda: psql("payment", f"SELECT count(*) FROM dispute WHERE order_id = '{silent['id']}'").strip() == "1", "the list to be read")
    assert there.startswith("du_")
