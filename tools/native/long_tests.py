"""./market test --long NAME --minutes N [--seed S]: what CI can't hold, seed after seed, until the time is up.

Each NAME is a property that random schedules try to break: one seed is one schedule, the same on every machine. A run goes
on where the last one of that name ended (the results file says), so sessions add up; each batch of seeds appends one line:
commit, name, first seed, seeds done, failed. A failed batch ends the run: its seed is the way to repeat it.
`./market test` itself takes a sample of each.
"""

import argparse
import datetime
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "tests" / "long_results.tsv"
# What others keep for as long as a process lives: tools/native/leaks.txt.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1", "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
              "LSAN_OPTIONS": f"suppressions={ROOT / 'tools/native/leaks.txt'}:print_suppressions=0"}
COLUMNS = ("date", "commit", "name", "seed", "done", "failed")


class Program:
    """Cases of a C++ test program that take MARKET_SEED and MARKET_SEEDS (platform/testing/seeds.hpp)."""

    def __init__(self, room, cases, batch):
        self.room, self.cases, self.batch = room, cases, batch

    def run(self, preset, seed, count):
        program = ROOT / "build" / preset / self.room.rpartition(":")[0] / f"market_{self.room.rpartition(':')[2]}_test"
        return subprocess.run([program, f"--gtest_filter={self.cases}", "--gtest_brief=1"], cwd=ROOT,
                              env={**os.environ, **SANITIZERS, "MARKET_SEED": str(seed), "MARKET_SEEDS": str(count)}).returncode


class Stack:
    """One file of tests that takes MARKET_SEED, on a marketplace of its own: of tests/system in both shapes by turns, or of
    another part of run_tests.py."""

    def __init__(self, suite, batch, part=None, **environment):
        self.suite, self.batch, self.part, self.environment = suite, batch, part, environment

    def run(self, preset, seed, count):
        part = self.part or ("single" if seed % 2 else "system")
        return subprocess.run([sys.executable, ROOT / "tools/native/run_tests.py", "--only", part, "-k", self.suite], cwd=ROOT,
                              env={**os.environ, "MARKET_SEED": str(seed), **self.environment}).returncode


class Suite:
    """A file or folder of tests that does all of its work when MARKET_LONG is set, from MARKET_SEED where it draws something."""

    def __init__(self, path, *options):
        self.path, self.options, self.batch = path, options, 1

    def run(self, preset, seed, count):
        return subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *self.options, ROOT / "tests" / self.path],
                              cwd=ROOT, env={**os.environ, "MARKET_LONG": "1", "MARKET_SEED": str(seed)}).returncode


LONG = {
    "checkout-crashes": Program("services/order/process:order_process", "Checkout.KilledAnywhere*", batch=100),
    "payment-crashes": Program("services/payment/process:payment_process", "Charges_Crashes.*", batch=20),
    "stock-races": Program("services/product/storage:product_storage", "StockRace_StormOfSteps.*", batch=5),
    "kills": Stack("test_kill", batch=1, MARKET_KILLS="100"),
    "crash": Stack("test_crash", batch=1, MARKET_POINTS="all"),
    "pairs": Stack("test_pairs", batch=1, MARKET_ROUNDS="10"),
    "fuzz": Stack("test_fuzz", batch=1, part="clients", MARKET_EXAMPLES="200"),
    "hostile": Stack("test_hostile", batch=1, MARKET_HOSTILE="300"),
    "money": Stack("test_money_model", batch=1, MARKET_ACTS="1500"),
    "strangers": Stack("test_strangers", batch=1, MARKET_PAIRS="10000"),
    "sign-ups": Stack("test_people_faults", batch=1, MARKET_SIGN_UPS="1000"),
    "flash-sale": Stack("test_flash_sale", batch=1, MARKET_BUYERS="5000"),
    "listeners": Stack("test_live_events", batch=1, MARKET_LISTENERS="1000"),
    "mail-away": Stack("test_mail_away", batch=1, MARKET_AWAY_S="3600"),
    "mails": Stack("test_mail_faults", batch=1, MARKET_ACTS="2500"),
    "import-crashes": Program("services/product/process:product_process", "ImporterCrashes.*", batch=10),
    "imports": Stack("test_imports", batch=1, MARKET_IMPORT_ROWS="60000"),
    "reads": Stack("test_caches", batch=1, part="replicas", MARKET_PAIRS="10000"),
    "web-vitals": Stack("test_vitals", batch=1, part="browser", MARKET_VITALS="5"),
    "new-service": Suite("topology/test_new_service.py"),
    "cluster": Suite("cluster", "-rs", "-s"),
}


def git(*words):
    return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout.strip()


def commit():
    """What was tested; "-dirty" where more than the results file differs from it."""
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{RESULTS.relative_to(ROOT)}")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("-dirty" if changed else "")


def next_seed(name):
    """One past the last seed that a line of `name` accounts for."""
    seed = 1
    if RESULTS.exists():
        for line in RESULTS.read_text().splitlines()[1:]:
            row = dict(zip(COLUMNS, line.split("\t")))
            if row["name"] == name:
                seed = max(seed, int(row["seed"]) + int(row["done"]))
    return seed


def record(name, seed, done, failed):
    if not RESULTS.exists():
        RESULTS.write_text("\t".join(COLUMNS) + "\n")
    with RESULTS.open("a") as results:
        today = datetime.date.today().isoformat()
        results.write("\t".join(map(str, (today, commit(), name, seed, done, failed))) + "\n")


def run(name, minutes, preset, seed, keep):
    """(seeds done, batches failed) of `name` in about this time; at least one batch."""
    test = LONG[name]
    seed = seed or next_seed(name)
    end = time.monotonic() + minutes * 60
    done = 0
    while True:
        failed = 1 if test.run(preset, seed + done, test.batch) else 0
        if keep:
            record(name, seed + done, test.batch, failed)
        if failed:
            print(f"long: {name}: seeds {seed + done} to {seed + done + test.batch - 1} failed; again with --seed {seed + done}")
            return done, 1
        done += test.batch
        if time.monotonic() >= end:
            print(f"long: {name}: seeds {seed} to {seed + done - 1} passed")
            return done, 0


def main():
    parser = argparse.ArgumentParser(prog="./market test --long", description=__doc__.partition("\n")[0])
    parser.add_argument("--long", dest="name", choices=sorted(LONG), required=True)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, help="begin with this one (default: where the last run ended)")
    parser.add_argument("--no-record", action="store_true", help="leave the results file alone")
    parser.add_argument("--preset", default=os.environ.get("MARKET_TEST_PRESET", "asan"))
    options = parser.parse_args()
    done, failed = run(options.name, options.minutes, options.preset, options.seed, keep=not options.no_record)
    print(f"{done} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
