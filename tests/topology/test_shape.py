"""All services have one shape: the same rooms, and one file name for one role. README of the rules: docs/architecture.md, "Rooms"."""

import re

import pytest
from conftest import ROOT

from deploy.lib import topology

SERVICES = topology.read().services
every_service = pytest.mark.parametrize("service", SERVICES)
ROOMS = {"api", "domain", "migrations", "storage", "testing"}
# Who has nothing that requests and workers both drive has no process; whose host runs all its loops, no workers.
OPTIONAL_ROOMS = {"process", "workers"}
AT_THE_ROOT = {"CMakeLists.txt", "README.md", "main.cpp", "metrics.hpp", "migrations.hpp", "service.cpp", "service.hpp"}
# Who tells nobody anything has no messages.
OPTIONAL_AT_THE_ROOT = {"metrics.cpp", "metrics_test.cpp", "messages.cpp", "messages.hpp", "messages_test.cpp"}

# A column read by its number.
BY_NUMBER = re.compile(r"\.(?:IsNull|Int|Real|Text|GetBool|GetBytes|GetUuid|GetTime|Get(?:Id)?<[^()]*>|Optional\w+(?:<[^()]*>)?|(?:Text|Int|Uuid)Array)\((?!\))")


def extra_rooms():
    """{room: why} of those that tools/layers.txt declares, each with its reason in the comment above."""
    text = (ROOT / "tools" / "layers.txt").read_text()
    declared = re.findall(r"((?:^#.*\n)*)^services/\*/(\w+) +:", text, re.MULTILINE)
    return {room: reason for reason, room in declared if room not in ROOMS | OPTIONAL_ROOMS}


def folder(service):
    return ROOT / "services" / service


@every_service
def test_rooms_are_the_same(service):
    rooms = {path.name for path in folder(service).iterdir() if path.is_dir()}
    assert ROOMS - rooms == set(), "missing"
    assert rooms - ROOMS - OPTIONAL_ROOMS - set(extra_rooms()) == set(), "declare it in tools/layers.txt, and say why"


def test_an_extra_room_has_its_reason_and_somebody_who_has_it():
    for room, reason in extra_rooms().items():
        assert len(reason.split()) > 3, f"tools/layers.txt does not say what services/*/{room} is for"
        assert list(ROOT.glob(f"services/*/{room}")), f"tools/layers.txt: no service has {room}"


@every_service
def test_files_at_the_root_are_the_same(service):
    files = {path.name for path in folder(service).iterdir() if path.is_file()}
    assert AT_THE_ROOT - files == set(), "missing"
    assert files - AT_THE_ROOT - OPTIONAL_AT_THE_ROOT == set(), "a file of no known role"


@every_service
def test_main_only_hosts(service):
    assert len((folder(service) / "main.cpp").read_text().splitlines()) <= 30


@every_service
def test_migrations_are_numbered_without_gaps(service):
    files = sorted(path.name for path in (folder(service) / "migrations").iterdir())
    for number, file in enumerate(files, 1):
        assert re.fullmatch(rf"{number:04}_[a-z_]+\.sql", file), file


@every_service
def test_the_operations_stand_in_one_class(service):
    header = (folder(service) / "api" / f"{service}_service.hpp").read_text()
    assert f"class {service.capitalize()}Service final : public api::{service.capitalize()}Api" in header


@every_service
def test_a_role_has_one_file_name(service):
    """Conversion to messages in api/convert, delivery of the outbox in workers/outbox_handlers, fakes and fixtures in testing."""
    for path in folder(service).rglob("*.hpp"):
        where, text = path.relative_to(folder(service)), path.read_text()
        if re.search(r"\bToProto\(", text):
            assert str(where) == "api/convert.hpp", where
        if re.search(r"\bHandleOutbox\(", text):
            assert str(where) == "workers/outbox_handlers.hpp", where
        if path.name == "outbox_handlers.hpp":
            assert "void HandleOutbox(outbox::Relay& relay, " in text, where
        if re.search(r"fake|fixture", path.name) or re.search(r"class (Fake\w+|\w+Fixture)", text):
            assert where.parts[0] == "testing", where


@every_service
def test_what_it_counts_is_named_in_one_file(service):
    for path in folder(service).rglob("*.[hc]pp"):
        if path.stem != "metrics" and not path.stem.endswith("_test"):
            assert not re.search(r"\bAdd(Counter|Gauge|Histogram)", path.read_text()), path


@every_service
def test_the_readme_names_its_peers_and_workers(service):
    rows = dict(re.findall(r"^\| (peers|workers) \| (.*) \|$", (folder(service) / "README.md").read_text(), re.MULTILINE))
    assert set(SERVICES[service].calls) - set(re.findall(r"[a-z]+", rows["peers"])) == set()
    assert set(SERVICES[service].workers) - set(re.findall(r"`([\w.]+)`", rows["workers"])) == set()


@every_service
def test_words_are_the_houses(service):
    """What a class is given are its Deps."""
    for path in folder(service).rglob("*.[hc]pp"):
        assert not re.search(r"\bstruct (Parts|Dependencies|Context)\b", path.read_text()), path


@every_service
def test_storage_reads_rows_through_a_list_of_columns(service):
    """A column has its name beside its member (platform/postgres/columns.hpp), never a number."""
    found = [f"{path.relative_to(ROOT)}:{number}"
             for path in sorted((folder(service) / "storage").rglob("*.[hc]pp")) if not path.name.endswith("_test.cpp")
             for number, line in enumerate(path.read_text().splitlines(), 1) if BY_NUMBER.search(line)]
    assert found == []
