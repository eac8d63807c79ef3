"""deploy/topology.yaml is sound, every place says what it says, and a service that is missing somewhere is told with the place."""

import re
import subprocess

import pytest
from conftest import ROOT

import everywhere
import places
from deploy.lib import topology
from deploy.lib.failure import Failure

TEXT = (ROOT / topology.FILE).read_text()
TOPOLOGY = topology.Topology(TEXT)
PLACES = everywhere.places(TOPOLOGY)
every_service = pytest.mark.parametrize("service", TOPOLOGY.services)


def without(text, start, end):
    return text[:start] + text[end:]


def lines_of(text, start, end):
    """(start, end) of each line that the span touches."""
    start = text.rfind("\n", 0, start) + 1
    while start < end:
        stop = text.find("\n", start) + 1 or len(text)
        yield start, stop
        start = stop


def test_every_place_says_what_the_topology_says():
    assert places.problems(ROOT, PLACES) == []


@every_service
def test_a_line_less_in_any_place_names_the_file(service, tmp_path):
    names = re.compile(rf"\b{service}\b|(?<![A-Za-z]){service}(?![a-z])", re.IGNORECASE)
    removed = 0
    for place in PLACES:
        text = (ROOT / place.file).read_text()
        if isinstance(place, places.Made):
            spans = [re.search(place.pattern, text).span(1)]
        elif re.search(rf"\b{service}\b", place.file + place.what):
            spans = [re.search(pattern, text, re.MULTILINE).span() for pattern in place.patterns]
        else:
            continue
        copy = tmp_path / place.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        for span in spans:
            for start, end in lines_of(text, *span):
                if not names.search(text[start:end]):  # a line of a list that names others
                    continue
                copy.write_text(without(text, start, end))
                told = places.problems(tmp_path, [place])
                assert told and told[0].startswith(place.file), (place.file, text[start:end])
                removed += 1
        copy.write_text(text)
    assert removed > 40


@every_service
def test_a_line_less_in_the_topology_is_told(service):
    entry = re.search(rf"^  {service}:\n(?:    .*\n)+", TEXT, re.MULTILINE)
    for start, end in lines_of(TEXT, *entry.span()):
        try:
            told = places.problems(ROOT, everywhere.places(topology.Topology(without(TEXT, start, end))))
        except Failure as failure:
            told = [str(failure)]
        assert told, TEXT[start:end]


@pytest.mark.parametrize("before, after, told", [
    ("metrics: 12", "metrics: 13", "AUTH_METRICS"), ("metrics: 12", "metrics: 60", "AUTH_METRICS"), ("grpc: 2", "grcp: 2", "auth.ports"),
    ("calls: [auth, user, product, order]", "calls: [auth, users, product, order]", "users"), ("uses: [redis, pictures]", "uses: [redos, pictures]", "redos"), ("memory: 768M", "memo: 768M", "memo"),
    ("  user:\n", "  auth:\n", "'auth' stands twice"), ("size: 60", "size: 20", "outside of the block of 20"),
    ("size: 60", "sizes: 60", "sizes")])
def test_what_is_wrong_is_named(before, after, told):
    assert TEXT.count(before) == 1
    with pytest.raises(Failure, match=told):
        topology.Topology(TEXT.replace(before, after))


@every_service
def test_no_worker_is_unknown(service):
    room = ROOT / "services" / service
    text = "".join(path.read_text() for path in [room / "service.cpp", *sorted((room / "workers").glob("*.cpp"))])
    assert set(re.findall(rf'\.name = "{service}\.(\w+)"', text)) <= set(TOPOLOGY.services[service].workers)


def test_nothing_is_there_for_a_service_that_is_not():
    services, parts = set(TOPOLOGY.services), {*TOPOLOGY.services, "gateway", "sandbox", "single"}
    assert {path.parent.name for path in ROOT.glob("services/*/service.hpp")} == services
    assert {path.parent.name for path in ROOT.glob("services/*/main.cpp")} == services
    assert {path.stem for path in (ROOT / "deploy/debian/config").glob("*.conf")} == parts | {"marketctl"}
    assert {path.stem.removeprefix("marketplace-") for path in (ROOT / "deploy/debian/units").glob("*.service")} == parts | {"migrate@"}


def test_packages_show_the_defaults():
    """What is commented out in deploy/debian/config is what holds without it."""
    defaults = dict(re.findall(r"^\| `([\w.]+)` \| `([^`]+)` \|", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE))
    shown = [(path.name, key, value, defaults[key]) for path in (ROOT / "deploy/debian/config").glob("*.conf")
             for key, value in re.findall(r"^# ([a-z]\w*\.[\w.]+) = (.*)$", path.read_text(), re.MULTILINE) if key in defaults]
    assert len(shown) > 20
    assert [one for one in shown if one[2] != one[3]] == []


def test_deploy_stands_by_itself():
    """What it shares with the native launcher is in deploy/lib; an image has no tools/native."""
    for path in (ROOT / "Dockerfile", ROOT / "compose.yaml", *(ROOT / "deploy").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            assert "tools/native" not in path.read_text(errors="replace"), path


def test_no_other_file_lists_the_services():
    """A line that names them all is a list of its own, which nobody would think of for the next one."""
    tracked = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, text=True)
    known = {place.file for place in PLACES} | {topology.FILE}
    for name in tracked.stdout.split("\0"):
        path = ROOT / name
        if name in known or name.startswith("docs/") or path.suffix in (".md", ".json") or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            listed = all(re.search(rf"\b{service}\b", line) for service in TOPOLOGY.services)
            assert not listed, f"{name}:{number} lists the services, and {topology.FILE} does not write it"
