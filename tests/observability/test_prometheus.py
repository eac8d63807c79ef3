"""Prometheus and Alertmanager: their own tools accept the files, and the alerts do what they are for."""

import re
import sys

import pytest
import yaml

import queries

PROMETHEUS = queries.OBSERVABILITY / "prometheus"


def test_config_and_rules_are_accepted(run):
    run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")


def test_slo_rules_are_those_of_their_script(run):
    run(sys.executable, PROMETHEUS / "make_slo.py", "--check")


@pytest.mark.parametrize("path", sorted((PROMETHEUS / "tests").glob("*.yml")), ids=lambda path: path.stem)
def test_alerts_fire_and_stay_quiet(run, path):
    run("promtool", "test", "rules", path)


def test_every_alert_has_a_case_in_which_it_fires():
    cases = "".join(path.read_text() for path in (PROMETHEUS / "tests").glob("*_fire.yml"))
    fired = set(re.findall(r'\{alertname="(\w+)"', cases))
    assert fired == {alert["alert"] for alert in queries.alerts()}


@pytest.mark.parametrize("alert", queries.alerts(), ids=lambda alert: alert["alert"])
def test_alert_says_what_a_person_needs(alert):
    assert alert["labels"]["severity"] in ("page", "ticket", "none")
    notes = alert["annotations"]
    assert notes.keys() == {"summary", "description", "runbook_url"}
    assert notes["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"
    assert len(notes["summary"]) < 120


def test_targets_name_job_and_instance():
    for path in (PROMETHEUS / "targets").glob("*.yml"):
        for entry in yaml.safe_load(path.read_text()):
            assert entry["labels"].keys() == {"job", "instance"}
            assert entry["labels"]["instance"].startswith(entry["labels"]["job"] + "-")


def test_alertmanager_accepts_its_file(run):
    path = queries.OBSERVABILITY / "alertmanager" / "alertmanager.yml"
    run("amtool", "check-config", path)
    for severity, receiver in (("page", "page"), ("ticket", "ticket")):
        routed = run("amtool", "config", "routes", "test", f"--config.file={path}", f"severity={severity}", "alertname=X")
        assert routed.split()[-1] == receiver
    heartbeat = run("amtool", "config", "routes", "test", f"--config.file={path}", "severity=none", "alertname=Watchdog")
    assert heartbeat.split()[-1] == "heartbeat"


def test_alertmanager_holds_no_secret():
    text = (queries.OBSERVABILITY / "alertmanager" / "alertmanager.yml").read_text()
    assert not re.search(r"^\s*[^#\s].*(password|token|secret|api_key|https?://)", text, re.MULTILINE)


def test_inhibitions_name_alerts_that_exist():
    names = {alert["alert"] for alert in queries.alerts()}
    rules = yaml.safe_load((queries.OBSERVABILITY / "alertmanager" / "alertmanager.yml").read_text())["inhibit_rules"]
    named = {name for rule in rules for matcher in rule["source_matchers"] + rule["target_matchers"]
             for name in re.search(r'alertname=~?"(.+)"', matcher)[1].split("|")}
    assert named <= names


def test_what_every_replica_tells_is_not_added_up():
    """docs/metrics.md names the gauges that only a database knows: their maximum is meant, in every query."""
    page = (queries.ROOT / "docs/metrics.md").read_text()
    words = re.search(r"what only the database knows \((.*?)\) is the same on every replica", page, re.DOTALL)[1]
    told = [*re.findall(r"`(\w+)`", words), "outbox_oldest_age_seconds", "order_checkout_oldest_age_seconds",
            "payment_unresolved_oldest_age_seconds"]
    assert len(told) == 8
    asked = [*queries.of_dashboards(), *queries.of_records(), *queries.of_alerts()]
    for name in told:
        using = [found for found in asked if re.search(rf"\b{name}\b", found.text)]
        assert using, name
        for found in using:
            assert re.search(rf"\bmax(?: by \([\w, ]+\))? ?\((?:abs\()?{name}\b", found.text), (found.where, found.text)
