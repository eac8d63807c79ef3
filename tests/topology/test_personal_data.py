"""Every table that names a person is in docs/personal-data.md, and what that says is told or erased is."""

import re

import pytest
from conftest import ROOT

from deploy.lib import topology

SERVICES = topology.read().services
# Names of columns by which somebody is known.
SOMEBODY = re.compile(r"^  (?:(?:account|buyer|actor|person|user|customer|member)_id|principal|\w+_by|email|recipient) ", re.MULTILINE)
TABLE = re.compile(r"^CREATE TABLE (\w+) \((.*?)^\)", re.MULTILINE | re.DOTALL)
# Whose rows are found by something else than a column of such a name.
BESIDES = {("user", "profile"), ("auth", "account"), ("auth", "sign_in_throttle"), ("order", "seller_order"), ("order", "order_line"),
           ("payment", "refund"), ("notification", "live_news")}


def tables():
    """{(service, table)} that there are; of the platform's the service is "all"."""
    found = {}
    for path in sorted(ROOT.glob("services/*/migrations/*.sql")) + sorted(ROOT.glob("platform/*/migrations/*.sql")):
        service = path.parts[-3] if "services" in path.parts else "all"
        for name, columns in TABLE.findall(path.read_text()):
            found[(service, name)] = columns
    return found


def listed():
    """{(service, table): (export, closing)} of the document."""
    text = (ROOT / "docs" / "personal-data.md").read_text()
    rows = re.search(r"<!-- personal data -->\n(.*?)<!-- /personal data -->", text, re.DOTALL)[1].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert len({(one[0], one[1]) for one in cells}) == len(cells), "a table stands twice"
    return {(service, table): (export, closing) for service, table, export, closing in cells}


LISTED = listed()


def statements(service, names):
    """The SQL of files of a service's storage, or of the platform's."""
    rooms = [ROOT / "services" / service / "storage"] if service != "all" else [ROOT / "platform" / "idempotency", ROOT / "platform" / "personal_data"]
    return "\n".join(path.read_text() for room in rooms for name in names for path in sorted(room.glob(name)))


def test_every_table_that_names_somebody_is_listed():
    named = {table for table, columns in tables().items() if SOMEBODY.search(columns)} | BESIDES
    assert named - set(LISTED) == set(), "say in docs/personal-data.md what becomes of it, and do it"
    assert set(LISTED) - set(tables()) == set(), "there is no such table"
    assert named >= {("order", "orders"), ("auth", "session"), ("all", "audit_event"), ("all", "idempotency_key"), ("user", "invitation")}


def test_a_new_table_would_be_missed():
    columns = TABLE.findall("CREATE TABLE wish (\n  id uuid PRIMARY KEY,\n  buyer_id uuid NOT NULL\n);\n")[0][1]
    assert SOMEBODY.search(columns)


@pytest.mark.parametrize("place", LISTED, ids=" ".join)
def test_what_is_said_is_done(place):
    service, table = place
    export, closing = LISTED[place]
    told = statements(service, ["own_data.cpp", "personal_data.cpp", "personal_data.hpp"])
    assert export == "yes" or re.match(r"no: \w+(\W+\w+){2,}", export), "say why not"
    if export == "yes":
        assert re.search(rf"(?:FROM|JOIN) {table} ", told), "the export does not read it"
    assert re.match(r"deleted|(?:erased|stays): \w+", closing), "say what, or why"
    if not closing.startswith("stays"):
        done = statements(service, ["erasures.cpp", "personal_data.cpp", "members.cpp", "pictures.cpp", "reviews.cpp", "forget.cpp"])
        if (service, table) == ("order", "order_event"):  # by a function that may
            done += (ROOT / "services" / "order" / "migrations" / "0001_order.sql").read_text()
        assert re.search(rf"(?:UPDATE|DELETE FROM|INSERT INTO) {table}\b", done), "nothing erases it"
