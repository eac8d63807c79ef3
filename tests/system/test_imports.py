"""Files of offers: a shop sends one and reads the report, and gets its own back, which changes nothing.

MARKET_IMPORT_ROWS: a file of so many rows whose reader is killed in the middle (`./market test --long imports`); without it that is left out.
"""

import csv
import io
import json
import os
import pathlib
import signal
import time
import uuid

import pytest

import market
from market import join, new_key, psql, until
from test_bad_input import problem
from test_order_acts import ask, channel  # noqa: F401: fixtures

pytestmark = pytest.mark.alone

ROWS = int(os.environ.get("MARKET_IMPORT_ROWS", "0"))
BROKEN = 37
MEMORY_MORE_MAX = 64 << 20
RENEW_S = 240  # tokens last ten minutes
HEADER = "product,sku,title,category,option:Size,price,currency,stock,productState"


def slug_of(owner, category):
    return next(one["slug"] for one in owner.ok("GET", "/v1/categories")["categories"] if one["id"] == category)


def send(owner, text, media_type="text/csv", key=None, **query):
    return owner.call("POST", f"/v1/sellers/{owner.seller}/imports", key=key or new_key(), content=text.encode(),
                      headers={"Content-Type": media_type}, params=query)


def path_of(owner, one):
    return f"/v1/sellers/{owner.seller}/imports/{one['id']}"


def ended(owner, one, limit_s=30):
    path = path_of(owner, one)
    return until(lambda: (told := owner.ok("GET", path))["state"] in ("DONE", "FAILED") and told, "the end of the import", limit_s=limit_s)


def imported(owner, text, **query):
    answer = send(owner, text, **query)
    assert answer.status_code == 201, answer.text
    return ended(owner, answer.json())


def counts(told):
    return tuple(told.get("rows" + what, 0) for what in ("Created", "Updated", "Unchanged", "Failed"))


def report(owner, one):
    return [(row["line"], row.get("sku"), [(p.get("field"), p["reason"]) for p in row["problems"]])
            for row in owner.ok("GET", path_of(owner, one) + "/rows?pageSize=100").get("rows", [])]


@pytest.fixture
def owner(person):
    somebody = person("Ida")
    somebody.open_seller()
    return somebody


@pytest.mark.operations("product.CreateImport", "product.GetImport", "product.ListImports", "product.ListImportRows", "product.ExportProducts")
@pytest.mark.values("product.Import.State.PENDING", "product.Import.State.DONE", "product.Import.Format.CSV")
def test_a_file_is_imported_and_its_export_changes_nothing(owner, anonymous, category, ask):
    word = "imp" + uuid.uuid4().hex[:10]
    slug = slug_of(owner, category)
    text = "\n".join([HEADER, f"a,A-1,{word} one,{slug},S,19.90,EUR,3,PUBLISHED", "a,A-2,,,M,20,EUR,0,", f",B,=1+1,{slug},,7,EUR,1,", f",C d,{word},nowhere,,1.999,EUR,1,"])
    tried = imported(owner, text, dryRun="true")
    assert (tried["state"], counts(tried), tried["dryRun"]) == ("DONE", (3, 0, 0, 1), True)
    assert owner.ok("GET", f"/v1/sellers/{owner.seller}/products").get("products", []) == []

    key = new_key()
    first = send(owner, text, key=key)
    assert (first.status_code, first.json()["state"]) == (201, "PENDING")
    assert first.headers["Location"].endswith(path_of(owner, first.json()))
    done = ended(owner, first.json())
    assert (done["state"], counts(done), done["bytesRead"]) == ("DONE", (3, 0, 0, 1), len(text))
    assert report(owner, done) == [(5, "C d", [("category", "NOT_FOUND"), ("price", "INVALID_FORMAT"), ("sku", "INVALID_FORMAT")])]
    again = send(owner, text, key=key)
    assert again.json()["id"] == done["id"], "a repeat is the same import"
    found = until(lambda: anonymous.ok("GET", "/v1/products", params={"query": word}).get("products"), "the product to be found")
    assert [(one["title"], one["sellerId"]) for one in found] == [(f"{word} one", owner.seller)]

    path = f"/v1/sellers/{owner.seller}/products:export"
    answer = owner.get(path)
    assert answer.is_success and answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "products.csv" in answer.headers["Content-Disposition"]
    rows = {row["sku"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert {sku: (row["title"], row["price"], row["option:Size"]) for sku, row in rows.items()} == {
        "A-1": (f"{word} one", "19.90", "S"), "A-2": (f"{word} one", "20.00", "M"), "B": ("'=1+1", "7.00", "")}
    assert counts(imported(owner, answer.text)) == (0, 0, 3, 0)
    drafts = owner.get(path, params={"state": "DRAFT", "format": "JSON_LINES"})
    lines = [json.loads(line) for line in drafts.text.splitlines()]
    assert [(one["sku"], one["title"], one["productState"]) for one in lines] == [("B", "=1+1", "DRAFT")]
    assert [one["id"] for one in owner.ok("GET", f"/v1/sellers/{owner.seller}/imports", params={"pageSize": 100})["imports"]][1:] == [done["id"], tried["id"]]
    asked = ask(owner, "GetImport", seller_id=owner.seller, import_id=done["id"])
    assert (asked.rows_created, asked.rows_failed) == (3, 1)


@pytest.mark.values("product.Import.State.FAILED", "product.Import.State.RUNNING", "product.Import.Format.JSON_LINES")
def test_json_lines_and_what_ends_an_import(owner, category):
    lines = [json.dumps({"sku": f"J-{number}", "title": "T", "category": category, "price": 1.5, "currency": "EUR", "stock": number})
             for number in range(600)]
    one = send(owner, "\n".join(lines), "application/x-ndjson").json()
    assert one["format"] == "JSON_LINES"
    until(lambda: owner.ok("GET", path_of(owner, one))["state"] != "PENDING", "its turn", pause_s=0.01)
    assert counts(ended(owner, one)) == (600, 0, 0, 0)
    assert psql("product", f"SELECT sum(on_hand) FROM stock s JOIN offer o ON o.id = s.offer_id WHERE o.seller_id = '{owner.seller}'").strip() == str(sum(range(600)))
    failed = imported(owner, "sku,vendor\nA,B\n")
    assert (failed["state"], failed["failure"]["reason"], failed["failure"]["line"]) == ("FAILED", "IMPORT_UNREADABLE", 1)


@pytest.mark.values("product.Import.State.DONE")
def test_who_may_not_and_how_many(owner, person, category):
    problem(send(join(owner, person("Sue"), "staff"), "sku\n"), 403, "PERMISSION_DENIED")
    other = person("Eve")
    other.open_seller()
    other.seller, own = owner.seller, other.seller
    problem(send(other, "sku\n"), 404, "NOT_FOUND")
    problem(other.get(f"/v1/sellers/{owner.seller}/products:export"), 404, "NOT_FOUND")
    problem(other.get(f"/v1/sellers/{own}/imports/{uuid.uuid4()}"), 404, "NOT_FOUND")
    one = imported(owner, f"{HEADER}\n,A,T,{category},,1,EUR,1,\n")
    problem(other.get(f"/v1/sellers/{own}/imports/{one['id']}/rows"), 404, "NOT_FOUND")
    # As many as there may be, none of which is driven.
    psql("product", "INSERT INTO product_import (id, seller_id, account_id, upload_id, format, dry_run, bytes, lease_until)"
                    f" SELECT gen_random_uuid(), '{owner.seller}', '{owner.id}', gen_random_uuid(), 'CSV', false, 1, 'infinity' FROM generate_series(1, 5)")
    try:
        refusal = problem(send(owner, "sku\n"), 409, "LIMIT_REACHED")
        assert refusal["metadata"]["limit"] == 5
    finally:
        psql("product", f"UPDATE product_import SET state = 'DONE', finished_at = market_now() WHERE seller_id = '{owner.seller}' AND finished_at IS NULL")


def memory(process):
    pid = market.info()["pids"].get(process)
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS")), None)


def whole_file(slug):
    """(text, lines of rows that are broken)"""
    step = ROWS // BROKEN
    broken = {2 + step * number + step // 2 for number in range(BROKEN)}
    lines = [HEADER]
    for line in range(2, ROWS + 2):
        price = "1,99" if line in broken else "1.99"
        lines.append(f',L-{line},Thing {line},{slug},,"{price}",EUR,1,')
    return "\n".join(lines) + "\n", sorted(broken)


@pytest.mark.skipif(not ROWS, reason="for ./market test --long imports")
def test_a_large_file_whose_reader_is_killed(owner, category, stack):
    """Exactly the broken rows are reported, nothing is there twice, and memory stays where it was."""
    text, broken = whole_file(slug_of(owner, category))
    process, = market.processes("product")[:1]
    before = memory(process)
    most = {}
    renewed = time.monotonic()
    one = send(owner, text).json()

    def watch():
        nonlocal renewed
        if time.monotonic() - renewed > RENEW_S:
            owner.refresh()
            renewed = time.monotonic()
        pid = market.info()["pids"].get(process)
        used = memory(process)
        if used:
            first, peak = most.get(pid, (used, used))
            most[pid] = (first, max(peak, used))
        return owner.ok("GET", path_of(owner, one))

    until(lambda: watch().get("rowsRead", 0) > ROWS // 2, "half of the file", limit_s=1800, pause_s=0.2)
    killed = market.info()["pids"][process]
    os.kill(killed, signal.SIGKILL)
    until(lambda: market.info()["pids"].get(process) not in (None, killed), "another process", limit_s=60)

    def is_over():
        try:
            return watch()["state"] in ("DONE", "FAILED")
        except AssertionError:  # it is starting
            return False

    until(is_over, "the end", limit_s=1800, pause_s=0.2)
    told = owner.ok("GET", path_of(owner, one))
    assert (told["state"], counts(told)) == ("DONE", (ROWS - BROKEN, 0, 0, BROKEN)), told
    rows = report(owner, one)
    assert [(line, problems) for line, _, problems in rows] == [(line, [("price", "INVALID_FORMAT")]) for line in broken]
    made = psql("product", f"SELECT count(*), count(DISTINCT sku), count(DISTINCT product_id) FROM offer WHERE seller_id = '{owner.seller}'")
    assert made.strip() == "|".join([str(ROWS - BROKEN)] * 3)
    assert psql("product", f"SELECT count(*) FROM product WHERE seller_id = '{owner.seller}'").strip() == str(ROWS - BROKEN)
    print(f"{len(text)} bytes; resident before {before >> 20} MiB, then {[(first >> 20, peak >> 20) for first, peak in most.values()]}")
    assert most[killed][1] - before < MEMORY_MORE_MAX
