"""Every query of the dashboards, rules and alerts against a live Prometheus: it is accepted, and it returns data.

Run after the system tests in the shape *services*, when everything has happened once. No query is excepted: what is
rare is counted from 0 by the program that would see it. MARKET_PROMETHEUS names a server other than the stack's own.
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "observability"))

import queries  # noqa: E402

PATIENCE_S = float(os.environ.get("MARKET_PATIENCE_S", "60"))


@pytest.fixture(scope="session")
def server(request):
    return os.environ.get("MARKET_PROMETHEUS") or request.getfixturevalue("prometheus")


def ask(url, expr):
    data = urllib.parse.urlencode({"query": expr}).encode()
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query", data=data, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def series(url, expr):
    answer = ask(url, expr)
    assert answer["status"] == "success", f"{expr}: {answer.get('error')}"
    return answer["data"]["result"]


def assert_data(url, expr):
    # A rate needs two scrapes, a record one evaluation of its group, the ledger is measured every 30 s.
    end = time.monotonic() + PATIENCE_S
    while not series(url, expr):
        assert time.monotonic() < end, f"no data: {expr}"
        time.sleep(1)


def cases(found):
    return {item.where: item.text for item in found if item.language == "prometheus"}


PANELS = cases([*queries.of_dashboards(), *queries.of_variables()])
RECORDS = cases(queries.of_records())
ALERTS = cases(queries.of_alerts())
SELECTORS = sorted({selector for expr in ALERTS.values() for selector in queries.selectors(expr)})


@pytest.mark.parametrize("where", PANELS)
def test_panel_returns_data(server, where):
    assert_data(server, PANELS[where])


@pytest.mark.parametrize("where", RECORDS)
def test_record_returns_data(server, where):
    assert_data(server, RECORDS[where])


@pytest.mark.parametrize("where", ALERTS)
def test_alert_is_accepted(server, where):
    series(server, ALERTS[where])


@pytest.mark.parametrize("selector", SELECTORS)
def test_alert_looks_at_series_that_exist(server, selector):
    assert_data(server, selector)


def test_no_rule_fails(server):
    with urllib.request.urlopen(f"{server}/api/v1/rules", timeout=30) as answer:
        groups = json.load(answer)["data"]["groups"]
    assert {rule["name"] for group in groups for rule in group["rules"]} >= {alert["alert"] for alert in queries.alerts()}
    assert [(rule["name"], rule["lastError"]) for group in groups for rule in group["rules"] if rule.get("lastError")] == []
