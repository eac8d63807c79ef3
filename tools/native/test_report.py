"""What a test run left behind, read: counts of JUnit files, and what took longest."""

import xml.etree.ElementTree

SLOWEST = 10


def count(path):
    """(run, failed) of a JUnit file of GoogleTest or pytest; skipped cases are neither."""
    run = failed = 0
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is not None or case.get("status") == "notrun":
            continue
        run += 1
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
    return run, failed


def slowest(build, presets, reports):
    """The lines of a table: the ten steps of the builds and the ten test cases that took longest."""
    yield from table("slowest builds", builds(build, presets))
    yield from table("slowest tests", cases(reports))


def table(title, entries):
    longest = sorted(entries, reverse=True)[:SLOWEST]
    if longest:
        yield f"{title}, s"
    for seconds, name in longest:
        yield f"{seconds:8.1f}  {name}"


def builds(build, presets):
    """(seconds, what was made) of each step that ninja remembers."""
    for preset in presets:
        log = build / preset / ".ninja_log"
        for line in log.read_text().splitlines()[1:] if log.exists() else ():
            start, end, _, made, _ = line.split("\t")
            yield (int(end) - int(start)) / 1000, f"{preset}: {short(made)}"


def short(made):
    """"platform/rpc/CMakeFiles/market_rpc.dir/Unity/unity_0_cxx.cxx.o" -> "market_rpc (platform/rpc)"."""
    folder, inside, rest = made.partition("CMakeFiles/")
    return f"{rest.partition('.dir/')[0]} ({folder.rstrip('/') or '.'}) {rest.rpartition('/')[2]}" if inside else made


def cases(reports):
    """(seconds, name) of each test case; of a C++ program, its cases instead of the whole."""
    for path in reports.rglob("*.xml"):
        if path.name.startswith("ctest-"):
            continue
        for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
            yield float(case.get("time") or 0), f"{path.stem}: {case.get('classname')}.{case.get('name')}"
