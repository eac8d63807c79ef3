"""docs/runbooks: one page for each alert, and what a page tells somebody to type exists."""

import re
import subprocess

import pytest

import queries
from deploy.lib import topology

TOPOLOGY = topology.read()

PAGES = {path.stem: path.read_text() for path in sorted((queries.ROOT / "docs" / "runbooks").glob("*.md"))}
SECTIONS = ["First look", "Likely causes", "Mend", "Escalate"]
# Made by ./market up; what is below is checked against what it makes.
RUN = re.compile(r"run(/(sockets/redis/redis\.sock|etc/\w+\.conf|secrets/\w+\.auditor\.conninfo|log|\*))?")


def test_each_alert_has_its_page_and_each_page_its_alert():
    assert set(PAGES) == {alert["alert"] for alert in queries.alerts()}


def commands(text):
    block = re.search(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[1]
    return block.splitlines() + re.findall(r"`([^`\n]+)`", text.replace(block, ""))


def market_commands():
    usage = subprocess.run([queries.ROOT / "market", "help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z]+) ", usage, re.MULTILINE))


def market_names():
    """What `./market logs` and `restart` may be told."""
    return {*TOPOLOGY.programs, "postgres", "redis", "nginx", "watchdog"}


def programs():
    made = "".join(path.read_text() for path in queries.ROOT.glob("*/**/CMakeLists.txt") if "build" not in path.parts)
    return set(re.findall(r"(?:market_program|add_executable)\((\w+)", made))


def metrics_ports():
    return {TOPOLOGY.public + distance for name, distance in TOPOLOGY.distances().items() if name.endswith(("_METRICS", "_STATUS"))}


@pytest.mark.parametrize("name, text", PAGES.items(), ids=PAGES.keys())
class TestPage:
    def test_is_short_and_has_its_sections(self, name, text):
        assert text.startswith(f"# {name}\n")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
        assert len(text.splitlines()) < 50

    def test_market_commands_exist(self, name, text):
        for command in commands(text):
            for word, rest in re.findall(r"\./market (\w+)([^|`]*)", command):
                assert word in market_commands(), command
                if word in ("logs", "restart"):
                    named = set(re.sub(r"-n \d+|-f", "", rest.split("(")[0]).split())
                    assert named <= market_names(), command

    def test_paths_exist(self, name, text):
        for command in commands(text):
            for path in re.findall(r"(?<![\w/.])(?:deploy|docs|tools|tests|platform|services|build|run)/[\w./*-]*\w", command):
                if path.startswith("run/"):
                    assert RUN.fullmatch(path), path
                elif path.startswith("build/"):
                    assert re.fullmatch(r"build/\w+/bin/(\w+)", path)[1] in programs(), path
                else:
                    assert list(queries.ROOT.glob(path)), path

    def test_addresses_are_those_of_the_default_stack(self, name, text):
        for port in re.findall(r"127\.0\.0\.1:(\d+)", text):
            assert int(port) in metrics_ports(), port

    def test_links_lead_somewhere(self, name, text):
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert (queries.ROOT / "docs" / "runbooks" / target).exists(), target
