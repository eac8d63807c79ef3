"""Reconciliation: what the provider, payments and the ledger say differently of the same money is found, told, cleared when it is gone, and
resolved by an operator through the ledger. The differences are planted in rows, as rots.py plants them, in an hour that nobody else is in."""

import uuid

import pytest

from market import check_invariants, new_key, psql, until
from test_bad_input import problem
from test_grpc import by_name, channel, request_of, unary  # noqa: F401: a fixture is among them

OFF = "SET session_replication_role = replica;"
WHEN = "market_now() - interval '1 hour'"


def compare():
    """As if what was planted had just settled: all that changed since is looked at in the next rounds."""
    psql("payment", f"UPDATE reconciliation SET position = {WHEN} - interval '1 second' WHERE part = 'payments';"
                    " UPDATE reconciliation SET next_run_at = '-infinity'")


class Money:
    """A charge of 19.99 that is captured here and at the provider, and 5.00 of it given back; of no order that there is."""

    def __init__(self, **but):
        self.order, self.part, self.refund = (str(uuid.uuid4()) for _ in range(3))
        self.entries = [str(uuid.uuid4()) for _ in range(2)]
        stamp = psql("payment", f"SELECT first_id_at({WHEN})").strip()
        self.payment = stamp[:24] + uuid.uuid4().hex[:12]
        values = {"here": 1999, "there": 1999, "back_here": 500, "back_there": 500, "booked": 1999, "listed": self.payment} | but
        self.sql = self.rows(**values)

    def rows(self, here, there, back_here, back_there, booked, listed):
        refund = f"{self.part}/{self.refund}"
        rows = [f"INSERT INTO payment (id, order_id, number, buyer_id, currency, amount_minor, authorized_minor, captured_minor, refunded_minor,"
                " payment_method, authorization_id, state, decline_code, asks, trace, created_at, updated_at)"
                f" VALUES ('{self.payment}', '{self.order}', 1, gen_random_uuid(), 'EUR', 1999, 1999, {here}, {back_here}, 'pm', '{self.payment}', 'CAPTURED',"
                f" '', 0, '', {WHEN}, {WHEN})",
                "INSERT INTO provider_charge (authorization_id, order_id, currency, captured_minor, refunded_minor, changed_at)"
                f" VALUES ('{listed}', '{self.order}', 'EUR', {there}, {back_there}, {WHEN})"]
        if back_there:
            rows.append(f"INSERT INTO provider_refund VALUES ('{listed}', '{refund}', {back_there})")
        if back_here:
            rows.append("INSERT INTO refund (id, payment_id, seller_order_id, amount_minor, state, reason, created_at, updated_at)"
                        f" VALUES ('{self.refund}', '{self.payment}', '{self.part}', {back_here}, 'SUCCEEDED', '', {WHEN}, {WHEN})")
        for entry, cause, amount in zip(self.entries, ("CAPTURE", "REFUND"), (booked, -back_here)):
            if amount:
                rows.append("INSERT INTO ledger_entry (id, cause, cause_id, payment_id, created_at)"
                            f" VALUES ('{entry}', '{cause}', '{entry}', '{self.payment}', {WHEN});"
                            f" INSERT INTO ledger_posting VALUES ('{entry}', 1, 'psp_clearing', NULL, 'EUR', {amount}),"
                            f" ('{entry}', 2, 'order_escrow', NULL, 'EUR', {-amount})")
        return ";".join(rows)

    def forget(self):
        entries = "'{}', '{}'".format(*self.entries)
        resolved = f"SELECT resolution_id FROM finding WHERE order_id = '{self.order}'"
        adjusted = f"SELECT entry_id FROM finding_resolution WHERE id IN ({resolved})"
        return ("INSERT INTO ledger_delta (account, owner_id, currency, amount_minor)"
                f" SELECT account, owner_id, currency, -amount_minor FROM ledger_posting WHERE entry_id IN ({adjusted});"
                f"DELETE FROM ledger_posting WHERE entry_id IN ({adjusted}); DELETE FROM ledger_entry WHERE id IN ({adjusted});"
                f"DELETE FROM finding_resolution WHERE id IN ({resolved}); DELETE FROM finding WHERE order_id = '{self.order}';"
                f"DELETE FROM ledger_posting WHERE entry_id IN ({entries}); DELETE FROM ledger_entry WHERE id IN ({entries});"
                f"DELETE FROM refund WHERE payment_id = '{self.payment}'; DELETE FROM payment WHERE id = '{self.payment}';"
                f"DELETE FROM provider_refund WHERE reference = '{self.part}/{self.refund}'; DELETE FROM provider_charge WHERE order_id = '{self.order}'")


@pytest.fixture
def planted():
    """planted(here=..., there=...) -> Money; all are gone with the test's end."""
    made = []

    def plant(*wanted):
        made.extend(Money(**one) for one in wanted)
        psql("payment", OFF + ";".join(one.sql for one in made))
        compare()
        return made
    yield plant
    psql("payment", OFF + ";".join(one.forget() for one in made))
    compare()


def found(operator, money, state="OPEN"):
    listed = operator.ok("GET", "/v1/findings", params={"state": state, "pageSize": 100})["findings"]
    return {one["kind"]: one for one in listed if one.get("orderId") == money.order}


@pytest.mark.operations("payment.ListFindings", "payment.GetFinding", "payment.ResolveFinding", "payment.ListLedgerEntries")
@pytest.mark.values("payment.Finding.Kind.CHARGE_UNKNOWN", "payment.Finding.Kind.CHARGE_MISSING", "payment.Finding.Kind.CHARGE_DIFFERS",
                    "payment.Finding.Kind.REFUND_UNKNOWN", "payment.Finding.Kind.REFUND_MISSING", "payment.Finding.Kind.REFUND_DIFFERS",
                    "payment.Finding.Kind.LEDGER_DIFFERS", "payment.Finding.Kind.LEDGER_UNBALANCED", "payment.Finding.State.OPEN",
                    "payment.Finding.State.RESOLVED", "payment.LedgerEntry.Cause.ADJUSTMENT")
def test_what_differs_is_told_and_resolved(operator, person, planted, channel):  # noqa: F811
    fine, differs, unknown, refund_there, refund_here, refunds, ledger = planted(
        {}, {"there": 1500}, {"listed": str(uuid.uuid4())}, {"back_here": 0}, {"back_there": 0}, {"back_there": 700}, {"booked": 2000})
    wanted = {differs: {"CHARGE_DIFFERS": -499}, unknown: {"CHARGE_MISSING": -1999, "CHARGE_UNKNOWN": 1499}, refund_there: {"REFUND_UNKNOWN": 500},
              refund_here: {"REFUND_MISSING": -500}, refunds: {"REFUND_DIFFERS": 200}, ledger: {"LEDGER_DIFFERS": 1}}
    for money, kinds in wanted.items():
        until(lambda: {kind: one["amount"] for kind, one in found(operator, money).items()} == kinds, str(kinds))
    assert found(operator, fine) == {}
    finding = found(operator, differs)["CHARGE_DIFFERS"]
    path = f"/v1/findings/{finding['id']}"
    assert (finding["subject"], finding["paymentId"], finding["currency"]) == (f"payment/{differs.payment}", differs.payment, "EUR")
    problem(person("Eve").post(f"{path}:resolve", {"note": "mine"}, key=new_key()), 403, "PERMISSION_DENIED")

    body = {"note": "the provider took less by hand", "adjustment": {
        "debitAccount": "goodwill", "creditAccount": "psp_clearing", "amount": {"amount": 499, "currency": "EUR"}}}
    for change, field in (({"creditAccount": "seller_available"}, "adjustment.creditSellerId"), ({"debitAccount": "petty_cash"}, "adjustment.debitAccount"),
                          ({"amount": {"amount": 1, "currency": "USD"}}, "adjustment.amount.currency")):
        wrong = {**body, "adjustment": {**body["adjustment"], **change}}
        assert problem(operator.post(f"{path}:resolve", wrong, key=new_key()), 400, "INVALID_ARGUMENT")["fields"][0]["field"] == field
    key = new_key()
    resolved = operator.ok("POST", f"{path}:resolve", body, key=key)
    assert (resolved["state"], resolved["reason"], resolved["note"], resolved["resolvedBy"]) == ("RESOLVED", "resolved", body["note"], operator.id)
    assert operator.ok("POST", f"{path}:resolve", body, key=key) == resolved == operator.ok("GET", path)
    problem(operator.post(f"{path}:resolve", body, key=new_key()), 409, "ILLEGAL_TRANSITION")
    entry, = (one for one in operator.ok("GET", "/v1/ledger/entries", params={"account": "goodwill", "pageSize": 100})["entries"]
              if one["id"] == resolved["entryId"])
    assert entry["cause"] == "ADJUSTMENT" and {one["account"]: one["amount"] for one in entry["postings"]} == {"goodwill": 499, "psp_clearing": -499}
    get = by_name("GetFinding")
    request = request_of(get)
    request.finding_id = finding["id"]
    assert unary(channel, get)(request, metadata=[("authorization", f"Bearer {operator.token}")], timeout=15).amount == -499

    psql("payment", f"{OFF} UPDATE provider_refund SET amount_minor = 500 WHERE reference = '{refunds.part}/{refunds.refund}'")
    shift = f"{OFF} UPDATE ledger_balance SET amount_minor = amount_minor + {{}} WHERE account = 'psp_clearing' AND currency = 'EUR'"
    psql("payment", shift.format(1))
    compare()
    until(lambda: found(operator, refunds, "RESOLVED").get("REFUND_DIFFERS", {}).get("reason") == "cleared", "what is gone to clear")
    unbalanced = until(lambda: operator.ok("GET", "/v1/findings", params={"kind": "LEDGER_UNBALANCED", "state": "OPEN"})["findings"], "the balance")
    assert [(one["subject"], one["amount"]) for one in unbalanced] == [("currency/EUR", 1)]
    psql("payment", shift.format(-1))
    compare()
    until(lambda: not operator.ok("GET", "/v1/findings", params={"kind": "LEDGER_UNBALANCED", "state": "OPEN"})["findings"], "the balance again")
    assert [one for one in check_invariants()["findings"] if one["check"] == "X39"] == []
