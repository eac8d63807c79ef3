"""./market test: everything that can be tested, one closing line "N passed, M failed".

1. ctest: the C++ test programs (unit, storage, contract), built and run under AddressSanitizer and UBSan.
2. random: a sample of what `--long` goes through (tools/native/long_tests.py).
3. topology: every place that names a service names all of them, all services have one shape, and tools/new_service makes
   one more (`--long new-service` also builds and runs it: minutes); tests/models, what the system is held to, by itself; and
   tests/web, the sources of the pages.
4. observability: dashboards, rules, alerts, runbooks, compose files and what else is read by other programs.
5. helm: the chart, with helm and a Kubernetes schema where they can be had.
6. packages: the Debian packages, installed and run under a systemd of their own.
7. system, single: tests/system with pytest, once against each shape, each time on a marketplace of its own in a temporary
   directory; browser and clients: tests/browser, the pages in Chromium, then tests/clients, and tests/backup on what they
   leave, which takes it down and restores it.
8. replicas: those files of tests/system that replicas could break, on two of everything.
9. telemetry: tests/telemetry beside a whole pipeline.
10. edge: tests/edge, on a marketplace with the limits of nginx that it comes with; for the others they are lifted.

The programs are built before (./market test). Parts of different lanes run side by side: one compiles while another waits.
What a part says is shown when it ends.
A part that cannot run counts as a failure, and no test at all is one too: the line cannot be green on nothing.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import long_tests  # noqa: E402
import test_report  # noqa: E402
from deploy.lib import nginx, topology  # noqa: E402

PRESET = os.environ.get("MARKET_PRESET", "release")    # of the programs
TEST_PRESET = "asan"
PYTHON = "/usr/bin/python3"
TESTS = ROOT / "tests"
PORTS_OF_A_STACK = topology.read().size     # for each replica of it
REPLICAS = 2
LONG_MINUTES = 0.5
# Generators, compilers and a fuzzer: what they ask of their own marketplace waits for those that are asked with deadlines.
UNHURRIED = {TESTS / "browser", TESTS / "clients"}
FOR_REPLICAS = ("accounts", "api_keys", "caches", "contention", "first_order", "kill", "mail_faults", "payments", "people_faults", "replicas", "restart", "revocation",
                "sellers", "team", "zz_invariants")


# What computes takes what running marketplaces leave: their deadlines are seconds. Where the kernel shares the processor by
# session, the session is what has a weight.
BEHIND = ("sh", "-c", "echo 10 >/proc/self/autogroup 2>/dev/null; exec nice -n 19 \"$0\" \"$@\"")


class Part:
    """One part of a run: where its reports go, what it says, which words of the caller pytest gets."""

    ports = threading.Lock()
    children = set()
    stopped = threading.Event()

    def __init__(self, name, results, words, out):
        self.name, self.results, self.words, self.out = name, results, words, out
        # All tests of a part are one client to nginx, and only tests/edge is about how much of one there may be.
        # Tests count what an order asks of the databases: only tests/system/test_webhooks.py has the provider tell things by itself.
        self.limits = {"MARKET_WEBHOOK_URL": ""} | ({} if name == "edge" else nginx.without_limits())

    def call(self, command, although_stopped=False, **options):
        """The exit code; what the command says is the part's. It leads a session of its own, which stop() ends whole."""
        if Part.stopped.is_set() and not although_stopped:
            return 130
        with subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=self.out, start_new_session=True,
                              stderr=subprocess.STDOUT if self.out else None, **options) as child:
            Part.children.add(child)
            try:
                return child.wait()
            finally:
                Part.children.discard(child)

    @staticmethod
    def stop():
        """What runs is ended, what was started by it is taken down, nothing more begins."""
        Part.stopped.set()
        for child in list(Part.children):
            os.killpg(child.pid, signal.SIGTERM)

    def report(self, name):
        return self.results / "junit" / f"{name}.xml"

    def pytest(self, suites, report=None, **environment):
        """(passed, failed) of one pytest run; one that ends badly without saying why is a failure."""
        report = self.report(report or self.name)
        before = BEHIND if UNHURRIED.issuperset(suites) else ()
        code = self.call([*before, PYTHON, "-m", "pytest", *suites, "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *self.words],
                         env={**os.environ, **self.limits, "PYTHONDONTWRITEBYTECODE": "1", **environment}, cwd=ROOT)
        run, failed = test_report.count(report) if report.exists() else (0, 1)
        if code and not failed:
            failed = 1
        return max(run - failed, 0), failed

    def programs(self, preset, labels):
        """Counts the cases inside each test program; a test without a report of its own (a script, a crash) is one case."""
        summary, cases = self.report(f"ctest-{preset}"), self.results / "junit" / f"cases-{preset}"
        cases.mkdir()
        # GoogleTest names the file after the program when it is given a directory.
        code = self.call([*BEHIND, "ctest", "--test-dir", ROOT / "build" / preset, "--output-on-failure", "--output-junit", summary,
                          "-j", os.cpu_count(), "-L", f"^({'|'.join(labels)})$"],
                         env={**os.environ, **long_tests.SANITIZERS, "GTEST_OUTPUT": f"xml:{cases}/"})
        if not summary.exists():
            return 0, 1
        run, failed = test_report.count(summary)
        passed = run - failed
        for report in cases.glob("*.xml"):
            inner_run, inner_failed = test_report.count(report)
            # Its program counted as one case above.
            if inner_failed:
                failed += inner_failed - 1
                passed += inner_run - inner_failed
            elif inner_run:
                passed += inner_run - 1
        if code and not failed:
            failed = 1
        return passed, failed

    def market(self, *arguments, data):
        # The build is done, and demonstration data would only be in the way.
        return self.call([ROOT / "market", *arguments], although_stopped=arguments[0] == "down",
                         env={**os.environ, **self.limits, "MARKET_DATA": str(data), "MARKET_PRESET": PRESET, "MARKET_NO_BUILD": "1",
                              "MARKET_NO_SEED": "1"})

    def up(self, data, replicas, options):
        # Ports are free until they are taken: two stacks must not look for theirs at the same time.
        with Part.ports:
            return self.market("up", "--port", free_base_port(replicas), "--replicas", replicas, *options, data=data)

    def stack(self, *suites, shape="services", replicas=1, up=()):
        """(passed, failed) of each suite on one marketplace, one pytest run after the other: a suite may leave another
        marketplace behind than it found. They learn everything from `./market info --json` of MARKET_DATA."""
        # Short: the sockets of PostgreSQL are below it.
        data = pathlib.Path(tempfile.mkdtemp(prefix="market-test-", dir="/tmp"))
        data.chmod(0o755)
        passed = failed = 0
        try:
            if self.up(data, replicas, up):
                self.market("logs", "-n", "20", data=data)
                return 0, 1
            for number, files in enumerate(suites):
                more = self.pytest(files, f"{self.name}-{number}", MARKET_DATA=str(data), MARKET_PRESET=PRESET,
                                   MARKET_SHAPE=shape)
                passed, failed = passed + more[0], failed + more[1]
            if failed:
                self.market("status", data=data)
                kept = self.results / f"logs-{self.name}"
                if (data / "log").exists():
                    shutil.copytree(data / "log", kept)
                print(f"test: {self.name}: the logs of this run are kept in {kept}")
            return passed, failed
        finally:
            if self.market("down", "--erase", data=data):
                print(f"test: {self.name}: ./market down failed for {data}", file=sys.stderr)
            shutil.rmtree(data, ignore_errors=True)


def ctest(part):
    if part.call([*BEHIND, "sh", ROOT / "deploy/lib/build.sh", TEST_PRESET, "tests"]):
        return 0, 1
    passed, failed = part.programs(TEST_PRESET, ("unit", "storage", "contract"))
    more = part.programs(PRESET, ["programs"])
    return passed + more[0], failed + more[1]


def random_schedules(part):
    """A first batch of each program of random schedules; the system ones are part of the system suites. After ctest, which
    builds them."""
    samples = [name for name, test in long_tests.LONG.items() if isinstance(test, long_tests.Program)]
    failed = [name for name in samples
              if part.call([*BEHIND, PYTHON, ROOT / "tools/native/long_tests.py", "--long", name, "--minutes", LONG_MINUTES,
                            "--preset", TEST_PRESET, "--no-record"])]
    return len(samples) - len(failed), len(failed)


def clients(part):
    # Browsers see what people sell, before the fuzzer does; backup comes to what that has left. Words of the caller are about
    # tests/clients: a suite that they leave empty would fail.
    if part.words:
        return part.stack([TESTS / "clients"])
    return part.stack([TESTS / "browser"], [TESTS / "clients"], [TESTS / "backup"])


def replicas(part):
    return part.stack([TESTS / "system" / f"test_{one}.py" for one in FOR_REPLICAS], replicas=REPLICAS)


def telemetry_parts(part):
    """What tests/telemetry needs and Debian lacks. What this machine can't make is named, and its tests are skipped."""
    part.call(["sh", ROOT / "deploy/lib/setup.sh", "telemetry"])
    part.call([*BEHIND, "sh", ROOT / "tools/telemetry/build.sh"])


def telemetry(part):
    telemetry_parts(part)
    return part.stack([TESTS / "telemetry"], up=["--telemetry"])


def system(part, **stack):
    """What bears company runs in two processes, a file in one of them; then what hurts or counts the whole marketplace, alone."""
    every = TESTS / "system"
    if part.words:    # a half that they leave empty would fail
        return part.stack([every], **stack)
    return part.stack([every, "-m", "not alone", "-n", "2", "--dist", "loadfile"], [every, "-m", "alone"], **stack)


PARTS = {
    "ctest": ctest,
    "random": random_schedules,
    "topology": lambda part: part.pytest([TESTS / "topology", TESTS / "models", TESTS / "web"]),
    "observability": lambda part: part.pytest([TESTS / "observability", TESTS / "containers"]),
    "helm": lambda part: part.pytest([TESTS / "helm"]),
    "packages": lambda part: part.pytest([TESTS / "packages"]),
    "system": system,
    "browser": lambda part: part.stack([TESTS / "browser"]),    # the whole has it before clients
    "clients": clients,
    "backup": lambda part: part.stack([TESTS / "backup"]),    # the whole has it behind clients
    "single": lambda part: system(part, shape="single", up=["--single"]),
    "replicas": replicas,
    "telemetry": telemetry,
    "edge": lambda part: part.stack([TESTS / "edge"]),
}
# Side by side: what compiles and computes, what reads files and boots machines, what asks running marketplaces. The last lane is
# the longest and waits for half of its time, so whatever bears a slow machine is in the others; what measures is last. Two marketplaces
# under load at a time would keep each other from their deadlines: telemetry mostly waits for alerts, and clients are UNHURRIED.
LANES = (("ctest", "random"), ("packages", "topology", "observability", "helm", "telemetry", "clients"),
         ("system", "single", "replicas", "edge"))


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


class Whole:
    """A run of parts; counts what they say."""

    def __init__(self, results):
        self.results = results
        self.started = time.monotonic()
        self.passed = self.failed = 0
        self.failed_parts = []
        self.closing = threading.Lock()

    def run(self, name, words, out=None):
        began = time.monotonic()
        try:
            passed, failed = PARTS[name](Part(name, self.results, words, out))
        except Exception as reason:    # a part that breaks is a failure of the run, not its end
            print(f"test: {name}: {type(reason).__name__}: {reason}", file=out or sys.stdout)
            passed, failed = 0, 1
        with self.closing:
            if out:
                out.seek(0)
                shutil.copyfileobj(out, sys.stdout)
            self.passed += passed
            self.failed += failed
            if failed:
                self.failed_parts.append(name)
            now = time.monotonic()
            print(f"test: {name}: {passed} passed, {failed} failed, {now - began:.0f} s, at {now - self.started:.0f} s", flush=True)

    def lane(self, names):
        for name in names:
            if Part.stopped.is_set():
                return
            with (self.results / f"{name}.log").open("w+", errors="replace") as out:
                self.run(name, [], out)

    def all(self):
        with concurrent.futures.ThreadPoolExecutor() as lanes, (self.results / "telemetry-parts.log").open("w+") as out:
            lanes.submit(telemetry_parts, Part("telemetry-parts", self.results, [], out))
            running = [lanes.submit(self.lane, names) for names in LANES]
            try:
                for lane in running:
                    lane.result()
            except KeyboardInterrupt:
                Part.stop()
                raise

    def close(self):
        for line in test_report.slowest(ROOT / "build", (PRESET, TEST_PRESET), self.results / "junit"):
            print(f"test: {line}")
        logs = [(name, self.results / f"{name}.log") for name in self.failed_parts]
        for line in test_report.failures(self.results / "junit", logs):
            print(f"test: {line}")
        print(f"test: {time.monotonic() - self.started:.0f} s, reports in {self.results}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def main():
    parser = argparse.ArgumentParser(prog="./market test", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=PARTS, help="one part instead of all")
    options, words = parser.parse_known_args()
    if words and not options.only:
        parser.error(f"{' '.join(words)}: words for pytest go with --only PART")

    results = ROOT / "build" / "test-results"
    shutil.rmtree(results, ignore_errors=True)
    (results / "junit").mkdir(parents=True)
    whole = Whole(results)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if options.only:
            whole.run(options.only, words)
        else:
            whole.all()
    except KeyboardInterrupt:
        Part.stop()
        print("test: stopped", file=sys.stderr)
        return 130
    return whole.close()


sys.exit(main())
