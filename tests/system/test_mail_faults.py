"""kill -9 of who tells people and of the mail server, at random, while orders are made: in the app nothing is told twice, no mail is
lost, and one that repeats has the Message-ID that it had.

MARKET_ACTS acts from MARKET_SEED; `./market test --long mails` makes 2,500 of them for each seed.
"""

import collections
import os
import random
import signal
import threading

import pytest

import mails
import market
from market import new_key, psql, until

pytestmark = pytest.mark.alone

ACTS = int(os.environ.get("MARKET_ACTS", "80"))
SEED = int(os.environ.get("MARKET_SEED", "20261129"))
STEPS = (("accept", {}, "ORDER_ACCEPTED"), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"}, "PARCEL_SHIPPED"),
         ("deliver", {}, "ORDER_DELIVERED"))


class Killer(threading.Thread):
    """Until the acts are done, and once more for each victim at least."""

    def __init__(self, victims):
        super().__init__()
        self.victims, self.rng, self.over, self.killed = victims, random.Random(SEED), threading.Event(), 0

    def run(self):
        waiting = list(self.victims)
        while waiting or not self.over.is_set():
            self.over.wait(self.rng.uniform(0.3, 2))  # the pace of the faults, not a synchronisation
            victim = waiting.pop() if waiting else self.rng.choice(self.victims)
            pid = market.info()["pids"].get(victim)
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.killed += 1
                except ProcessLookupError:
                    pass  # died a moment ago and is being started again


def insist(client, path, body):
    """The answer that a client gets in the end, with one key all along: in one process everything dies with notification."""
    key = new_key()

    def answered():
        try:
            answer = client.post(path, body, key=key)
            if answer.status_code == 401:    # it takes longer than an access token lives
                client.refresh()
        except (market.httpx.HTTPError, AssertionError):    # nobody answered, or not the refresh
            return None
        return answer if answer.status_code in (200, 201) else None

    return until(answered, f"POST {path}", limit_s=90).json()


def test_nothing_is_told_twice_and_no_mail_is_lost(stack, buyer, shop):
    if "mailbox" not in stack:
        pytest.skip("this marketplace has no mailbox that can be read")
    if (stack["shape"], stack["replicas"]) == ("services", 1) and "MARKET_ACTS" not in os.environ:
        pytest.skip("services are tried by twos in CI; it takes a minute and a half, and waits for most of it")
    owner = (sold := shop(stock=999_999)).owner
    with mails.keeping(stack, 4 * ACTS + 1000) as mailbox:
        killer = Killer([*market.processes("notification"), "mailbox"])
        killer.start()
        try:
            numbers = []
            while 4 * len(numbers) < ACTS:
                order = insist(buyer, "/v1/orders", buyer.order_body((sold.offer, 1)))
                part = order["sellerOrders"][0]
                for verb, body, _ in STEPS:
                    insist(owner, f"/v1/sellerOrders/{part['id']}:{verb}", body)
                numbers.append((order["number"], part["number"]))
        finally:
            killer.over.set()
            killer.join()
        market.await_ready(stack, market.processes("notification"))
        expected = collections.Counter()
        for order, part in numbers:
            expected[(buyer.id, "ORDER_PLACED", order)] = expected[(owner.id, "SALE", part)] = 1
            for kind in (*(kind for _, _, kind in STEPS), "INVOICE_ISSUED"):
                expected[(buyer.id, kind, part)] = 1

        def told():
            rows = psql("notification", "SELECT account_id, kind, title FROM notification WHERE kind <> 'NEW_DEVICE' AND"
                                        f" account_id IN ('{buyer.id}', '{owner.id}')").splitlines()
            found = collections.Counter(tuple(row.split("|")) for row in rows)
            return found if found.total() >= expected.total() else None

        assert until(told, "everything to be told", limit_s=180) == expected
        waiting = f"SELECT count(*) FROM outbox WHERE topic = 'mail' AND key IN ('{buyer.id}', '{owner.id}')"
        until(lambda: psql("notification", waiting).strip() == "0", "all mails to be sent", limit_s=300)
        ids = collections.defaultdict(set)
        for person in (buyer, owner):
            for mail in mailbox.mails(person.email):
                ids[(person.email, mail["subject"])].add(mail["messageId"])
        assert {len(of_one) for of_one in ids.values()} == {1}, "one Message-ID for each thing told"
        assert len(ids) == expected.total(), "a mail for each"
        sent = sum(len(mailbox.mails(person.email)) for person in (buyer, owner))
    print(f"{ACTS} acts, {killer.killed} kills, {expected.total()} told, {sent - len(ids)} mails sent again")
    assert sent - len(ids) <= 8 * killer.killed, "a mail repeats only where its answer was lost"
