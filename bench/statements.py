"""A pgbench script of what the marketplace really asks of PostgreSQL, as tools/sql_log.py finds it in the server's own log.

Nothing is written down twice: the script is made anew in every run from one order (or one read) on the idle stack, so
it cannot drift from the C++ statements.
"""

import re

from measure import BenchFailed
from sql_log import UUID

ORDER_NUMBER = re.compile(r"\b\d{6}-[0-9A-Z]{8}\b")
NAME = re.compile(f"{UUID.pattern}|{ORDER_NUMBER.pattern}")
# Values of ids that exist beforehand; 12 digits complete an id of 20 fixed ones.
BASE = 100_000_000_000


def prefix(kind):
    return f"0000000000007{kind:03d}8000"


def make_id(kind, number):
    digits = prefix(kind) + str(BASE + number)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def escaped(text):
    """The inside of an E'' literal in which pgbench finds no variable of its own."""
    return text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\072")


class Script:
    """Turns captured transactions into pgbench's language. `existing` maps an id to (kind, variable);
    `constant` ids stay as they are; every other id and each order's number is new in each transaction."""

    def __init__(self, psql, existing, constant, shared_names):
        self.psql = psql
        self.existing = existing
        self.constant = constant
        self.shared_names = shared_names
        self.roles = {}

    def expression(self, value, value_type):
        if value is None:
            return f"NULL::{value_type}"
        parts, end = [], 0
        for found in NAME.finditer(value):
            if found[0] in self.constant:
                continue
            if ORDER_NUMBER.fullmatch(found[0]):
                start, variable = "bench-", "n"
            else:
                kind, variable = self.existing.get(found[0]) or self.roles.setdefault(
                    found[0], (100 + len(self.roles), "n"))
                start = prefix(kind)
            parts += [f"E'{escaped(value[end:found.start()])}{start}'", f":{variable}"]
            end = found.end()
        if not parts:
            return f"E'{escaped(value)}'::{value_type}"
        if rest := value[end:]:
            parts.append(f"E'{escaped(rest)}'")
        return f"({' || '.join(parts)})::{value_type}"

    def qualified(self, database, sql):
        for name in self.shared_names:
            sql = re.sub(rf"(?i)(\b(?:INTO|FROM|UPDATE|JOIN)\s+){name}\b", rf'\1"{database}".{name}', sql)
            sql = re.sub(rf"(?<![\w.]){name}(?=\()", f'"{database}".{name}', sql)
        return sql

    def types(self, statements):
        """The parameter types that PostgreSQL itself infers."""
        text = "".join(f"PREPARE s{i} AS {sql};\n" for i, sql in enumerate(statements))
        text += ("SELECT name || ' ' || array_to_string(parameter_types, ',') FROM pg_prepared_statements;")
        found = {}
        for line in self.psql("bench", text).splitlines():
            name, _, names = line.partition(" ")
            if re.fullmatch(r"s\d+", name):
                found[int(name[1:])] = names.split(",") if names else []
        return [found[i] for i in range(len(statements))]

    def body(self, transactions):
        """One pipeline per transaction, as nothing can be asked before its commit was heard."""
        steps = [[self.qualified(one.database, sql), values] for one in transactions for sql, values in one.statements]
        plain = [sql for sql, values in steps if sql not in ("BEGIN", "COMMIT")]
        types = iter(self.types(plain))
        lines, at = [], iter(steps)
        for one in transactions:
            lines.append("\\startpipeline")
            for _ in one.statements:
                sql, values = next(at)
                if sql not in ("BEGIN", "COMMIT"):
                    expected = next(types)
                    if len(expected) != len(values):
                        raise BenchFailed(f"{len(values)} values logged for {len(expected)} parameters: {sql[:120]}")
                    expressions = [self.expression(*pair) for pair in zip(values, expected)]
                    sql = re.sub(r"\$(\d+)", lambda found: expressions[int(found[1]) - 1], sql)
                lines.append(re.sub(r"\s*\n\s*", " ", sql) + ";")
            lines.append("\\endpipeline")
        return "\n".join(lines) + "\n"
