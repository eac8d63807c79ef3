"""What one order asks of PostgreSQL, counted in PostgreSQL's own log and held to the table of docs/checkout.md: nothing comes that the page does
not name, and nothing more or less often than it says.

One order over two shops on each of the ways it can go, on connections that have prepared and planned nothing. What brings the page up to
date after a change is in the message of the test that fails.
"""

import collections
import dataclasses
import functools
import pathlib
import re
import time

import pytest

import market
import sql_log

pytestmark = pytest.mark.alone

PAGE = market.ROOT / "docs" / "checkout.md"
COUNTED = ("order", "product", "user", "payment")    # the provider's database is not ours
WAYS = {"paid": "pm_card_visa", "declined": "pm_card_visa_chargeDeclined", "unanswered": "pm_sandbox_timeout_authorized"}
STATUS = {"paid": 201, "declined": 402, "unanswered": 202}
# What its buyer is told of, in the end.
TOLD = {"paid": "ORDER_PLACED", "declined": "PAYMENT_DECLINED", "unanswered": "ORDER_PLACED"}
ROW = re.compile(r"\| (\w+) \| (`.+) \| (durable|not waited for|nothing|rolled back) \| (before|after) \|" + r" *([\d-]*) *\|" * len(WAYS) + r" (.*) \|")
NAME = re.compile(r"`([\w.]+)`(?: \((\d+)\))?")


@dataclasses.dataclass(frozen=True)
class Work:
    """One transaction, or one statement that only reads: these share a transaction with whatever is sent beside them."""
    database: str
    names: tuple    # of (name, how often), in the order of their first coming
    commit: str     # durable; not waited for: the disk; nothing: there was nothing to commit

    def __str__(self):
        return ", ".join(f"`{name}`" + (f" ({count})" if count > 1 else "") for name, count in self.names)

    def statements(self):
        return sum(count for _, count in self.names)


@dataclasses.dataclass
class Row:
    work: Work
    when: str      # before the answer, or after it
    counts: dict   # by way: (at least, at most)
    why: str


@functools.cache
def rows():
    """Of the page's table."""
    found = []
    for database, names, commit, when, *counts, why in ROW.findall(PAGE.read_text()):
        work = Work(database, tuple((name, int(count or 1)) for name, count in NAME.findall(names)), commit)
        found.append(Row(work, when, {way: bounds(count) for way, count in zip(WAYS, counts)}, why))
    return found


def bounds(count):
    """As they stand in a cell: nothing, 2, or 0-1 where it depends on who comes first."""
    least, _, most = (count or "0").partition("-")
    return int(least), int(most or least)


def cell(least, most):
    return f"{least}-{most}" if least != most else str(most or "")


def left_apart():
    """The names under that heading."""
    return {name for name, _ in NAME.findall(PAGE.read_text().partition("## Left apart")[2].partition("\n## ")[0])}


class Asked:
    """What one order was seen to ask."""

    def __init__(self, transactions, answered):
        self.work = collections.Counter()
        self.begun = collections.defaultdict(list)
        self.answered = answered
        self.first_message = answered    # when the relay took up what is done behind the answer
        for one in transactions:
            names = [self.name(one, sql) for sql in one.work()]
            if one.wrote and "outbox.claim" in names:
                self.first_message = min(self.first_message, one.begun)
            for group in [names] if one.wrote else [[name] for name in names]:
                work = Work(one.database, tuple(collections.Counter(group).items()), self.commit(one))
                self.work[work] += 1
                self.begun[work].append(one.begun)

    @staticmethod
    def commit(transaction):
        if not transaction.wrote:
            return "nothing"
        if transaction.failed:
            return "rolled back"
        return "durable" if transaction.waits else "not waited for"

    @staticmethod
    def name(transaction, sql):
        return sql_log.name_of(transaction.database, sql) or f"no name: {sql[:60]}"


def is_of_the_order(transaction, known, apart):
    """Whatever names an id of it; and a worker's claim, which names nobody, where it found something."""
    if transaction.database not in COUNTED or not transaction.work():
        return False
    if apart.intersection(Asked.name(transaction, sql) for sql in transaction.work()):
        return False
    return id(transaction) in known or (transaction.wrote and not transaction.ids())


def cold(client):
    """Every connection of the services to these databases is a new one."""
    ours = f"FROM pg_stat_activity WHERE datname IN {COUNTED} AND backend_type = 'client backend'"
    old = [line.partition("|")[0] for line in market.psql("postgres", f"SELECT pid, pg_terminate_backend(pid) {ours}").split()]
    new = f"SELECT count(*) {ours} AND pid NOT IN ({', '.join(old)})"
    market.until(lambda: int(market.psql("postgres", new)) >= len(old), "new connections")
    market.until(lambda: all(client.get(path).is_success for path in ("/v1/users/me", "/v1/categories", "/v1/orders")), "answers")


def trader(stack, category):
    owner = market.Person(stack["url"], stack["caFile"], "Sam")
    owner.open_seller()
    return market.Shop(owner, owner.create_product(category))


def ask(log, way, buyer, shops, apart):
    market.until(market.all_told, "quiet", limit_s=90)
    cold(buyer)
    with sql_log.Recorder(market.psql, log) as recording:
        answer = buyer.place(*((shop.offer, 2) for shop in shops), method=WAYS[way])
        answered = time.time()
        assert answer.status_code == STATUS[way], answer.text
        if way != "declined":
            paid = f"SELECT 1 FROM orders WHERE buyer_id = '{buyer.id}' AND payment_state = 'CAPTURED'"
            market.until(lambda: market.psql("order", paid), "the capture", limit_s=90)
        told = f"SELECT 1 FROM notification WHERE account_id = '{buyer.id}' AND kind = '{TOLD[way]}'"
        market.until(lambda: market.psql("notification", told), "the buyer to be told", limit_s=90)
        market.until(market.all_told, "quiet", limit_s=90)
    transactions = recording.transactions()
    known = {id(one) for one in sql_log.belonging_to({buyer.id, *(shop.offer for shop in shops)}, transactions)}
    return Asked([one for one in transactions if is_of_the_order(one, known, apart)], answered)


@pytest.fixture(scope="module")
def asked(stack, category):
    """{way: what it asked}"""
    if stack["shape"] != "services":
        pytest.skip("both shapes ask the same")
    log = pathlib.Path(stack["data"]) / "log" / "postgres.stderr.log"
    found = {}
    for way in WAYS:
        buyer = market.Person(stack["url"], stack["caFile"], "Bea")
        buyer.add_address()
        found[way] = ask(log, way, buyer, [trader(stack, category) for _ in range(2)], left_apart())
    return found


def whens():
    """{work: before or after the answer, or both}"""
    found = collections.defaultdict(set)
    for row in rows():
        found[row.work].add(row.when)
    return found


def as_rows(asked):
    """The table as it should be now; of new work it is guessed whether the answer waits for it, and nobody knows why it is done."""
    known = {(row.work, row.when): row for row in rows()}
    found, when = {}, whens()
    for number, one in enumerate(asked.values()):
        for work, begun in one.begun.items():
            for at in begun:
                seen = "after" if at >= one.first_message else "before"
                phase = min(when[work]) if len(when[work]) == 1 else seen
                row = found.setdefault((work, phase), [(phase == "after", number, at), [0] * len(asked)])
                row[1][number] += 1
    lines = []
    for (work, phase), (_, counts) in sorted(found.items(), key=lambda one: one[1][0]):
        row = known.get((work, phase)) or Row(work, phase, dict.fromkeys(WAYS, (0, 0)), "?")
        cells = [cell(*stated) if stated[0] <= count <= stated[1] else str(count) for stated, count in zip(row.counts.values(), counts)]
        lines.append(f"| {work.database} | {work} | {work.commit} | {phase} | {' | '.join(cells)} | {row.why} |")
    return "\n".join(lines)


def test_page_says_what_an_order_asks(asked):
    wrong = []
    for way, one in asked.items():
        stated = collections.defaultdict(lambda: (0, 0))
        for row in rows():
            stated[row.work] = tuple(map(sum, zip(stated[row.work], row.counts[way])))
        for work in {*one.work, *stated}:
            least, most = stated[work]
            if not least <= one.work[work] <= most:
                wrong.append(f"{way}: {work.database}: {work} ({work.commit}) {one.work[work]} times, the page says {cell(least, most) or 0}")
    assert not wrong, "\n".join([*wrong, "", "The table would be", as_rows(asked)])


def test_what_is_after_the_answer_does_not_come_before_it(asked):
    when = whens()
    early = [f"{way}: {work}" for way, one in asked.items() for work, begun in one.begun.items()
             if when[work] == {"after"} and min(begun) < one.first_message]
    late = [f"{way}: {work}" for way, one in asked.items() for work, begun in one.begun.items()
            if when[work] == {"before"} and max(begun) > one.answered]
    assert (early, late) == ([], [])


def test_each_name_is_declared():
    names = {name for work in whens() for name, _ in work.names} | left_apart()
    assert names - {name for database in COUNTED for _, _, name in sql_log.declared(database)} == set()


def test_sums_are_those_of_the_table():
    def total(works, of=lambda work: 1):
        return [sum(row.counts[way][1] * of(row.work) for row in rows() if works(row)) for way in WAYS]

    def durable(row):
        return row.work.commit == "durable"

    sums = {"statements": total(lambda row: True, Work.statements),
            "transactions that write": total(lambda row: row.work.commit in ("durable", "not waited for")),
            "durable commits": total(durable),
            "of them before the answer": total(lambda row: durable(row) and row.when == "before")}
    lines = [f"| {name} | {' | '.join(map(str, counts))} |" for name, counts in sums.items()]
    assert [line for line in lines if line not in PAGE.read_text().splitlines()] == [], "\n".join(["The sums are", *lines])
