"""Invoices and credit notes: issued by what happens, numbered without a gap, read by who may, as JSON, as a page and as a PDF."""

import concurrent.futures
import csv
import datetime
import io
import os
import signal
import subprocess

import pytest

from key_scenes_delivery import parcel
from market import info, new_key, psql, until
from test_bad_input import problem
from test_operator_refund import body as refund_body
from test_operator_refund import refund
from test_order_acts import SHIPMENT, ask, channel  # noqa: F401: fixtures

pytestmark = pytest.mark.alone

BERLIN = {"recipient": "Грета <Герман> & Söhne", "lines": ["Unter den Linden 6"], "city": "Berlin", "postalCode": "10117", "countryCode": "DE"}
TRADER = {"legalName": "Analytical Engines Ltd", "vatNumber": "DE123456789", "registerNumber": "HRB 1843", "lines": ["12 Ada-Straße"],
          "city": "Köln", "postalCode": "50667", "countryCode": "DE"}
AT_ONCE = 8


@pytest.fixture
def sold(shop, buyer):
    """A shop that has told who its trader is, and so charges tax, and sends for 4.90."""
    opened = shop(stock=20, price=1190, title="差分机 <b>engine</b>")
    owner = opened.owner
    owner.ok("PATCH", f"/v1/sellers/{owner.seller}", {"trader": TRADER})
    bands = [{"currency": "EUR", "bands": [{"from": 0, "amount": 490}]}]
    owner.ok("POST", f"/v1/sellers/{owner.seller}/deliveryMethods", parcel(prices=bands), key=new_key())
    wanted = {"items": [{"offerId": opened.offer, "quantity": 1}], "shippingAddress": BERLIN}
    until(lambda: buyer.ok("POST", "/v1/orders:quote", wanted)["sellers"][0]["taxes"][0]["ratePpm"], "the tax that it charges", pause_s=0.2)
    return opened


def bought(buyer, sold, quantity):
    body = {"items": [{"offerId": sold.offer, "quantity": quantity}], "shippingAddress": BERLIN, "paymentMethod": "pm_card_visa"}
    return buyer.ok("POST", "/v1/orders", body, key=new_key())


def sent(owner, part):
    for verb, body in (("accept", {}), ("ship", SHIPMENT)):
        owner.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body, key=new_key())


def documents(client, part):
    return client.ok("GET", f"/v1/sellerOrders/{part['id']}/invoices")["invoices"]


def text_of(pdf):
    return subprocess.run(["pdftotext", "-enc", "UTF-8", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def year():
    return datetime.datetime.now(datetime.timezone.utc).year


@pytest.fixture
def billed(buyer, sold):
    """An order of three, of which one is cancelled before the others are sent, and its invoice."""
    order = bought(buyer, sold, 3)
    part, = order["sellerOrders"]
    buyer.ok("POST", f"/v1/orders/{order['id']}:cancel", {"lines": [{"lineId": part["lines"][0]["id"], "quantity": 1}]}, key=new_key())
    assert documents(buyer, part) == []
    sent(sold.owner, part)
    invoice, = until(lambda: documents(buyer, part), "the invoice")
    return order, part, invoice


@pytest.mark.operations("order.ListSellerOrderInvoices", "order.GetInvoice", "order.PrintInvoice", "order.ListSellerInvoices",
                        "order.ExportSellerInvoices")
@pytest.mark.values("order.Invoice.Kind.INVOICE", "order.Invoice.Kind.CREDIT_NOTE", "notification.Notification.Kind.INVOICE_ISSUED")
def test_an_invoice_and_its_credit_note(buyer, sold, billed, operator, person, ask):
    order, part, listed = billed
    owner = sold.owner
    assert (listed["kind"], listed["number"], "content" in listed) == ("INVOICE", f"{year()}-000001", False)
    path = f"/v1/invoices/{listed['id']}"
    invoice = buyer.ok("GET", path)
    assert invoice == owner.ok("GET", path) == operator.ok("GET", path)
    content = invoice["content"]
    assert {name: content["seller"][name] for name in ("name", "vatNumber", "city")} == {
        "name": TRADER["legalName"], "vatNumber": TRADER["vatNumber"], "city": "Köln"}
    assert (content["buyer"]["name"], content["orderNumber"]) == (BERLIN["recipient"], part["number"])
    line, = content["lines"]
    assert (line["quantity"], line["total"]["amount"], line["net"]["amount"], line["tax"]["ratePpm"]) == (2, 2380, 2000, 190_000)
    assert content["delivery"]["total"]["amount"] == 490
    tax, = content["taxes"]
    assert (invoice["total"]["amount"], tax["gross"]["amount"]) == (2870, 2870) and tax["net"]["amount"] + tax["tax"]["amount"] == 2870
    told = until(lambda: next((one for one in buyer.ok("GET", "/v1/notifications")["notifications"] if one["kind"] == "INVOICE_ISSUED"), None),
                 "the buyer to be told")
    assert (told["title"], told["orderId"], told["amount"]["amount"]) == (part["number"], order["id"], 2870)

    assert refund(operator, buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["id"], refund_body(part, 1000)).is_success
    note, first = until(lambda: len(found := documents(owner, part)) == 2 and found, "the credit note")
    assert (note["kind"], note["number"], note["total"]["amount"]) == ("CREDIT_NOTE", f"CN-{year()}-000001", 1000)
    assert note["corrects"]["number"] == first["number"] and note["refundId"]
    asked = ask(buyer, "GetInvoice", invoice_id=note["id"])
    assert [(one.rate_ppm, one.gross.amount) for one in asked.content.taxes] == [(190_000, 1000)]
    assert ask(person("Eve"), "GetInvoice", invoice_id=note["id"])[1] == "NOT_FOUND"
    assert ask(buyer, "PrintInvoice", invoice_id=note["id"]).content.startswith(b"%PDF-")
    assert buyer.get(f"/v1/invoices/{note['id']}:print").content.startswith(b"%PDF-")

    # What the shop gives to who keeps its books.
    month = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m}"
    mine = f"/v1/sellers/{owner.seller}/invoices"
    assert [one["id"] for one in owner.ok("GET", mine, params={"month": month})["invoices"]] == [note["id"], first["id"]]
    page = owner.ok("GET", mine, params={"pageSize": 1})
    assert [one["id"] for one in owner.ok("GET", mine, params={"pageSize": 1, "pageToken": page["nextPageToken"]})["invoices"]] == [first["id"]]
    assert owner.ok("GET", mine, params={"month": "2020-01"})["invoices"] == []
    answer = owner.get(f"{mine}:export", params={"month": month})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8" and f"invoices-{month}.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["number"], row["corrects"], row["gross"]) for row in rows] == [(first["number"], "", "28.70"), (note["number"], first["number"], "-10.00")]
    problem(owner.get(mine, params={"month": "2026-13"}), 400, "INVALID_ARGUMENT")


def test_documents_are_what_accept_says(buyer, billed, anonymous, person):
    _, part, listed = billed
    path = f"/v1/invoices/{listed['id']}"

    def asked(accept, language="en", **arguments):
        return buyer.get(path, headers={"Accept": accept, "Accept-Language": language}, **arguments)

    page = asked("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "ru-RU,ru;q=0.9")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and page.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in page.headers["Content-Security-Policy"] and page.headers["Cache-Control"] == "private, no-store"
    assert f"Счёт-фактура {listed['number']}" in page.text and "Грета &lt;Герман&gt; &amp; Söhne" in page.text
    assert "<b>engine" not in page.text and "差分机 &lt;b&gt;engine" in page.text
    assert asked("*/*").headers["Content-Type"] == asked("application/json, text/html").headers["Content-Type"] == "application/json"
    pdf = asked("application/pdf", params={"language": "ru"})
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    for words in ("Счёт-фактура", listed["number"], "Грета <Герман> & Söhne", "差分机 <b>engine</b>", TRADER["vatNumber"], "28,70"):
        assert words in text_of(pdf.content), (words, text_of(pdf.content))
    assert asked("application/pdf", params={"language": "ru"}).content == pdf.content, "the same bytes each time"
    problem(asked("image/png"), 406, "NOT_ACCEPTABLE")
    saved = buyer.get(f"{path}:print", params={"mediaType": "application/pdf", "language": "en"})
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{listed["number"]}.pdf"' and "Invoice total" in text_of(saved.content)
    problem(buyer.get(f"{path}:print", params={"mediaType": "text/plain"}), 400, "INVALID_ARGUMENT")
    stranger = person("Eve")
    stranger.open_seller()
    for accept in ("application/json", "text/html", "application/pdf"):
        problem(stranger.get(path, headers={"Accept": accept}), 404, "NOT_FOUND")
        problem(anonymous.get(path, headers={"Accept": accept}), 401, "UNAUTHENTICATED")
    problem(stranger.get(f"/v1/sellerOrders/{part['id']}/invoices"), 404, "NOT_FOUND")


def test_numbers_have_no_gap_whoever_dies(buyer, sold):
    """What is sent at once is numbered in whatever order, by whoever lives."""
    orders = [bought(buyer, sold, 1) for _ in range(AT_ONCE)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as sending:
        done = [sending.submit(sent, sold.owner, order["sellerOrders"][0]) for order in orders]
        concurrent.futures.wait(done[:AT_ONCE // 2], return_when=concurrent.futures.FIRST_COMPLETED)
        pid = info()["pids"].get("order")
        if pid:
            os.kill(pid, signal.SIGKILL)
        for order, one in zip(orders, done):
            if one.exception():  # it met the crash: once more
                part = order["sellerOrders"][0]
                until(lambda: sold.owner.get(f"/v1/sellerOrders/{part['id']}").is_success, "order to be back")
                state = sold.owner.ok("GET", f"/v1/sellerOrders/{part['id']}")["state"]
                for verb, body in (("accept", {}), ("ship", SHIPMENT))[state == "ACCEPTED":2 if state != "SHIPPED" else 0]:
                    sold.owner.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body, key=new_key())
    positions = "SELECT coalesce(string_agg(position::text, ' ' ORDER BY position), '') FROM invoice WHERE seller_id = '" + sold.owner.seller + "'"
    until(lambda: psql("order", positions).strip() == " ".join(str(number + 1) for number in range(AT_ONCE)), "all invoices")
