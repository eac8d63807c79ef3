#!/usr/bin/python3
"""Holds every #include "…" line of the tree, and every import of the pages, to tools/layers.txt, and third-party headers to the rooms that own them.

Prints one line per offence and exits 1, or prints the number of files read and exits 0. A permission that no include
needs is an offence too: the list says what is so, not what might be. Tests and what lies in a folder `testing` may
include more: test code is not held to the layers, except that no service may see another's C++, and no program may
see test code.
"""
import fnmatch
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOPS = ("platform", "peers", "services", "gateway", "sandbox", "apps", "tools", "bench", "tests")
OURS = re.compile(r'^\s*#include "([^"]+)"')
FOREIGN = re.compile(r"^\s*#include <([^>]+)>")

PAGES_IMPORT = re.compile(r"""(?:from |import |import\()["'](\.[^"']+)["']""")

# Third-party headers that stay inside one room's .cpp files: everything else sees our own types.
PRIVATE = {
    "nghttp2/": ("platform/grpc",),
    "re2/": ("platform/rules", "services/user/domain", "tools/protoc-gen-market"),
    "libpq-fe.h": ("platform/postgres", "platform/testing"),
    "unicode/": ("platform/unicode",),
    "hiredis/": ("platform/redis",),
    "roaring/": ("services/product/index",),
    "vips/": ("platform/pictures",),
    "glib": ("platform/pictures",),
    "librdkafka/": ("platform/kafka",),
    "curl/": ("platform/mail", "platform/pictures"),
    "boost/beast": ("platform/http",),
    "argon2.h": ("services/auth",),
    "zxcvbn.h": ("services/auth/credentials",),
    "openssl/": ("platform/crypto", "platform/grpc/transport", "platform/http", "services/auth/credentials"),
    "openssl/ssl.h": ("platform/grpc",),
}

# A clock of the database that nobody can set: SQL takes the time through market_now() alone (architecture 11).
BARE_CLOCK = re.compile(r"(?<![\w:.>])(?:now|NOW|\w+_timestamp)\(\)|\b(?:current_|CURRENT_|local|LOCAL)(?:timestamp|TIMESTAMP|date|DATE)\b")
CLOCK_MADE_IN = "platform/postgres/migrate.cpp"

# Time and chance that a simulator can't set (architecture 11): programs take them from platform/core (clock, random, id).
BARE_WORLD = re.compile(r"\bsystem_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\(|\brandom_device\b|\bmt19937|\bminstd_rand\b"
                        r"|\bRAND_bytes\b|\bgetrandom\b|\barc4random|\bs?rand\(|\bgen_random_uuid\(|(?<![\w.])random\(\)")
WORLD_TOPS = ("platform", "peers", "services", "gateway", "sandbox", "apps")
WORLD_TAKEN_IN = {
    "platform/core/clock.cpp": "the clock",
    "platform/crypto/random.cpp": "secrets, and the seed of all other chance: no simulator may know them",
    "platform/events/migrations/0001_events.sql": "tells two logs apart, of which one may be the other's copy",
    "platform/telemetry/log.cpp": "a line says when it was written, for people and for the order of lines, to the nanosecond",
}


def read_rules():
    rules = []
    for line in (ROOT / "tools/layers.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            room, _, allowed = line.partition(":")
            rules.append((room.strip(), allowed.split()))
    return rules


def room_of(path):
    """platform/grpc/x.hpp -> platform/grpc; services/order/api/x.cpp -> services/order/api; services/order/x -> services/order."""
    return str(pathlib.PurePosixPath(path).parent)


def rule_for(room, rules):
    exact = [allowed for pattern, allowed in rules if pattern == room]
    if exact:
        return exact[0]
    for pattern, allowed in rules:
        if fnmatch.fnmatchcase(room, pattern) and pattern.count("/") == room.count("/"):
            return allowed
    return None


def grants(entry, room, target):
    """Whether this permission of `room` is one to include `target`."""
    own = "/".join(room.split("/")[:2]) if room.startswith("services/") else None
    target_room = room_of(target)
    if entry.startswith("contract:"):
        if target.startswith(("marketplace/type/", "google/")):
            return True
        if not target.startswith(("marketplace/", "grpc/")):
            return False
        name = room.split("/")[1] if entry == "contract:own" else entry.removeprefix("contract:")
        return fnmatch.fnmatchcase(target.split("/")[1], name)
    if entry.startswith("own:"):
        name = f"{own}/{entry.removeprefix('own:')}"
        # A file at the root is named by itself: own:metrics is services/order/metrics.hpp.
        return own is not None and (fnmatch.fnmatchcase(target_room, name) or target == name + ".hpp"
                                    or (entry == "own:*" and target_room == own))
    return fnmatch.fnmatchcase(target_room, entry) or target_room == entry.removesuffix("/*")


def is_allowed(room, target, allowed, used):
    if room_of(target) == room or target.startswith("migrations/"):
        return True
    granting = [entry for entry in allowed if grants(entry, room, target)]
    used.update((id(allowed), entry) for entry in granting)
    return bool(granting)


def is_test(path):
    return path.name.endswith("_test.cpp") or "testing" in path.parts or path.parts[0] == "tests"


def offences_in(path, rules, used):
    relative = path.relative_to(ROOT)
    if "testing" in relative.parts and relative.parts[:2] != ("platform", "testing"):
        room = str(relative.parent.parent)
    else:
        room = str(relative.parent)
    allowed = rule_for(room, rules)
    if allowed is None:
        yield f"{relative}: no rule for room '{room}' in tools/layers.txt"
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := OURS.match(line):
            target = match.group(1)
            other_service = (target.startswith("services/") and room.startswith("services/")
                             and target.split("/")[1] != room.split("/")[1])
            if other_service:
                yield f"{relative}:{number}: {room} includes another service's {target}"
            elif not is_test(relative) and "/testing/" in target:
                yield f"{relative}:{number}: {target} is test code"
            elif not is_test(relative) and "/" in target and not is_allowed(room, target, allowed, used):
                yield f"{relative}:{number}: {room} must not include {target}"
        elif match := FOREIGN.match(line):
            for prefix, rooms in PRIVATE.items():
                if match.group(1).startswith(prefix) and not is_test(relative):
                    if not any(room == r or room.startswith(r + "/") for r in rooms):
                        yield f"{relative}:{number}: <{match.group(1)}> belongs to {', '.join(rooms)}"


def imports_in(path, rules, used):
    """Of the pages: a room is a folder of web/src, whatever is below it."""
    relative = path.relative_to(ROOT)
    room = "/".join(relative.parts[:3])
    allowed = rule_for(room, rules)
    if allowed is None:
        yield f"{relative}: no rule for room '{room}' in tools/layers.txt"
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for target in PAGES_IMPORT.findall(line):
            reached = pathlib.PurePosixPath(os.path.normpath(relative.parent / target))
            other = "/".join(reached.parts[:3])
            if other == room or not other.startswith("web/src/"):
                continue
            if other in allowed:
                used.add((id(allowed), other))
            elif not path.name.endswith("_test.ts"):
                yield f"{relative}:{number}: {room} must not import {target}"


def clocks_in(path):
    relative = path.relative_to(ROOT)
    if str(relative) == CLOCK_MADE_IN or is_test(relative):
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if BARE_CLOCK.search(line):
            yield f"{relative}:{number}: SQL takes the time from market_now()"


def worlds_in(path):
    relative = path.relative_to(ROOT)
    if relative.parts[0] not in WORLD_TOPS or str(relative) in WORLD_TAKEN_IN or is_test(relative):
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if BARE_WORLD.search(line):
            yield f"{relative}:{number}: time and chance come from platform/core"


def main():
    rules = read_rules()
    files = [path for top in TOPS for suffix in ("*.hpp", "*.cpp") for path in sorted((ROOT / top).rglob(suffix))]
    used = set()
    offences = [offence for path in files for offence in offences_in(path, rules, used)]
    pages = [path for suffix in ("*.ts", "*.tsx") for path in sorted((ROOT / "web/src").rglob(suffix))]
    offences += [offence for path in pages for offence in imports_in(path, rules, used)]
    scripts = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.sql"))]
    offences += [offence for path in files + scripts for offence in clocks_in(path)]
    offences += [offence for path in files + scripts for offence in worlds_in(path)]
    offences += [f"tools/check_layers.py: {name} may take its own time or chance, but does not"
                 for name in WORLD_TAKEN_IN if not BARE_WORLD.search((ROOT / name).read_text())]
    offences += [f"tools/layers.txt: {room} may include {entry}, but does not"
                 for room, allowed in rules for entry in allowed if (id(allowed), entry) not in used]
    for offence in offences:
        print(offence)
    print(f"{len(files) + len(pages)} files, {len(offences)} offences")
    return 1 if offences or not files else 0


if __name__ == "__main__":
    sys.exit(main())
