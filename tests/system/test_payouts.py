"""Payouts: where a shop's money goes and who may say so, what becomes of what was sent, and who is told."""

import pytest

import key_scenes_payouts as money
from market import Person, new_key, psql, until
from test_grpc import by_name, channel, request_of, unary  # noqa: F401: a fixture is among them
from test_second_factor import App

HOLDER = "Analytical Engines Ltd"
IBAN = "DE89 3704 0044 0532 0130 00"


def iban_ending_in(last4):
    """A German number that is well formed, with the check digits of ISO 7064."""
    bban = "370400440532" + "01" + last4
    return f"DE{98 - int(bban + '131400') % 97:02}{bban}"


def put(owner, **account):
    return owner.call("PUT", f"/v1/sellers/{owner.seller}/payoutAccount", account or {"accountHolder": HOLDER, "iban": IBAN})


def with_second_factor(owner):
    made = owner.ok("POST", "/v1/accounts/me/authenticators", {"name": "Phone"})
    owner.ok("POST", f"/v1/accounts/me/authenticators/{made['authenticator']['id']}:confirm", {"code": App(made["secret"]).code()})
    owner.refresh()


@pytest.fixture(scope="module")
def shops(stack):
    """Owners of four shops who have a second factor."""
    owners = [Person(stack["url"], stack["caFile"], name) for name in ("Anna", "Bob", "Cleo", "Dan")]
    for owner in owners:
        owner.open_seller()
        with_second_factor(owner)
    return owners


@pytest.mark.operations("payment.PutPayoutAccount", "payment.GetPayoutAccount")
def test_where_the_money_goes_is_an_owners_with_a_second_factor(person, operator, shops):
    owner = person("Olga")
    owner.open_seller()
    path = f"/v1/sellers/{owner.seller}/payoutAccount"
    assert owner.get(path).json()["reason"] == "NOT_FOUND"
    refused = put(owner)
    assert (refused.status_code, refused.json()["reason"]) == (403, "SECOND_FACTOR_NEEDED")
    with_second_factor(owner)
    for wrong, field in (({"accountHolder": HOLDER, "iban": IBAN.replace("3704", "3705")}, "iban"), ({"iban": IBAN}, "accountHolder"),
                         ({"accountHolder": HOLDER}, "iban")):
        answer = put(owner, **wrong)
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (400, field)
    said = put(owner).json()
    assert (said["ibanLast4"], said["countryCode"], said["accountHolder"]) == ("3000", "DE", HOLDER) and said["heldUntil"] > said["changeTime"]
    assert put(owner, accountHolder=HOLDER, iban=IBAN.lower()).json() == owner.ok("GET", path) == operator.ok("GET", path) == said
    assert shops[0].get(path).json()["reason"] == "NOT_FOUND"
    assert "370400440532013000" not in psql("payment", "SELECT payout_account::text FROM payout_account") + psql("payment", "SELECT after::text FROM audit_event")
    money.due(owner.seller, 5000)
    held = owner.post(*money.wish(owner.seller), key=new_key())
    assert (held.status_code, held.json()["reason"]) == (409, "PAYOUTS_HELD")
    told = psql("payment", f"SELECT type FROM event WHERE aggregate = 'payout_account/{owner.seller}'").split()
    assert told == ["payment.PayoutAccountChanged"], "the same account again is no change"


@pytest.mark.operations("payment.RequestPayout", "payment.GetPayout", "payment.ListPayoutLines", "payment.ListSellerPayouts", "payment.ListPayouts",
                        "payment.MarkPayoutPaid", "payment.MarkPayoutReturned")
@pytest.mark.values("payment.Payout.State.DUE", "payment.Payout.State.SUBMITTED", "payment.Payout.State.PAID", "payment.Payout.State.FAILED",
                    "payment.Payout.State.RETURNED", "payment.LedgerEntry.Cause.PAYOUT", "payment.LedgerEntry.Cause.PAYOUT_PAID",
                    "payment.LedgerEntry.Cause.PAYOUT_FAILED", "payment.LedgerEntry.Cause.PAYOUT_RETURNED",
                    "notification.Notification.Kind.PAYOUT_PAID", "notification.Notification.Kind.PAYOUT_FAILED")
def test_what_becomes_of_a_payout(operator, shops, channel):  # noqa: F811
    ends = dict(zip(("3000", "9002", "9003", "9004"), shops, strict=True))
    made = {}
    for last4, owner in ends.items():
        assert put(owner, accountHolder=HOLDER, iban=iban_ending_in(last4)).status_code == 200
        psql("payment", f"UPDATE payout_account SET held_until = market_now() WHERE seller_id = '{owner.seller}'")
        for minor in (2000, -300, 800):
            money.due(owner.seller, minor)
        answer = owner.post(*money.wish(owner.seller), key=new_key())
        made[last4] = answer.json()
        assert answer.status_code == 201 and answer.headers["location"] == f"/v1/payouts/{made[last4]['id']}", answer.text
        assert (made[last4]["state"], made[last4]["amount"], made[last4]["onDemand"]) == ("DUE", {"amount": 1500, "currency": "EUR"}, True)
    paid, failed, returned, under_way = (made[last4]["id"] for last4 in ends)
    anna, bob, cleo, dan = shops
    assert money.came_to(dan, under_way, "SUBMITTED")["ibanLast4"] == "9004"
    assert "paidTime" in money.came_to(anna, paid, "PAID")
    assert money.came_to(bob, failed, "FAILED")["failureCode"] == "account_closed"
    assert money.came_to(cleo, returned, "RETURNED")["failureCode"] == "no_account"

    shown = anna.ok("GET", f"/v1/payouts/{paid}")
    lines = anna.ok("GET", f"/v1/payouts/{paid}/lines")["lines"]
    assert shown["lines"] == lines and shown["lineCount"] == len(lines) == 4, "three bookings, and what is kept back"
    assert sum(line["amount"] for line in lines) == 1500
    assert anna.get(f"/v1/payouts/{failed}").json()["reason"] == "NOT_FOUND"
    assert [one["id"] for one in cleo.ok("GET", f"/v1/sellers/{cleo.seller}/payouts", params={"state": "RETURNED"})["payouts"]] == [returned]
    assert [one["id"] for one in operator.ok("GET", "/v1/payouts", params={"sellerId": bob.seller, "currency": "EUR"})["payouts"]] == [failed]

    again = cleo.post(f"/v1/sellers/{cleo.seller}/payouts", {"currency": "EUR"}, key=new_key()).json()
    assert again["amount"]["amount"] == 2500, "what came back is due again"
    empty = cleo.post(f"/v1/sellers/{cleo.seller}/payouts", {"currency": "EUR"}, key=new_key()).json()
    assert (empty["reason"], empty["metadata"]["available"]) == ("NOTHING_TO_PAY_OUT", 0)

    marked = operator.ok("POST", f"/v1/payouts/{under_way}:markPaid", {"reason": "on the statement"})
    assert marked["state"] == "PAID"
    refused = operator.post(f"/v1/payouts/{under_way}:markPaid", {"reason": "on the statement"}).json()
    assert (refused["reason"], refused["metadata"]["from"], refused["metadata"]["to"]) == ("ILLEGAL_TRANSITION", "PAID", "PAID")
    assert operator.ok("POST", f"/v1/payouts/{under_way}:markReturned", {"reason": "it came back"})["state"] == "RETURNED"

    causes = {entry["cause"] for page in ("payout_clearing", "psp_clearing")
              for entry in operator.ok("GET", "/v1/ledger/entries", params={"account": page, "pageSize": 100})["entries"]
              if entry["causeId"] in (paid, failed, returned, under_way)}
    assert causes == {"PAYOUT", "PAYOUT_PAID", "PAYOUT_FAILED", "PAYOUT_RETURNED"}
    for owner, kind in ((anna, "PAYOUT_PAID"), (bob, "PAYOUT_FAILED")):
        news = until(lambda: [one for one in owner.ok("GET", "/v1/notifications")["notifications"] if one["kind"] == kind], kind)  # noqa: B023
        assert (news[0]["sellerId"], news[0]["amount"]["amount"]) == (owner.seller, 1500)

    get = by_name("GetPayout")
    request = request_of(get)
    request.payout_id = paid
    assert unary(channel, get)(request, metadata=[("authorization", f"Bearer {anna.token}")], timeout=15).amount.amount == 1500


def test_a_shop_is_paid_when_its_day_has_come(person):
    owner = person("Eve")
    owner.open_seller()
    payout = owner.ok("GET", f"/v1/payouts/{money.submitted(owner.seller)}")
    assert (payout["amount"]["amount"], payout["onDemand"], payout["providerAccount"]) == (1500, False, money.STAYS)


@pytest.mark.operations("payment.ListStatements", "payment.GetStatement", "payment.ExportStatement")
def test_a_statement_ties(person, operator):
    owner = person("Finn")
    owner.open_seller()
    for minor in (5000, -700):
        money.due(owner.seller, minor)
    money.account(owner.seller, money.STAYS)
    assert owner.post(*money.wish(owner.seller, 1500), key=new_key()).status_code == 201
    path = f"/v1/sellers/{owner.seller}/statements"
    month, = owner.ok("GET", path)["months"]
    statement = owner.ok("GET", f"{path}/{month}")
    balance, = statement["balances"]
    assert statement == operator.ok("GET", f"{path}/{month}")
    assert (balance["opening"], balance["closing"]) == ({"amount": 0, "currency": "EUR"}, {"amount": 2800, "currency": "EUR"})
    assert {one["cause"]: (one["entries"], one["amount"]["amount"]) for one in balance["sums"]} == {"PAYOUT_FAILED": (2, 4300), "PAYOUT": (1, -1500)}
    for answer in (owner.get(f"{path}/{month}:export"), owner.get(f"{path}/{month}", headers={"Accept": "text/csv"})):
        assert answer.headers["content-type"].startswith("text/csv")
        header, *rows = answer.text.splitlines()
        assert header.endswith(",amount_minor") and sum(int(row.rpartition(",")[2]) for row in rows) == 2800
    following = owner.ok("GET", f"{path}/2099-01")["balances"][0]
    assert following["opening"] == following["closing"] == balance["closing"] and following["sums"] == []
