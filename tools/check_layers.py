#!/usr/bin/python3
"""Holds every #include "…" line of the tree to tools/layers.txt, and third-party headers to the rooms that own them.

Prints one line per offence and exits 1, or prints the number of files read and exits 0. Tests and what lies in a
folder `testing` may include more: test code is not held to the layers, except that no service may see another's C++.
"""
import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOPS = ("platform", "services", "gateway", "sandbox", "apps", "tools", "bench", "tests")
OURS = re.compile(r'^\s*#include "([^"]+)"')
FOREIGN = re.compile(r"^\s*#include <([^>]+)>")

# Third-party headers that stay inside one room's .cpp files: everything else sees our own types.
PRIVATE = {
    "nghttp2/": ("platform/grpc",),
    "libpq-fe.h": ("platform/postgres", "platform/testing"),
    "hiredis/": ("platform/redis",),
    "librdkafka/": ("platform/kafka",),
    "boost/beast": ("platform/http",),
    "argon2.h": ("services/auth",),
    "openssl/ssl.h": ("platform/grpc",),
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


def is_allowed(room, target, allowed):
    target_room = room_of(target)
    if target_room == room:
        return True
    if target.startswith("marketplace/") or target.startswith("google/") or target.startswith("grpc/"):
        wanted = "contract:" + target.split("/")[1]
        if target.startswith("marketplace/type/") or target.startswith("google/"):
            return any(entry.startswith("contract:") for entry in allowed)
        own = "contract:" + room.split("/")[1] if room.startswith("services/") else None
        return any(wanted == own if entry == "contract:own" else fnmatch.fnmatchcase(wanted, entry)
                   for entry in allowed if entry.startswith("contract:"))
    if target.startswith("migrations/"):
        return True
    own = "/".join(room.split("/")[:2]) if room.startswith("services/") else None
    for entry in allowed:
        if entry.startswith("own:"):
            pattern = f"{own}/{entry[4:]}"
            if own and (fnmatch.fnmatchcase(target_room, pattern) or (entry == "own:*" and target_room == own)):
                return True
        elif fnmatch.fnmatchcase(target_room, entry) or target_room == entry.removesuffix("/*"):
            return True
    return False


def is_test(path):
    return path.name.endswith(("_test.cpp", "_fixture.hpp", "_fixture.cpp")) or "fake" in path.name or "testing" in path.parts or path.parts[0] == "tests"


def offences_in(path, rules):
    relative = path.relative_to(ROOT)
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
            elif not is_test(relative) and "/" in target and not is_allowed(room, target, allowed):
                yield f"{relative}:{number}: {room} must not include {target}"
        elif match := FOREIGN.match(line):
            for prefix, rooms in PRIVATE.items():
                if match.group(1).startswith(prefix) and not is_test(relative):
                    if not any(room == r or room.startswith(r + "/") for r in rooms):
                        yield f"{relative}:{number}: <{match.group(1)}> belongs to {', '.join(rooms)}"


def main():
    rules = read_rules()
    files = [path for top in TOPS for suffix in ("*.hpp", "*.cpp") for path in sorted((ROOT / top).rglob(suffix))]
    offences = [offence for path in files for offence in offences_in(path, rules)]
    for offence in offences:
        print(offence)
    print(f"{len(files)} files, {len(offences)} offences")
    return 1 if offences or not files else 0


if __name__ == "__main__":
    sys.exit(main())
