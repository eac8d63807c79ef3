"""Every query of the dashboards, rules and alerts, as Grafana and Prometheus get them; and what is inside a PromQL query."""

import functools
import json
import pathlib
import re
import sys
from typing import NamedTuple

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
OBSERVABILITY = ROOT / "deploy" / "observability"
RULES = OBSERVABILITY / "prometheus" / "rules"

sys.path.insert(0, str(OBSERVABILITY / "grafana"))
import make_dashboards  # noqa: E402: it is a script of deploy, not a package


class Found(NamedTuple):
    where: str
    language: str  # prometheus, loki or tempo
    text: str


def plain(text):
    """A query as Grafana would send it: intervals are five minutes, variables match everything."""
    text = re.sub(r"\$__(rate_interval|interval|range|auto)\b", "5m", text)
    return re.sub(r"\$\{?\w+\}?", ".*", text)


@functools.cache
def dashboards():
    """Name → dashboard, as Grafana reads it."""
    return {name.removesuffix(".json"): json.loads(text) for name, text in sorted(make_dashboards.files().items())}


def of_dashboards():
    for name, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                text = target.get("expr") or target.get("query") or target.get("serviceMapQuery")
                if not text:
                    raise ValueError(f"a target of {name}/{panel['title']} has no query")
                where = f"{name}/{panel['title']}/{target['refId']}"
                yield Found(where, target["datasource"]["type"], plain(text))


def of_variables():
    """label_values(SELECTOR, LABEL) of each variable, as the selector."""
    for name, dashboard in dashboards().items():
        for variable in dashboard["templating"]["list"]:
            selector = re.fullmatch(r"label_values\((.+), \w+\)", variable["query"]["query"])
            yield Found(f"{name}/${variable['name']}", "prometheus", selector[1])


def rules():
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def of_records():
    for rule in rules():
        if "record" in rule:
            yield Found(f"{rule['record']}{rule.get('labels', '')}", "prometheus", rule["expr"])


def of_alerts():
    for rule in alerts():
        yield Found(f"{rule['alert']}/{rule['labels'].get('window', '')}", "prometheus", rule["expr"])


# After these words stand labels, not metrics.
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
SELECTOR = re.compile(r"(?<![\w:$])([A-Za-z_:][\w:]*)\s*(\{[^{}]*\})?(?!\s*\(|\w)")
WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


def selectors(expr):
    """The vector selectors of a PromQL query, as text: what an alert looks at, without its comparison."""
    kept = []

    def keep(match):
        kept.append(match[0])
        return f'"{len(kept) - 1}"'

    hidden = STRINGS.sub(keep, GROUPING.sub(" ", expr))
    hidden = re.sub(r"\[[^\]]*\]", " ", hidden)
    found = []
    for name, labels in SELECTOR.findall(hidden):
        if name.lower() not in WORDS:
            found.append(name + re.sub(r'"(\d+)"', lambda match: kept[int(match[1])], labels))
    return list(dict.fromkeys(found))
