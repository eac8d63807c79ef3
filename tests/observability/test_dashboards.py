"""Dashboards: their queries parse, their JSON has Grafana's types, and what each kind of panel becomes is known to the letter."""

import json
import pathlib
import re
import sys

import pytest
import yaml

import queries
from make_dashboards import LOKI, TEMPO, Dashboard, Panel, Query, Row, dashboard_json

FOUND = [*queries.of_dashboards(), *queries.of_variables()]
UIDS = {"prometheus", "loki", "tempo"}


def test_files_are_written_and_old_ones_removed(run, tmp_path):
    (tmp_path / "market-gone.json").write_text("{}")
    run(sys.executable, queries.OBSERVABILITY / "grafana" / "make_dashboards.py", tmp_path)
    assert {path.stem: json.loads(path.read_text()) for path in tmp_path.iterdir()} == queries.dashboards()


def every_kind():
    """A dashboard with a panel of each kind that description.py knows, and with each property that a panel may have."""
    return Dashboard("every-kind", "Every kind", "What make_dashboards.py can write.", [
        Row("Numbers", [
            Panel("Lines", "Two queries.", "timeseries", [Query("rate(a_total[$__rate_interval])", "{{job}}", exemplars=True), Query("b")],
                  "s", width=12, steps=[(0.5, "yellow"), (1, "red")], low=0, high=2),
            Panel("Areas", "One above the other.", "timeseries", [Query("c")], stacked=True),
            Panel("Now", "The last value.", "stat", [Query("d", instant=True)], width=4, height=5),
            Panel("Of all", "A share.", "gauge", [Query("e")], "percentunit", width=4, height=5, low=0, high=1),
            Panel("States", "By name.", "state-timeline", [Query("up", "{{job}}")], names={0: ("down", "red"), 1: ("up", "green")}),
            Panel("List", "Sorted.", "table", [Query("topk(5, f)")], width=24)]),
        Row("Other stores", [
            Panel("Lines of the log", "From Loki.", "logs", [Query('{service_name="order"}')], source=LOKI),
            Panel("Traces", "From Tempo.", "table", [Query("{duration > 1s}")], source=TEMPO),
            Panel("Who calls whom", "From Tempo.", "nodeGraph", [Query("{}")], source=TEMPO)])],
        [("job", "Program", "label_values(up, job)")])


def test_each_kind_of_panel_is_known_to_the_letter():
    made, golden = dashboard_json(every_kind()), pathlib.Path(__file__).with_name("every_kind.json")
    used = {panel["type"] for dashboard in queries.dashboards().values() for panel in dashboard["panels"]}
    assert used <= {panel["type"] for panel in made["panels"]}
    assert made == json.loads(golden.read_text()), "if the change is meant: python3 tests/observability/test_dashboards.py"


def test_promql_is_accepted_by_promtool(run, tmp_path):
    asked = [found for found in FOUND if found.language == "prometheus"]
    rules = [{"record": f"checked:{number}", "expr": found.text, "labels": {"where": found.where}}
             for number, found in enumerate(asked)]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "checked", "rules": rules}]}))
    assert f"{len(asked)} rules found" in run("promtool", "check", "rules", path)


@pytest.mark.parametrize("bad", ["{service=\"order\" | json", "{}", "{a=\"b\"} | level=~"])
def test_grammar_finds_what_is_wrong(run, node_modules, bad):
    assert "error at" in parse(run, node_modules, [queries.Found("here", "loki", bad)])


def test_logql_and_traceql_are_accepted_by_grafanas_grammars(run, node_modules):
    asked = [found for found in FOUND if found.language in ("loki", "tempo") and found.text != "{}"]
    assert {found.language for found in asked} == {"loki", "tempo"}
    assert parse(run, node_modules, asked) == ""


def parse(run, node_modules, asked):
    lines = "".join(json.dumps(found._asdict()) + "\n" for found in asked)
    return run("node", queries.ROOT / "tests" / "observability" / "queries_check.mjs", input=lines,
               env={"MARKET_NODE_MODULES": str(node_modules), "PATH": "/usr/local/bin:/usr/bin:/bin"})


# In JSON an enum is the text of its value, which TypeScript does not take for the enum: this type is Dashboard as JSON.
RAW = """import type {Dashboard} from '@grafana/schema';
type Raw<T> = T extends string ? `${T}` : T extends (infer U)[] ? Raw<U>[] : T extends object ? {[K in keyof T]: Raw<T[K]>} : T;
export type RawDashboard = Raw<Dashboard>;
"""


WRONG = {"wrong-name": ("refresh", "refesh"), "wrong-case": ("schemaVersion", "schemaversion")}


@pytest.fixture(scope="module")
def complaints(run, node_modules, tmp_path_factory):
    """The compiler's complaints about `const dashboard: Dashboard = <the JSON>`, of each dashboard and of two wrong ones."""
    folder = tmp_path_factory.mktemp("types")
    (folder / "node_modules").symlink_to(node_modules)
    (folder / "raw.ts").write_text(RAW)
    wrong = {name: json.loads(json.dumps(queries.dashboards()["market-overview"]).replace(*words)) for name, words in WRONG.items()}
    for name, dashboard in {**queries.dashboards(), **wrong}.items():
        (folder / f"{name}.ts").write_text("import type {RawDashboard} from './raw';\n"
                                           f"export const dashboard: RawDashboard = {json.dumps(dashboard)};\n")
    options = {"strict": True, "noEmit": True, "skipLibCheck": True, "module": "esnext", "moduleResolution": "bundler",
               "target": "es2022", "types": []}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["*.ts"]}))
    compiler = node_modules / "typescript" / "bin" / "tsc"
    return run("sh", "-c", f"cd {folder} && node {compiler} -p . --pretty false || true").splitlines()


def test_dashboards_have_grafanas_types(complaints):
    assert [line for line in complaints if not line.startswith("wrong-")] == []


@pytest.mark.parametrize("name", WRONG)
def test_type_check_finds_what_is_wrong(complaints, name):
    assert any(line.startswith(f"{name}.ts") and WRONG[name][1] in line for line in complaints)


@pytest.mark.parametrize("name, dashboard", queries.dashboards().items(), ids=queries.dashboards().keys())
class TestDashboard:
    def test_is_found_by_its_uid(self, name, dashboard):
        assert dashboard["uid"] == name
        assert len(name) <= 40

    def test_panels_explain_themselves(self, name, dashboard):
        for panel in dashboard["panels"]:
            assert panel["type"] == "row" or (panel["title"] and panel["description"] and panel["targets"])
        identities = [panel["id"] for panel in dashboard["panels"]]
        assert len(identities) == len(set(identities))

    def test_panels_do_not_overlap_or_leave_the_grid(self, name, dashboard):
        taken = set()
        for panel in dashboard["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert at["x"] + at["w"] <= 24
            assert not cells & taken, panel["title"]
            taken |= cells

    def test_sources_are_provisioned(self, name, dashboard):
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                assert target["datasource"]["uid"] in UIDS

    def test_rates_use_the_interval_of_the_panel(self, name, dashboard):
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                for window in re.findall(r"\brate\([^()]*[\w}]\[([^\]]*)\]", target.get("expr", "")):
                    assert window in ("$__rate_interval", "$__range"), f"{panel['title']}: [{window}]"

    def test_durations_carry_exemplars(self, name, dashboard):
        for panel in dashboard["panels"]:
            if panel["type"] == "timeseries":
                for target in panel["targets"]:
                    if "histogram_quantile" in target.get("expr", ""):
                        assert target["exemplar"], panel["title"]


def test_selectors_are_found_in_a_query():
    text = 'sum by (job) (rate(a_total{x="{y}",z=~"b|c"}[5m])) / on (slo) d{e="f"} > 14.4 * 0.001 and up == 0 or vector(1)'
    assert queries.selectors(text) == ['a_total{x="{y}",z=~"b|c"}', 'd{e="f"}', "up"]


if __name__ == "__main__":
    pathlib.Path(__file__).with_name("every_kind.json").write_text(json.dumps(dashboard_json(every_kind()), indent=1) + "\n")
