"""What is compiled: lists are made; programs are wired by hand and held to name their services, peers and workers."""

import re

from deploy.lib.topology import ROOT
from places import Held, whole


def listed(names):
    """The pattern of {"a", "b"} in C++, whatever the breaks between."""
    return r"\{\s*" + r",\s*".join(f'"{name}"' for name in names) + r",?\s*\}"


def include(path):
    return rf'^#include "{re.escape(path)}"$'


def among(name):
    """The pattern of a list that has "name"."""
    return rf'\{{[^{{}}]*"{name}"[^{{}}]*\}}'


def tables(name):
    """Where all services are put together."""
    kind = name.capitalize()
    yield Held("gateway/main.cpp", f"the service {name}", (
        include(f"marketplace/{name}/v1/{name}.market.hpp"), among(name), rf"&api::{kind}Methods\(\)"))
    yield Held("apps/single/main.cpp", f"the service {name}", (
        include(f"services/{name}/service.hpp"), rf"\.databases = {among(name)}",
        rf"^  const {name}::Settings {name}_settings\(host\.Config\(\)\);$", rf"^  {name}::Service {name}\(host, {name}_settings",
        rf"^  host\.Add\({name}\);$"))
    yield Held("tools/marketctl/migrations.cpp", f"the database {name}", (
        include(f"services/{name}/migrations.hpp"), rf'DatabaseMigrations\{{"{name}", {name}::kMigrations\}}'))
    yield Held("tools/check_invariants/main.cpp", f"the database {name}", (rf"kServices = {among(name)}",))


VERBS = {"relay": "RunRelay", "outbox": "RunRelay", "keys": "SweepAnswers", "events": "OpenLog", "seal": "RunSealer",
         # Acts on record are told to who keeps the list of all.
         **dict.fromkeys(("auth", "auth.relay", "auth.outbox"), r"ActsSubscription\(host_?\.RelayOptions")}


def place_of_worker(service, worker):
    """Where it is named: what every service may have in service.cpp, by the host's verb; its own in a file of
    workers/, or of process/ where requests ask what it keeps."""
    room = f"services/{service}"
    if verb := VERBS.get(worker):
        return f"{room}/service.cpp", f"the worker {worker}", (rf'{verb}\("{service}"',)
    if worker == "uploads":  # platform/uploads, of the services that take files
        return f"{room}/service.cpp", "the worker uploads", (rf'uploads_\(database_, \{{\.name = "{service}"',)
    named = f'"{service}.{worker}"'
    files = [path for pattern in ("workers/*.cpp", "process/*.cpp", "service.cpp") for path in sorted((ROOT / room).glob(pattern))
             if named in path.read_text()]
    # A subscription has three: one that hands on, and those of its relay. They are called after who is told.
    told = f"{room}/workers/subscribers.cpp"
    if not files and (ROOT / told).is_file():
        return told, f"the worker {worker}", (rf'^constexpr std::string_view k\w+ = "{worker.partition(".")[0]}";$',)
    file = str(files[0].relative_to(ROOT)) if files else f"{room}/service.cpp"
    return file, f"the worker {worker}", (re.escape(named),)


def main_of(one):
    """services/<svc>/main.cpp: its database and peers, and the rest of what makes it a service of the house."""
    room = f"services/{one.name}"
    peers = r"\{\}" if not one.calls else listed(one.calls)
    yield Held(f"{room}/main.cpp", "name, database and peers", (
        rf'\.name = "{one.name}",\s*\.databases = {listed(one.databases)},\s*\.peers = {peers}',))
    yield Held(f"{room}/CMakeLists.txt", "migrations and program", (
        rf"^market_migrations\({one.name} migrations\)$", rf"^market_program\({one.name} "))
    for worker in one.workers:
        yield Held(*place_of_worker(one.name, worker))
    yield Held(f"proto/marketplace/{one.name}/v1/{one.name}.proto", "the service", (rf"^service {one.name.capitalize()}Service \{{$",))
    yield Held(f"{room}/README.md", "its page", (rf"^# {one.name}\b",))


def places(topology):
    services = topology.services
    words = " ".join(services)
    yield whole("cmake/topology.cmake", f"# Written by ./market docs from deploy/topology.yaml.\nset(MARKET_SERVICES {words})\n")
    for one in services.values():
        yield from tables(one.name)
        yield from main_of(one)
