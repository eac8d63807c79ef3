"""What PostgreSQL was asked, taken from its own log: the floor of ./market bench is made of it, tests count it.

Transactions are told apart by their virtual transaction id, which is also how batches without BEGIN are seen whole. One that wrote has
been given an id of its own: the line of each statement's duration says so.
"""

import dataclasses
import datetime
import functools
import pathlib
import re
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATABASES = ("user", "product", "order", "payment", "sandbox")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ENTRY = re.compile(r"^(\d{4}-\d\d-\d\d \S+) UTC \[(\d+)\] (\S*) (\d+) (\w*)~(\w+):  ", re.M)
VALUE = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')")
SETTINGS = {"log_statement": "'all'", "log_duration": "on", "log_line_prefix": "'%m [%p] %v %x %d~'",
            "log_min_duration_statement": "-1"}
FRAME = ("BEGIN", "COMMIT", "ROLLBACK")
# As it is switched off for one transaction: by SET LOCAL, or by set_config() in a statement or in a function that it calls.
NOT_WAITING = r"synchronous_commit'?\s*(?:=|,|to)\s*'?off"
# How a statement is written down in C++: its name, then literals and what is put between them.
DECLARED = re.compile(r'\b(?:Composed)?Statement\s+\w+\s*\{\s*"([\w.]+)"\s*,')
PIECE = re.compile(r'\s+|\+|//[^\n]*|R"(\w*)\((?P<raw>.*?)\)\1"|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<name>[\w:.]+(?:\([^()]*\))?)', re.S)
ANYTHING = "\0"    # what stands between literals


@dataclasses.dataclass
class Transaction:
    database: str
    statements: list  # of [SQL, values]
    begun: float           # seconds since 1970, when its first line was written
    wrote: bool = False
    waits: bool = True     # whoever committed it, for the disk
    failed: bool = False

    def ids(self):
        return {found for _, values in self.statements for value in values if value
                for found in UUID.findall(value)}

    def work(self):
        """Its SQL without what only frames it."""
        return [sql for sql, _ in self.statements if sql.upper() not in FRAME]


class Recorder:
    """The log of all statements while it is entered."""

    def __init__(self, psql, log_file):
        self.psql = psql
        self.log_file = log_file

    def __enter__(self):
        self.not_waiting = {database: self.what_does_not_wait(database) for database in DATABASES}
        self.configure(SETTINGS)
        time.sleep(0.5)  # every backend notices the new configuration before its next command, once it was signalled
        self.start = self.log_file.stat().st_size
        return self

    def __exit__(self, *_):
        time.sleep(1)    # what the order leaves to be done later: capture, the outbox
        with self.log_file.open() as file:
            file.seek(self.start)
            self.text = file.read()
        self.configure(dict.fromkeys(SETTINGS, "DEFAULT"))

    def configure(self, settings):
        self.psql("postgres", "".join(f"ALTER SYSTEM SET {name} = {value};\n" for name, value in settings.items())
                  + "SELECT pg_reload_conf();")

    def what_does_not_wait(self, database):
        """The pattern of statements by which a transaction does not wait for the disk."""
        functions = self.psql(database, f"SELECT proname FROM pg_proc WHERE prosrc ~* $${NOT_WAITING}$$").split()
        return re.compile("|".join([NOT_WAITING, *(rf"\b{name}\(" for name in functions)]), re.I)

    def transactions(self):
        """In the order in which they began."""
        marks = list(ENTRY.finditer(self.text))
        ends = [mark.start() for mark in marks[1:]] + [len(self.text)]
        found = {}
        for mark, end in zip(marks, ends):
            at, pid, virtual_id, own_id, database, level = mark.groups()
            text = self.text[mark.end():end]
            if database not in DATABASES:
                continue
            begun = datetime.datetime.fromisoformat(at + "+00:00").timestamp()
            transaction = found.setdefault((pid, virtual_id), Transaction(database, [], begun))
            transaction.wrote |= own_id != "0"
            if level == "LOG" and text.startswith("execute "):
                sql = text.split(": ", 1)[1].strip()
                transaction.statements.append([sql, []])
                transaction.failed |= sql.upper() == "ROLLBACK"
                transaction.waits &= not self.not_waiting[database].search(sql)
            elif level == "DETAIL" and text.lower().startswith("parameters: ") and transaction.statements:
                transaction.statements[-1][1] = [None if value == "NULL" else value[1:-1].replace("''", "'")
                                                 for value in VALUE.findall(text)]
            elif level == "ERROR":
                transaction.failed = True
        return [one for one in found.values() if one.statements]


def belonging_to(seeds, transactions):
    """The transactions of one order: those that name a known id, or one that such a transaction names."""
    known, chosen, size = set(seeds), set(), -1
    while size != len(chosen):
        size = len(chosen)
        for index, one in enumerate(transactions):
            if one.ids() & known:
                chosen.add(index)
                known |= one.ids()
    return [transactions[index] for index in sorted(chosen)]


def normal(sql):
    return " ".join(sql.split())


@functools.cache
def declared(database):
    """[(pattern, length of what is literal, name)] of the statements that a service of that database may send."""
    found = []
    for folder in ("platform", f"services/{database}"):
        for file in sorted((ROOT / folder).rglob("*.[ch]pp")):
            text = "" if file.stem.endswith("_test") or "testing" in file.parts else file.read_text()
            for start in DECLARED.finditer(text):
                literals = normal("".join(pieces(text, start.end()))).split(ANYTHING)
                found.append((re.compile(".*".join(map(re.escape, literals))), sum(map(len, literals)), start[1]))
    return found


def pieces(text, at):
    """The literals that begin there, and ANYTHING for what stands between them."""
    while piece := PIECE.match(text, at):
        at = piece.end()
        if piece["raw"] is not None:
            yield piece["raw"]
        elif piece["text"] is not None:
            yield piece["text"].encode().decode("unicode_escape")
        elif piece["name"]:
            yield ANYTHING


def name_of(database, sql):
    """The name under which the C++ declares it, of several that fit the one with the longest text; None if it declares none."""
    text = normal(sql)
    fitting = [(length, name) for pattern, length, name in declared(database) if pattern.fullmatch(text)]
    return max(fitting)[1] if fitting else None
