#!/usr/bin/python3
"""Writes the dashboards that description.py describes as Grafana reads them, one JSON file each.

    make_dashboards.py DIRECTORY   write the files there and remove those that are described no more

It runs where dashboards are wanted (compose.yaml, the tests); what it writes is not in the repository. description.py says what
is shown; this file knows Grafana's JSON and lays panels out from left to right in 24 columns.
"""

import json
import pathlib
import sys
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).parent
COLUMNS = 24

PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
LOKI = {"type": "loki", "uid": "loki"}
TEMPO = {"type": "tempo", "uid": "tempo"}


@dataclass
class Query:
    """One query; `legend` is Grafana's template for the name of a series."""
    expr: str
    legend: str = ""
    exemplars: bool = False
    instant: bool = False


@dataclass
class Panel:
    title: str
    description: str
    kind: str
    queries: list
    unit: str = "short"
    width: int = 8
    height: int = 8
    steps: list = field(default_factory=list)  # [(from, colour), ...]: where a value turns yellow or red
    low: float | None = None
    high: float | None = None
    stacked: bool = False
    names: dict = field(default_factory=dict)  # value -> (text, colour)
    source: dict = field(default_factory=lambda: PROMETHEUS)


@dataclass
class Row:
    title: str
    panels: list


@dataclass
class Dashboard:
    uid: str
    title: str
    description: str
    rows: list
    variables: list = field(default_factory=list)  # [(name, label, query), ...]


def thresholds(panel):
    steps = [{"color": "green", "value": None}] + [{"color": colour, "value": start} for start, colour in panel.steps]
    return {"mode": "absolute", "steps": steps}


def field_config(panel):
    defaults = {"unit": panel.unit, "thresholds": thresholds(panel)}
    if panel.low is not None:
        defaults["min"] = panel.low
    if panel.high is not None:
        defaults["max"] = panel.high
    if panel.names:
        values = {str(value): {"text": text, "color": colour, "index": index}
                  for index, (value, (text, colour)) in enumerate(panel.names.items())}
        defaults["mappings"] = [{"type": "value", "options": values}]
    if panel.kind == "timeseries":
        custom = {"drawStyle": "line", "lineWidth": 1, "fillOpacity": 25 if panel.stacked else 8, "showPoints": "never",
                  "spanNulls": False, "stacking": {"group": "A", "mode": "normal" if panel.stacked else "none"},
                  "thresholdsStyle": {"mode": "dashed" if panel.steps else "off"}}
        defaults |= {"custom": custom, "color": {"mode": "palette-classic"}}
    else:
        defaults["color"] = {"mode": "thresholds"}
    return {"defaults": defaults, "overrides": []}


def options(panel):
    if panel.kind == "timeseries":
        return {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                "tooltip": {"mode": "multi", "sort": "desc"}}
    if panel.kind in ("stat", "gauge"):
        reduce = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        shared = {"reduceOptions": reduce, "orientation": "auto"}
        if panel.kind == "gauge":
            return {**shared, "showThresholdLabels": False, "showThresholdMarkers": True}
        return {**shared, "colorMode": "value", "graphMode": "area", "justifyMode": "auto", "textMode": "auto"}
    if panel.kind == "state-timeline":
        return {"showValue": "never", "mergeValues": True, "alignValue": "left", "rowHeight": 0.8,
                "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                "tooltip": {"mode": "single", "sort": "none"}}
    if panel.kind == "table":
        return {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": "Value", "desc": True}]}
    if panel.kind == "logs":
        return {"showTime": True, "wrapLogMessage": True, "enableLogDetails": True, "sortOrder": "Descending",
                "dedupStrategy": "none", "prettifyLogMessage": False}
    return {}


def target(panel, query, index):
    made = {"refId": chr(ord("A") + index), "datasource": panel.source}
    if panel.source is TEMPO:
        if panel.kind == "nodeGraph":
            return made | {"queryType": "serviceMap", "serviceMapQuery": query.expr}
        return made | {"queryType": "traceql", "query": query.expr, "limit": 20, "tableType": "traces"}
    made |= {"expr": query.expr, "legendFormat": query.legend or "__auto", "editorMode": "code"}
    if panel.source is LOKI:
        return made | {"queryType": "range"}
    instant = query.instant or panel.kind == "table"
    made |= {"instant": instant, "range": not instant, "exemplar": query.exemplars}
    if panel.kind == "table":
        made["format"] = "table"
    return made


def panel_json(panel, number, left, top):
    made = {"id": number, "type": panel.kind, "title": panel.title, "description": panel.description,
            "gridPos": {"h": panel.height, "w": panel.width, "x": left, "y": top}, "datasource": panel.source,
            "targets": [target(panel, query, index) for index, query in enumerate(panel.queries)],
            "fieldConfig": field_config(panel), "options": options(panel)}
    if panel.kind == "table" and panel.source is PROMETHEUS:
        hidden = {"Time": True, "__name__": True, "job": False}
        made["transformations"] = [{"id": "organize", "options": {"excludeByName": hidden, "indexByName": {},
                                                                  "renameByName": {}}}]
    return made


def lay_out(rows):
    number, top = 0, 0
    for row in rows:
        number += 1
        yield {"id": number, "type": "row", "title": row.title, "collapsed": False, "panels": [],
               "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": top}}
        top, left, height = top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                top, left, height = top + height, 0, 0
            number += 1
            yield panel_json(panel, number, left, top)
            left, height = left + panel.width, max(height, panel.height)
        top += height


def variable_json(name, label, query):
    return {"name": name, "label": label, "type": "query", "datasource": PROMETHEUS,
            "query": {"query": query, "refId": "variable"}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]}, "options": [], "hide": 0}


def dashboard_json(dashboard):
    link = {"type": "dashboards", "tags": ["marketplace"], "title": "Marketplace", "asDropdown": True, "includeVars": False,
            "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": ""}
    return {"uid": dashboard.uid, "title": dashboard.title, "description": dashboard.description, "tags": ["marketplace"],
            "editable": False, "graphTooltip": 1, "refresh": "30s", "schemaVersion": 39, "version": 1, "timezone": "browser",
            "time": {"from": "now-1h", "to": "now"}, "links": [link], "annotations": {"list": []},
            "templating": {"list": [variable_json(*variable) for variable in dashboard.variables]},
            "panels": list(lay_out(dashboard.rows))}


def files():
    sys.path.insert(0, str(HERE))
    import description  # noqa: PLC0415: it imports the classes above
    return {f"{dashboard.uid}.json": json.dumps(dashboard_json(dashboard), indent=1, ensure_ascii=False) + "\n"
            for dashboard in description.DASHBOARDS}


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    wanted, directory = files(), pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (directory / name).write_text(content)
    return 0


if __name__ == "__main__":
    # The description imports this file by its name, also when it runs as a program.
    sys.modules["make_dashboards"] = sys.modules["__main__"]
    sys.exit(main())
