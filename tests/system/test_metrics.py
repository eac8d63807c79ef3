"""docs/metrics.md is what the processes serve: every family, its kind and its labels, in both formats."""

import re

import httpx
import pytest

from market import ROOT, until

pytestmark = pytest.mark.alone

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"
SAMPLE = re.compile(r"^(\w+)(?:\{(.*?)\})? \S+(?: # \{trace_id=\"[0-9a-f]{32}\"\} \S+ \d+\.\d{3})?$")
LABEL = re.compile(r"(\w+)=\"(?:[^\"\\]|\\.)*\"")


def documented():
    """name -> (kind, label names, served by)"""
    lines = re.findall(r"^\| `.*\|$", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    names = [row[0].strip("`") for row in rows]
    assert len(names) > 50 and len(names) == len(set(names))
    return {name: (kind, {label for label in labels.split(", ") if label}, served)
            for name, (_, kind, labels, _, served) in zip(names, rows)}


def families(text):
    """name -> (kind, label names of its samples)"""
    found, name = {}, None
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.split(" ")[2:]
            found[name] = (kind, set())
        elif not line.startswith("#"):
            sample = SAMPLE.match(line)
            assert sample, line
            kind, labels = found[name]
            suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            assert sample[1] in [name + suffix for suffix in suffixes], line
            labels.update(set(LABEL.findall(sample[2] or "")) - ({"le"} if kind == "histogram" else set()))
    return found


def scrape(url, accept="text/plain"):
    answer = httpx.get(url, headers={"Accept": accept}, timeout=10)
    answer.raise_for_status()
    return answer


@pytest.fixture
def served(stack, shop, buyer):
    """process -> its families, after an order has gone through all of them."""
    assert buyer.place((shop().offer, 1)).status_code == 201
    scraped = {process: families(scrape(url).text) for process, url in stack["metrics"].items()}
    assert all(scraped.values())
    return scraped


def test_everything_served_is_documented(served):
    known = documented()
    for process, found in served.items():
        for name, (kind, labels) in found.items():
            assert name in known, f"{process} serves {name}: docs/metrics.md does not know it"
            assert kind == known[name][0], (process, name)
            assert labels <= known[name][1], (process, name)


def test_everything_documented_is_served(served):
    one_process = "marketplace" in served
    union = {name for found in served.values() for name in found}
    by_condition = {}
    for name, (_, labels, where) in documented().items():
        if "shape *services*" in where and one_process:
            assert name not in union
            continue
        condition = re.search(r"with `([\w.]+)`", where)
        if condition:
            by_condition.setdefault(condition[1], set()).add(name)
        else:
            assert name in union, name
            processes = set(served) if where == "every process" else set()
            assert all(name in served[process] for process in processes), name
    # A setting turns all of its metrics on, or none.
    for setting, names in by_condition.items():
        assert names <= union or not names & union, (setting, names - union)
    assert by_condition["redis.address"] <= union


def test_labels_of_what_has_happened_are_the_documented_ones(served):
    """Of a family with samples somewhere, not one documented label is invented."""
    seen = {}
    for found in served.values():
        for name, (_, labels) in found.items():
            seen.setdefault(name, set()).update(labels)
    for name, (_, labels, _) in documented().items():
        if seen.get(name):
            assert seen[name] == labels, name


def test_openmetrics_for_who_asks(stack):
    for process, url in stack["metrics"].items():
        answer = scrape(url, OPEN_METRICS)
        assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0"), process
        assert answer.text.endswith("\n# EOF\n"), process
        assert not re.search(r"^# TYPE \w+_total ", answer.text, re.MULTILINE), process
        assert scrape(url).headers["content-type"].startswith("text/plain; version=0.0.4"), process


def test_a_placed_order_is_counted(stack, shop, buyer):
    order = stack["metrics"].get("order") or stack["metrics"]["marketplace"]

    def placed():
        match = re.search(r'^order_placed_total\{currency="EUR"\} (\S+)$', scrape(order).text, re.MULTILINE)
        return float(match[1]) if match else 0.0

    before = placed()
    assert buyer.place((shop().offer, 1)).status_code == 201
    assert placed() > before


def test_books_balance(stack, served):
    payment = stack["metrics"].get("payment") or stack["metrics"]["marketplace"]

    def imbalances():
        return re.findall(r"^payment_ledger_imbalance_minor\{.*\} (\S+)$", scrape(payment).text, re.MULTILINE)

    # The first capture may have come right after a measurement; the next is 30 s later.
    assert set(until(imbalances, "a measurement of the ledger", limit_s=45)) == {"0"}
