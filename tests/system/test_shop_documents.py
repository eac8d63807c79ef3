"""What shops get of the marketplace: statements as JSON, page and PDF, the commission invoices of months that are over, and what operators book
by hand. Months are over by moving what was booked back."""

import re

import pytest

import key_scenes_payouts as money
from market import new_key, psql, until
from test_bad_input import problem
from test_invoices import text_of
from test_operator_refund import body, refund
from test_order_acts import ask, channel  # noqa: F401: fixtures
from test_partial_cancel import captured
from test_sales import entries, sent

OFF = "SET session_replication_role = replica;"
NEXT = "commission_month (seller_id, currency, month)"


def booked(owner, why, minor, operator, **more):
    wish = {"cause": why, "amount": {"amount": minor, "currency": "EUR"}, "reason": "ten orders late"} | more
    return operator.post(f"/v1/sellers/{owner.seller}/ledgerEntries", wish, key=new_key())


def rival(person):
    """Somebody with another shop."""
    eve = person("Eve")
    eve.open_seller()
    return eve


def amounts(text):
    """Minor units of the amounts of a document in English, as they follow each other."""
    return [int(re.sub(r"[^0-9-]", "", found)) for found in re.findall(r"[€-]*[0-9,]+\.[0-9]{2}", text)]


@pytest.mark.operations("payment.CreateSellerLedgerEntry")
@pytest.mark.values("payment.LedgerEntry.Cause.FINE", "payment.LedgerEntry.Cause.GOODWILL", "notification.Notification.Kind.SHOP_FINED")
def test_fines_and_goodwill(person, operator, ask):
    owner = person("Olga")
    owner.open_seller()
    fine = until(lambda: (made := booked(owner, "FINE", 2500, operator)).status_code == 200 and made.json(), "the fine")
    assert (fine["cause"], fine["changes"]) == ("FINE", [{"account": "seller_available", "amount": {"amount": -2500, "currency": "EUR"}}])
    path = f"/v1/sellers/{owner.seller}"
    assert owner.ok("GET", f"{path}/balance")["balances"][0]["available"]["amount"] == -2500, "it may owe that"
    assert booked(owner, "GOODWILL", 700, operator).status_code == 200

    def fill(request):
        request.amount.amount, request.amount.currency = 100, "EUR"
    asked = ask(operator, "CreateSellerLedgerEntry", new_key(), fill, seller_id=owner.seller, cause="GOODWILL", reason="sorry")
    assert [(one.account, one.amount.amount) for one in asked.changes] == [("seller_available", 100)]
    money.due(owner.seller, 3000)
    assert owner.ok("GET", f"{path}/balance")["balances"][0]["available"]["amount"] == 1300, "what it gets next nets that"
    assert [(one["cause"], one.get("reason")) for one in entries(owner)] == [
        ("PAYOUT_FAILED", None), ("GOODWILL", "sorry"), ("GOODWILL", "ten orders late"), ("FINE", "ten orders late")]
    shown = operator.ok("GET", "/v1/ledger/entries", params={"ownerId": owner.seller, "account": "seller_available"})["entries"]
    assert [one["cause"] for one in shown].count("FINE") == 1
    assert {one["account"]: one["amount"] for one in shown[-1]["postings"]} == {"seller_available": 2500, "goodwill": -2500}

    news = until(lambda: [one for one in owner.ok("GET", "/v1/notifications")["notifications"] if one["kind"] == "SHOP_FINED"], "the news")
    assert [(one["title"], one["amount"]["amount"], one["sellerId"]) for one in news] == [("ten orders late", 2500, owner.seller)]

    over = problem(booked(owner, "FINE", 1_000_001, operator), 409, "AMOUNT_OVER_LIMIT")
    assert over["metadata"]["limit"] == 1_000_000
    for wrong in ({"amount": {"amount": 0, "currency": "EUR"}}, {"amount": {"amount": -5, "currency": "EUR"}}, {"reason": ""}, {"cause": "CAPTURE"}):
        problem(booked(owner, "FINE", 5, operator, **wrong), 400, "INVALID_ARGUMENT")
    stranger = person("Eve")
    assert booked(owner, "GOODWILL", 5, owner).status_code == booked(owner, "GOODWILL", 5, stranger).status_code == 403
    stranger.seller = "0190a000-0000-7000-8000-000000000000"
    problem(booked(stranger, "FINE", 5, operator), 404, "NOT_FOUND")


def test_a_statement_for_people_ties_to_the_cent(person, operator):
    owner = person("Finn")
    owner.open_seller()
    for minor in (123_456, -700):
        money.due(owner.seller, minor)
    until(lambda: booked(owner, "FINE", 2500, operator).status_code == 200, "the fine")
    statements = f"/v1/sellers/{owner.seller}/statements"
    month, = owner.ok("GET", statements)["months"]
    path = f"{statements}/{month}"
    balance, = owner.ok("GET", path)["balances"]
    sums = [one["amount"]["amount"] for one in balance["sums"]]
    expected = [*sums, balance["opening"]["amount"], sum(sums), balance["closing"]["amount"]]
    page = owner.get(path, headers={"Accept": "text/html", "Accept-Language": "ru"})
    assert page.headers["content-type"] == "text/html; charset=utf-8" and "<h1>Выписка" in page.text and "Штрафы" in page.text
    for answer in (owner.get(path, headers={"Accept": "application/pdf"}), operator.get(f"{path}:export", params={"mediaType": "application/pdf"})):
        assert answer.headers["content-type"] == "application/pdf" and f"statement-{month}.pdf" in answer.headers.get("content-disposition", f"statement-{month}.pdf")
        text = text_of(answer.content)
        assert amounts(text) == expected and "Fines" in text, text
    assert balance["opening"]["amount"] + sum(sums) == balance["closing"]["amount"] == 120_256
    assert owner.get(path, headers={"Accept": "text/csv"}).text.startswith("booked,")
    problem(rival(person).get(path, headers={"Accept": "application/pdf"}), 404, "NOT_FOUND")


def ago(owner, part, cause, days):
    """What was booked of the part so has been booked then, in a month that is over."""
    which = f"(SELECT id FROM ledger_entry WHERE seller_order_id = '{part['id']}' AND cause = '{cause}')"
    months = f"SELECT DISTINCT seller_id, currency, to_char(booked_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM commission_charge WHERE seller_id = '{owner.seller}'"
    return psql("payment", f"{OFF} UPDATE ledger_entry SET created_at = created_at - interval '{days} days' WHERE id IN {which};"
                           f" UPDATE commission_charge c SET booked_at = e.created_at FROM ledger_entry e WHERE e.id = c.entry_id AND e.id IN {which};"
                           f" DELETE FROM commission_month m WHERE invoice_id IS NULL AND seller_id = '{owner.seller}';"
                           f" INSERT INTO {NEXT} {months} ON CONFLICT DO NOTHING;"
                           f" SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM ledger_entry WHERE id IN {which}").split()[-1]


@pytest.mark.operations("payment.ListCommissionInvoices", "payment.GetCommissionInvoice", "payment.PrintCommissionInvoice")
@pytest.mark.values("payment.CommissionInvoice.Kind.INVOICE", "payment.CommissionInvoice.Kind.CREDIT_NOTE")
def test_commission_is_billed_when_its_month_is_over(buyer, shop, operator, person, ask):
    sold = shop(stock=9, price=1000)
    owner = sold.owner
    order = captured(buyer, buyer.place((sold.offer, 3)).json())
    part, = order["sellerOrders"]
    sent(sold, part)
    mine = f"/v1/sellers/{owner.seller}/commissionInvoices"
    until(lambda: [one for one in entries(owner) if one["cause"] == "EARNING"], "the sale to be earned")
    assert owner.ok("GET", mine)["commissionInvoices"] == [], "the month is not over"
    month = ago(owner, part, "EARNING", 80)
    listed, = until(lambda: owner.ok("GET", mine)["commissionInvoices"], "the invoice")
    assert (listed["kind"], listed["month"], listed["total"]["amount"], "content" in listed) == ("INVOICE", month, 300, False)
    path = f"/v1/commissionInvoices/{listed['id']}"
    invoice = owner.ok("GET", path)
    assert invoice == operator.ok("GET", path)
    line, = invoice["content"]["lines"]
    assert (line["cause"], line["entries"], line["ratePpm"], line["net"]["amount"]) == ("EARNING", 1, 0, 300)
    assert invoice["content"]["marketplace"]["name"] == "Marketplace" and invoice["content"]["shop"]["name"]
    booked_then = -sum(posting["amount"] for entry in operator.ok("GET", "/v1/ledger/entries", params={"ownerId": owner.seller})["entries"]
                       if entry["createTime"].startswith(month) for posting in entry["postings"] if posting["account"].startswith("commission_"))
    assert booked_then == 300, "what the ledger has of that month"
    assert owner.ok("GET", f"/v1/sellers/{owner.seller}/statements/{month}")["balances"][0]["closing"]["amount"] == 2700

    pdf = owner.get(path, headers={"Accept": "application/pdf"})
    assert pdf.content == operator.get(f"{path}:print").content and invoice["number"] in text_of(pdf.content)
    assert amounts(text_of(pdf.content))[-1] == 300
    page = owner.get(path, headers={"Accept": "text/html", "Accept-Language": "ru"}).text
    assert f"<h1>Счёт на комиссию {invoice['number']}</h1>" in page
    assert ask(owner, "PrintCommissionInvoice", commission_invoice_id=listed["id"]).content == pdf.content
    eve = rival(person)
    assert ask(eve, "GetCommissionInvoice", commission_invoice_id=listed["id"])[1] == "NOT_FOUND"
    problem(eve.get(mine), 404, "NOT_FOUND")

    assert refund(operator, buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["id"], body(part, 1000)).is_success
    until(lambda: [one for one in entries(owner) if one["cause"] == "CLAWBACK"], "it to be taken back")
    month = ago(owner, part, "CLAWBACK", 45)
    note, _ = until(lambda: len(found := owner.ok("GET", mine)["commissionInvoices"]) == 2 and found, "the credit note")
    assert (note["kind"], note["month"], note["total"]["amount"]) == ("CREDIT_NOTE", month, -100) and note["number"].startswith("MC-")
    first = owner.ok("GET", mine, params={"pageSize": 1})
    rest = owner.ok("GET", mine, params={"pageSize": 1, "pageToken": first["nextPageToken"]})["commissionInvoices"]
    assert [one["id"] for one in rest] == [listed["id"]]
