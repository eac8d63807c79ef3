"""./market test: everything that can be tested, one closing line "N passed, M failed".

1. The C++ test programs (unit, storage, contract) through ctest, under AddressSanitizer and UBSan; then a sample of
   what `--long` goes through (tools/native/long_tests.py).
2. tests/topology with pytest: every place that names a service names all of them, all services have one shape, and
   tools/new_service makes one more (`--long new-service` also builds and runs it: minutes).
3. tests/observability and the static part of tests/containers with pytest: dashboards, rules, alerts, runbooks, compose
   files and what else is read by other programs.
4. tests/helm with pytest: the chart, with helm and a Kubernetes schema where they can be had.
5. tests/packages with pytest: the Debian packages, installed and run under a systemd of their own.
6. tests/system with pytest, once against each shape, each time on a marketplace of its own in a temporary directory;
   those of its files that replicas could break once more, on two of everything. tests/backup afterwards takes the
   marketplace of the shape services down and restores it.
7. tests/telemetry with pytest, beside a whole pipeline.

A part that cannot run counts as a failure, and no test at all is one too: the line cannot be green on nothing.
"""

import argparse
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import long_tests  # noqa: E402
from deploy.lib import topology  # noqa: E402

PRESET = os.environ.get("MARKET_PRESET", "release")    # of the programs
PYTHON = "/usr/bin/python3"
# Parts that need no marketplace: the folders below tests/ of each.
STATIC = {"topology": ("topology",), "observability": ("observability", "containers"), "helm": ("helm",), "packages": ("packages",)}
TEST_LABELS = ("unit", "storage", "contract")
PARTS = ("ctest", *STATIC, "system", "backup", "replicas", "telemetry")
PORTS_OF_A_STACK = topology.read().size     # for each replica of it
REPLICAS = 2
LONG_MINUTES = 0.5
FOR_REPLICAS = ("contention", "first_order", "kill", "payments", "replicas", "restart", "zz_invariants")


class Count:
    def __init__(self):
        self.passed = self.failed = 0
        self.started = time.monotonic()

    def add(self, passed, failed, part):
        self.passed += passed
        self.failed += failed
        print(f"test: {part}: {passed} passed, {failed} failed, at {time.monotonic() - self.started:.0f} s", flush=True)


def count_junit(path):
    """(run, failed) of a JUnit file of GoogleTest or pytest; skipped cases are neither."""
    run = failed = 0
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is not None or case.get("status") == "notrun":
            continue
        run += 1
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
    return run, failed


def run_ctest(preset, labels, reports):
    """Counts the cases inside each test program; a test without a report of its own (a script, a crash) is one case."""
    summary = reports / f"ctest-{preset}.xml"
    command = ["ctest", "--test-dir", ROOT / "build" / preset, "--output-on-failure", "--output-junit", summary, "-j",
               str(os.cpu_count())]
    if labels:
        command += ["-L", f"^({'|'.join(labels)})$"]
    cases = reports / f"cases-{preset}"
    cases.mkdir()
    # GoogleTest names the file after the program when it is given a directory.
    done = subprocess.run(list(map(str, command)), env={**os.environ, "GTEST_OUTPUT": f"xml:{cases}/"})
    if not summary.exists():
        return 0, 1
    run, failed = count_junit(summary)
    passed = run - failed
    for report in cases.glob("*.xml"):
        inner_run, inner_failed = count_junit(report)
        # Its program counted as one case above.
        if inner_failed:
            failed += inner_failed - 1
            passed += inner_run - inner_failed
        elif inner_run:
            passed += inner_run - 1
    if done.returncode and not failed:
        failed = 1
    return passed, failed


def run_long(preset):
    """A first batch of each program of random schedules; the system ones are part of the system suites."""
    passed = failed = 0
    for name, test in long_tests.LONG.items():
        if isinstance(test, long_tests.Program):
            done, broken = long_tests.run(name, LONG_MINUTES, preset, keep=False)
            passed, failed = passed + done, failed + broken
    return passed, failed


def free_base_port(replicas):
    """A public port such that the stack's whole block is free now, below the range that outgoing connections use."""
    for _ in range(200):
        base = random.randrange(10000, 30000, PORTS_OF_A_STACK)
        try:
            for port in range(base, base + PORTS_OF_A_STACK * replicas):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise SystemExit("test: no free block of ports")


def market(*arguments, data):
    # The build is done, and demonstration data would only be in the way.
    environment = {**os.environ, "MARKET_DATA": str(data), "MARKET_PRESET": PRESET, "MARKET_NO_BUILD": "1",
                   "MARKET_NO_SEED": "1"}
    return subprocess.run([str(ROOT / "market"), *arguments], env=environment, stdin=subprocess.DEVNULL).returncode


def run_pytest(suites, report, extra, **environment):
    """(passed, failed) of one pytest run; one that ends badly without saying why is a failure."""
    command = [PYTHON, "-m", "pytest", *map(str, suites), "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *extra]
    done = subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}, cwd=ROOT,
                          stdin=subprocess.DEVNULL)
    run, failed = count_junit(report) if report.exists() else (0, 1)
    if done.returncode and not failed:
        failed = 1
    return max(run - failed, 0), failed


def run_telemetry(reports, extra):
    """tests/telemetry beside a whole pipeline. What this machine can't run is named, and its tests are skipped."""
    subprocess.run(["sh", str(ROOT / "deploy/lib/setup.sh"), "telemetry"], check=True)
    subprocess.run(["sh", str(ROOT / "tools/telemetry/build.sh")])
    return run_system("services", [[ROOT / "tests" / "telemetry"]], reports, extra, name="telemetry", up=["--telemetry"])


def run_system(shape, suites, reports, extra, name=None, replicas=1, up=()):
    """(passed, failed) of each suite on one marketplace, one pytest run after the other: a suite may leave another marketplace
    behind than it found. They learn everything from `./market info --json` of MARKET_DATA."""
    name = name or f"system-{shape}"
    # Short: the sockets of PostgreSQL are below it.
    data = pathlib.Path(tempfile.mkdtemp(prefix="market-test-", dir="/tmp"))
    data.chmod(0o755)
    passed = failed = 0
    try:
        options = ["--port", str(free_base_port(replicas)), "--replicas", str(replicas),
                   *(["--single"] if shape == "single" else []), *up]
        if market("up", *options, data=data):
            market("logs", "-n", "20", data=data)
            return 0, 1
        for number, files in enumerate(suites):
            more = run_pytest(files, reports / f"{name}-{number}.xml", extra, MARKET_DATA=str(data), MARKET_PRESET=PRESET,
                              MARKET_SHAPE=shape)
            passed, failed = passed + more[0], failed + more[1]
        if failed:
            market("status", data=data)
            kept = reports.parent / f"logs-{name}"
            shutil.rmtree(kept, ignore_errors=True)
            if (data / "log").exists():
                shutil.copytree(data / "log", kept)
            print(f"test: the logs of this run are kept in {kept}")
        return passed, failed
    finally:
        if market("down", "--erase", data=data):
            print(f"test: ./market down failed for {data}", file=sys.stderr)
        shutil.rmtree(data, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(prog="./market test", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=PARTS, help="one part instead of all")
    parser.add_argument("--shape", choices=("services", "single"), help="system tests in one shape only")
    parser.add_argument("--labels", help="ctest labels, separated by commas (unit,storage,contract)")
    parser.add_argument("--preset", default="asan", help="whose C++ test programs to run")
    options, extra = parser.parse_known_args()

    started = time.monotonic()
    results = ROOT / "build" / "test-results"
    shutil.rmtree(results, ignore_errors=True)
    reports = results / "junit"
    reports.mkdir(parents=True)
    count = Count()
    if options.only in (None, "ctest"):
        labels = options.labels.split(",") if options.labels else []
        os.environ.update(long_tests.SANITIZERS)
        count.add(*run_ctest(options.preset, labels or TEST_LABELS, reports), "C++")
        if not labels:
            count.add(*run_ctest(PRESET, ["programs"], reports), "programs")
            count.add(*run_long(options.preset), "random schedules")
    # Words for pytest are meant for the system tests, unless a part is asked for by name.
    words = extra if options.only else []
    for part, folders in STATIC.items():
        if options.only in (None, part):
            suites = [ROOT / "tests" / folder for folder in folders]
            count.add(*run_pytest(suites, reports / f"{part}.xml", words), part)
    suite, backup = ROOT / "tests" / "system", ROOT / "tests" / "backup"
    if options.only in (None, "system"):
        for shape in (options.shape,) if options.shape else ("services", "single"):
            # Each word of the caller is about tests/system: a suite that it leaves empty would fail.
            suites = [[suite], [backup]] if shape == "services" and not extra else [[suite]]
            count.add(*run_system(shape, suites, reports, extra), f"system, {shape}")
    if options.only == "backup":
        count.add(*run_system(options.shape or "services", [[backup]], reports, words, name="backup"), "backup")
    if options.only in (None, "replicas"):
        suites = [[suite / f"test_{one}.py" for one in FOR_REPLICAS]]
        shape = options.shape or "services"
        count.add(*run_system(shape, suites, reports, words, name="replicas", replicas=REPLICAS),
                  f"system, {REPLICAS} replicas")
    if options.only in (None, "telemetry"):
        count.add(*run_telemetry(reports, words), "telemetry")
    return closing_line(count, started, reports)


def closing_line(count, started, reports):
    print(f"test: {time.monotonic() - started:.0f} s, reports in {reports}")
    print(f"{count.passed} passed, {count.failed} failed", flush=True)
    return 1 if count.failed or not count.passed else 0


sys.exit(main())
