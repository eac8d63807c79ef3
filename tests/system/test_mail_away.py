"""The mail server is away, slow, or hangs up, for as long as MARKET_AWAY_S: no order is slower for it, all that is to be sent waits
in the database and not in memory, and is sent in the end, once.

`./market test --long mail-away` has it away for an hour, and compares how long orders take: turn by turn, since the machine has its moods.
"""

import collections
import json
import os
import pathlib
import statistics
import threading
import time

import pytest

import mails
import market
from market import psql, until

pytestmark = pytest.mark.alone

AWAY_S = float(os.environ.get("MARKET_AWAY_S", "3"))
IS_LONG = AWAY_S >= 600
TURNS, ORDERS = (20, 20) if IS_LONG else (1, 4)    # of each fault, of each turn
PACE_S = 0.5
FAULTS = {"refuse": {}, "slow": {"delayS": 20}, "cut_data": {}, "defer": {}}
GROWTH_MAX = 64 << 20


class Buying:
    """Orders of one buyer, and how long nginx saw each take."""

    def __init__(self, buyer, offer):
        self.buyer, self.offer = buyer, offer
        self.numbers, self.of = [], {}

    def order(self, while_it="behaves"):
        answer = self.buyer.call("POST", "/v1/orders", self.buyer.order_body((self.offer, 1)), key=market.new_key())
        if answer.status_code == 401:    # it takes longer than an access token lives
            self.buyer.refresh()
            return self.order(while_it)
        assert answer.status_code == 201, answer.text
        self.numbers.append(answer.json()["number"])
        self.of[answer.headers["X-Request-Id"]] = while_it

    def took(self):
        """{what the mail server did: seconds of each order meanwhile}"""
        def all_told():
            log = (market.data_directory() / "log" / "access.log").read_text(errors="replace")
            lines = map(json.loads, log[:log.rfind("\n")].split("\n"))    # the last one may not be whole
            found = {line["requestId"]: line["durationS"] for line in lines if line["requestId"] in self.of}
            return found if len(found) == len(self.of) else None

        sorted_out = collections.defaultdict(list)
        for request, took_s in until(all_told, "its lines in the log").items():
            sorted_out[self.of[request]].append(took_s)
        return {what: sorted(times) for what, times in sorted_out.items()}


def memory():
    """Of who sends mails, in bytes."""
    pids = market.info()["pids"]
    status = [pathlib.Path(f"/proc/{pids[name]}/status").read_text() for name in market.processes("notification")]
    return sum(int(line.split()[1]) << 10 for text in status for line in text.splitlines() if line.startswith("VmRSS"))


def test_nobody_waits_for_a_mail_server(stack, buyer, shop):
    if "mailbox" not in stack:
        pytest.skip("this marketplace has no mailbox that can be read")
    if stack["shape"] == "services" and "MARKET_AWAY_S" not in os.environ:
        pytest.skip("CI tries it in one process, where what waits is nearest to who asks")
    sold = shop(stock=999_999)
    buying = Buying(buyer, sold.offer)
    with mails.keeping(stack, 100_000), mails.misbehaving(stack) as mailbox:
        for _ in range(TURNS):
            for fault, how in FAULTS.items():
                mailbox.behave()
                for _ in range(ORDERS):
                    buying.order()
                mailbox.misbehave(fault, **how)
                for _ in range(ORDERS):
                    buying.order(fault)
        before = memory()
        mailbox.misbehave("refuse")
        end, pace = time.monotonic() + AWAY_S, threading.Event()
        while time.monotonic() < end:
            buying.order("refuse for long")
            pace.wait(PACE_S)    # how fast people buy, not a synchronisation
        grown = memory() - before
        waiting = f"SELECT count(*) FROM outbox WHERE topic = 'mail' AND key IN ('{buyer.id}', '{sold.owner.id}')"
        kept = int(psql("notification", waiting))
        mailbox.behave()
        until(lambda: psql("notification", waiting).strip() == "0", "all mails to be sent", limit_s=120 + AWAY_S / 2, pause_s=1)
        told = {person.email: collections.Counter(mail["messageId"] for mail in mailbox.mails(person.email))
                for person in (buyer, sold.owner)}
    took = buying.took()
    said = ", ".join(f"{what}: median {statistics.median(times) * 1000:.1f}, p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms"
                     f" of {len(times)}" for what, times in took.items())
    print(f"{len(buying.numbers)} orders, {kept} mails waited, {grown >> 20} MiB more memory; {said}")
    # A mail to each of both for each order; to the buyer, that he has signed up, too.
    assert all(len(ids) >= len(buying.numbers) for ids in told.values())
    assert all(max(ids.values()) == 1 for ids in told.values()), "none is sent twice: no answer was lost"
    assert grown < GROWTH_MAX
    if IS_LONG:
        usual = statistics.median(took["behaves"])
        assert all(statistics.median(took[fault]) < 1.1 * usual for fault in FAULTS), said
