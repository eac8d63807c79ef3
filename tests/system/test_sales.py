"""What shops earn, over REST and over gRPC: an order is sent, delivered and completed, some of it goes back afterwards; balances, entries and
what each sale came to. What time does of it is done by moving times back."""

import grpc
import pytest

import market
from market import new_key, psql, until
from test_bad_input import problem
from test_order_acts import MISSING, SHIPMENT, ask, channel  # noqa: F401: fixtures
from test_partial_cancel import captured, path

RULE = "00000000-0000-7000-8000-000000000c01"    # 10 % of everything, from the first day


def money_of(answer, *names):
    return tuple(answer[name]["amount"] for name in names)


def balance(owner):
    """(pending, available, reserve) in EUR."""
    found = owner.ok("GET", f"/v1/sellers/{owner.seller}/balance")["balances"]
    return money_of(found[0], "pending", "available", "reserve") if found else (0, 0, 0)


def becomes(owner, *expected):
    until(lambda: balance(owner) == expected, f"a balance of {expected}, which is {balance(owner)}", limit_s=20)


def sales(owner, **wanted):
    return owner.ok("GET", f"/v1/sellers/{owner.seller}/earnings", params=wanted)["sales"]


def entries(owner, **wanted):
    return owner.ok("GET", f"/v1/sellers/{owner.seller}/ledgerEntries", params=wanted)["entries"]


def sent(sold, part):
    for verb, body in (("accept", {}), ("ship", SHIPMENT), ("deliver", {})):
        sold.owner.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body)


def completed(part):
    psql("order", f"UPDATE seller_order SET moved_at = moved_at - interval '15 days' WHERE id = '{part['id']}'")


@pytest.mark.operations("payment.GetSellerBalance", "payment.ListSellerLedgerEntries", "payment.ListSellerSales")
@pytest.mark.values("payment.LedgerEntry.Cause.EARNING", "payment.LedgerEntry.Cause.RELEASE", "payment.LedgerEntry.Cause.CLAWBACK",
                    "payment.LedgerEntry.Cause.RESERVE_RELEASE", "payment.Sale.State.PLACED", "payment.Sale.State.EARNED",
                    "payment.Sale.State.RELEASED")
@pytest.mark.alone
def test_from_the_sale_to_what_goes_back(stack, buyer, shop, operator):
    with market.set_to(stack, "payment", payment_reserve_ppm=100_000, payment_reserve_kept="2s"):
        sold, other = shop(stock=9, price=1000), shop(stock=9, price=500)
        order = captured(buyer, buyer.place((sold.offer, 3), (other.offer, 1)).json())
        part, = (one for one in order["sellerOrders"] if one["sellerId"] == sold.owner.seller)
        until(lambda: sales(sold.owner), "payment to hear of the sale")
        sale, = sales(sold.owner, state="PLACED")
        assert (sale["sellerOrderId"], sale["orderId"], sale["number"]) == (part["id"], order["id"], part["number"])
        assert money_of(sale, "gross", "commission", "commissionTax", "funded", "refunded", "net", "reserve") == (3000, 300, 0, 0, 0, 2700, 0)
        assert (sale["lines"][0]["commissionRuleId"], sale["lines"][0]["commissionRuleVersion"]) == (RULE, 1)
        assert "earnTime" not in sale and balance(sold.owner) == (0, 0, 0)

        sent(sold, part)
        becomes(sold.owner, 2700, 0, 0)
        assert money_of(sales(sold.owner, state="EARNED")[0], "net") == (2700,)
        booked = operator.ok("GET", "/v1/ledger/entries", params={"ownerId": sold.owner.seller})["entries"]
        assert [(one["cause"], one["causeId"], one["sellerOrderId"]) for one in booked] == [("EARNING", part["id"], part["id"])]
        assert {one["account"]: (one["amount"], one.get("ownerId")) for one in booked[0]["postings"]} == {
            "order_escrow": (3000, None), "seller_pending": (-2700, sold.owner.seller), "commission_revenue": (-300, None)}
        assert balance(other.owner) == (0, 0, 0), "nothing of its part was sent"

        completed(part)
        becomes(sold.owner, 0, 2430, 270)
        sale, = sales(sold.owner, state="RELEASED")
        assert money_of(sale, "reserve") == (270,) and sale["availableTime"] < sale["reserveTime"]
        becomes(sold.owner, 0, 2700, 0)

    payment = buyer.ok("GET", path(order) + "/payment")["id"]
    operator.ok("POST", f"/v1/payments/{payment}:refund", {"sellerOrderId": part["id"], "reason": "a scratch",
                                                          "amount": {"amount": 1000, "currency": "EUR"}}, key=new_key())
    becomes(sold.owner, 0, 1800, 0)
    sale, = sales(sold.owner)
    assert money_of(sale, "refunded", "commission", "net") == (1000, 200, 1800)
    booked = operator.ok("GET", "/v1/ledger/entries", params={"ownerId": sold.owner.seller})["entries"]
    told = entries(sold.owner, currency="EUR")
    assert [one["cause"] for one in booked] == [one["cause"] for one in told]
    assert [one["cause"] for one in told] == ["CLAWBACK", "RESERVE_RELEASE", "RELEASE", "EARNING"]
    assert [(one["account"], one["amount"]["amount"]) for one in told[0]["changes"]] == [("seller_available", -900)]
    assert [(one["account"], one["amount"]["amount"]) for one in told[3]["changes"]] == [("seller_pending", 2700)], "its own alone"
    assert entries(sold.owner, currency="USD") == [] and entries(sold.owner, createTimeTo=told[3]["createTime"]) == []
    page = sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/ledgerEntries", params={"pageSize": 3})
    assert entries(sold.owner, pageSize=3, pageToken=page["nextPageToken"]) == told[3:]

    before = operator.ok("GET", "/v1/ledger/balances", params={"asOf": told[3]["createTime"]})["balances"]
    now = operator.ok("GET", "/v1/ledger/balances")["balances"]
    for balances in (before, now):
        assert sum(one["amount"] for one in balances if one["currency"] == "EUR") == 0
    assert before != now


def test_whose_money_it_is(buyer, shop, operator, ask):  # noqa: F811
    sold, rival = shop(), shop()
    mine = sold.owner.seller
    for what in ("balance", "ledgerEntries", "earnings"):
        where = f"/v1/sellers/{mine}/{what}"
        assert operator.get(where).status_code == 200
        assert sold.owner.get(where).status_code == 200
        problem(rival.owner.get(where), 404, "NOT_FOUND")
        problem(buyer.get(where), 403, "PERMISSION_DENIED")
        problem(sold.owner.get(f"/v1/sellers/{MISSING}/{what}"), 404, "NOT_FOUND")
    for what in ("ledgerEntries", "earnings"):
        problem(sold.owner.get(f"/v1/sellers/{mine}/{what}", params={"pageToken": "x"}), 400, "INVALID_PAGE_TOKEN")
    problem(operator.get("/v1/ledger/balances", params={"asOf": "yesterday"}), 400)
    assert not ask(sold.owner, "GetSellerBalance", seller_id=mine).balances
    assert not ask(operator, "ListSellerLedgerEntries", seller_id=mine).entries
    assert not ask(sold.owner, "ListSellerSales", seller_id=mine).sales
    assert ask(rival.owner, "GetSellerBalance", seller_id=mine) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
