"""What a test run left behind, read: counts of JUnit files, what failed and what it said, and what took longest."""

import re
import xml.etree.ElementTree

SLOWEST = 10
FAILURES_LINES = 60    # in all: a log of CI may be cut in the middle, so the end of it says what matters
FAILURE_LINES = 15
LINE_WIDTH = 240
# Where the output of a program begins to be about its failure.
COMPLAINT = re.compile(r"Failure$|\[  FAILED  \]|ERROR: |runtime error: |^Traceback|terminate called|CMake Error|^FAILED: |\berror: ", re.MULTILINE)


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


def failures(reports, logs=()):
    """The lines that name each failed case below `reports` and begin to tell why; of `logs`, (part, its log) of parts that failed
    without a case that did, what they complained about. A fixture that fails fails many cases, and is told once."""
    found = {}
    for name, why in failed_cases(reports):
        found.setdefault(tuple(why), []).append(name)
    told = {name.partition(":")[0] for names in found.values() for name in names}
    for part, log in logs:
        if log.exists() and not any(of_part(report, part) for report in told):
            found.setdefault(tuple(complaint(log.read_text(errors="replace"))), []).append(f"{part}: no case of it")
    share = min(FAILURE_LINES, max(FAILURES_LINES // max(len(found), 1) - 1, 0))
    for why, (name, *more) in list(found.items())[:FAILURES_LINES]:
        yield f"failed: {name}{f' and {len(more)} more, for the same reason' if more else ''}"[:LINE_WIDTH]
        yield from (f"  {line}"[:LINE_WIDTH] for line in why[:share])
    if len(found) > FAILURES_LINES:
        yield f"... and {len(found) - FAILURES_LINES} more"


def of_part(report, part):
    """Whether the part of a run has written that report: one of its own, or of the test programs."""
    return report.partition("-")[0] == part or part == "ctest" and report.startswith("cases-")


def failed_cases(reports):
    """("report: name", lines of its failure) of each failed case. A test program has said for itself which of its cases failed, or
    it has crashed, is a script, or its sanitizer complained."""
    programs = set()
    for path in sorted(reports.rglob("*.xml")):    # cases-* come before ctest-*
        summary = path.name.startswith("ctest-")
        report = str(path.relative_to(reports).with_suffix(""))
        for case in readable(path):
            reason = next((case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None), None)
            if reason is None or summary and case.get("name") in programs:
                continue
            if path.parent != reports:
                programs.add(path.stem.removeprefix("market_").removesuffix("_test"))
            name = case.get("name") if summary else f"{case.get('classname')}.{case.get('name')}"
            yield f"{report}: {name}", complaint(case.findtext("system-out") or "") if summary else reasons(case, reason)


def readable(path):
    """Its cases; none of one that was cut off, as count() has said by then: the closing line must come."""
    try:
        return list(xml.etree.ElementTree.parse(path).getroot().iter("testcase"))
    except xml.etree.ElementTree.ParseError:
        return []


def reasons(case, reason):
    """What a case says of itself; pytest says last where it was."""
    text = "\n".join(each.get("message") or "" for each in case if each.tag == reason.tag).strip().splitlines()
    where = (reason.text or "").strip().splitlines()[-1:]
    return where + text if where and where[0] not in text else text


def complaint(output):
    """From the line where a program's output begins to complain, else its end."""
    begins = COMPLAINT.search(output)
    return (output[output.rfind("\n", 0, begins.start()) + 1:].splitlines() if begins else
            output.rstrip().splitlines()[-FAILURE_LINES:])


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
        for case in readable(path):
            yield float(case.get("time") or 0), f"{path.stem}: {case.get('classname')}.{case.get('name')}"
