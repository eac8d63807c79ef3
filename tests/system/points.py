"""Where processes are killed to the moment: before and after each commit and each send that docs/checkout.md names.

A point is a unit of work (the statements of one transaction) or a send to the payment provider; a side of it; and who dies there: who commits
or sends, and the order service that waits for it, of which these are the sends to its peers. What comes into the tables of the page has its
points with that.
"""

import dataclasses
import functools
import re

import sql_log
from test_checkout_sql import NAME, PAGE, WAYS, left_apart, rows

PROVIDER = "provider"
SIDES = ("before", "after")
ACT = re.compile(r"^\| (\w+) \| (`.+) \| (durable|not waited for) \| ([a-z, ]+) \| (.*) \|$", re.M)
SEND = re.compile(r"^\| (`\w+`) \| ([a-z, ]+) \| (.*) \|$", re.M)
# What a statement does that is no read, with the functions that do so.
WRITES = r"\b(INSERT INTO|DELETE FROM|(?<!FOR )UPDATE)\b"


@dataclasses.dataclass(frozen=True)
class Unit:
    where: str      # the database, or PROVIDER
    names: tuple    # of its statements, each once; of a send its word

    def __str__(self):
        return f"{self.where}: {' + '.join(self.names)}"


@dataclasses.dataclass(frozen=True)
class Point:
    unit: Unit
    side: str
    dies: str       # the service that asks, the order service that waits for it, or postgres

    def __str__(self):
        return f"{self.unit}, {self.side}, {self.dies} dies"


@dataclasses.dataclass
class Described:
    """Of a unit on the page."""
    commit: str     # durable; not waited for; sent
    kinds: dict     # {kind of story in which it comes: whether it always does}


def section(heading):
    return PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@functools.cache
def described():
    """{unit: what the page says of it}: of what commits and of what is sent."""
    found = {}

    def add(unit, commit, kinds):
        found.setdefault(unit, Described(commit, {})).kinds.update(kinds)

    for row in rows():
        if row.work.commit in ("durable", "not waited for"):
            add(Unit(row.work.database, tuple(name for name, _ in row.work.names)), row.work.commit,
                {way: row.counts[way][0] > 0 for way in WAYS if row.counts[way][1]})
    for database, names, commit, acts, _ in ACT.findall(section("Acts")):
        add(Unit(database, tuple(name for name, _ in NAME.findall(names))), commit, dict.fromkeys(acts.split(", "), True))
    for name, acts, _ in SEND.findall(section("Sends")):
        add(Unit(PROVIDER, (name.strip("`"),)), "sent", dict.fromkeys(acts.split(", "), True))
    return found


def points(process_of):
    """{point: the kinds of stories that come to it}. `process_of` says in which process a service is."""
    found = {}
    for unit, on_page in described().items():
        kinds = [kind for kind, always in on_page.kinds.items() if always]
        asks = "payment" if unit.where == PROVIDER else unit.where
        dying = {process_of(asks), process_of("order")}
        # What needs no disk may be lost with PostgreSQL, and what places or ends an order must not.
        if on_page.commit == "not waited for" or "order.settle" in unit.names:
            dying.add("postgres")
        for side in SIDES:
            for dies in sorted(dying) if kinds else ():
                found[Point(unit, side, dies)] = kinds
    return found


def names_of(database, statements):
    return tuple(dict.fromkeys(sql_log.name_of(database, sql) or f"no name: {sql_log.normal(sql)[:60]}" for sql in statements))


def writing_functions(psql, database):
    """The pattern of statements of that database that write."""
    functions = psql(database, "SELECT proname FROM pg_proc WHERE prosrc ~* '(insert into|delete from|update)[[:space:]]'").split()
    return re.compile("|".join([WRITES, *(rf"\b{name}\(" for name in functions)]), re.I)


def unknown(units):
    """Rows for the page, of those that do not stand there."""
    apart = left_apart()
    return [f"| {unit.where} | {', '.join(f'`{name}`' for name in unit.names)} | durable | ? | ? |"
            for unit in units if unit not in described() and not apart.intersection(unit.names)]
