"""Every worker of every process, hurt while the marketplace runs: its tables go away, a row of its work breaks. Everything else goes
on, all of it heals by itself, and metrics, /readyz and the log tell it.

The workers are those that the processes name in their metrics; one that this file can't hurt fails it. Times are what an operator may set:
no worker pauses longer than a second, and what breaks three times is parked."""

import os
import re
import signal
import subprocess
import time
import uuid

import httpx
import pytest

import market
from deploy.lib import topology
from market import psql, until

pytestmark = pytest.mark.alone

SERVICES = topology.read().services
AWAY_S = 7
SETTINGS = "\nwork.pause_max = 1s\nwork.tries = 3\n"
# What each needs of its service's database, or of another's; by the whole name, or by what stands behind the service in it.
TABLES = {"relay": "outbox", "outbox": "outbox", "uploads": "upload", "keys": "idempotency_key", "seal": "audit_unsealed", "auth.sweep": "session", "auth.erasures": "erasure",
          "auth.signing": "signing_key",
          "order.recovery": "checkout", "order.measure": "checkout", "order.timers": "part_timer", "order.carts": "cart", "order.wishes": "wish", "order.return_pictures": "picture_claim", "payment.recovery": "payment", "payment.unresolved": "payment",
          "payment.webhooks": "webhook", "payment.webhook_count": "webhook", "sandbox.webhooks": "happening",
          "payment.ledger": "ledger_balance", "payment.balances": "ledger_balance", "payment.settlement": "sale", "payment.reconcile": "reconciliation", "payment.findings": "finding", "payment.commission_invoices": "commission_month", "payment.payouts": "payout", "payment.payout_turns": "payout_turn", "payment.disputes": "dispute", "payment.sweep": "event_inbox",
          "payment": "event_subscription", "payment.relay": "outbox", "payment.outbox": "outbox", "payment.order": "event_subscription", "payment.order.relay": "outbox",
          "payment.order.outbox": "outbox", "auth": "event_subscription", "auth.relay": "outbox", "auth.outbox": "outbox", "events": "event_log",
          "notification": "event_subscription", "notification.relay": "outbox", "notification.outbox": "outbox", "notification.sweep": "event_inbox", "notification.live": "live_news",
          "product.low_stock": "low_stock_look", "product.pictures": "picture_file", "user.pictures": "picture_file", "product.review_pictures": "picture_claim", "product.imports": "product_import", "product.import_sweep": "product_import", "product.index": ("product", "event_log"), "product.turns": "stock_turn",
          "order.taxes": "tax_rate", "order.sellers": ("user", "event_log"), "product.sellers": ("user", "event_log"), "revocations": ("auth", "event_log")}
# They have no table: the log of the process, its certificate files, what it tells systemd.
WITHOUT_TABLE = {"log", "tls", "alive"}
OF_EVERY_PROCESS = WITHOUT_TABLE | {"revocations"}
# What is away at the same time: all that one worker needs, as far as something is due for it at any time. An order can be placed while the
# first are.
ROUNDS = [{("auth", "outbox"), ("order", "cart"), ("order", "wish"), ("order", "picture_claim"), ("user", "outbox"), ("payment", "outbox"), ("product", "outbox"), ("product", "idempotency_key"), ("product", "low_stock_look"), ("product", "picture_file"), ("product", "picture_claim"), ("user", "picture_file"), ("user", "upload"), ("product", "product_import"), ("product", "upload"), ("order", "tax_rate"),
           ("notification", "outbox"), ("notification", "idempotency_key"), ("notification", "event_inbox"), ("notification", "live_news"),
           ("payment", "idempotency_key"), ("payment", "event_inbox"), ("payment", "webhook"), *((service, table) for service in SERVICES for table in ("event_log", "event_subscription"))},
          {("auth", "session"), ("auth", "erasure"), ("auth", "signing_key"), ("user", "idempotency_key"), ("order", "checkout"), ("order", "part_timer"), ("payment", "payment"),
           ("payment", "ledger_balance"), ("payment", "sale"), ("payment", "payout"), ("payment", "payout_turn"), ("payment", "dispute"), ("payment", "reconciliation"), ("payment", "finding"), ("payment", "commission_month"), ("product", "stock_turn"), *((service, "audit_unsealed") for service in SERVICES)},
          {("auth", "idempotency_key"), ("order", "outbox"), ("order", "idempotency_key")}]
SAMPLE = re.compile(r'^(worker_\w+|outbox_parked_messages){(?:worker|database)="([^"]+)"} (\S+)$', re.MULTILINE)


def table_of(worker):
    """(database, table), or nothing for a worker that needs none."""
    service, _, kind = worker.partition(".")
    if kind in WITHOUT_TABLE:
        return None
    assert worker in TABLES or kind in TABLES, f"tests/system/test_workers.py does not know how to hurt {worker}"
    table = TABLES.get(worker) or TABLES[kind]
    return table if isinstance(table, tuple) else (service, table)


class Workers:
    """What the processes say of their workers."""

    def __init__(self, stack):
        self.urls = stack["metrics"]

    def read(self):
        """worker -> {metric: value}; a worker of several replicas is told by each, the last one counts."""
        found = {}
        for process, url in self.urls.items():
            for metric, worker, value in SAMPLE.findall(httpx.get(url, timeout=10).text):
                found.setdefault(worker, {"process": process})[metric] = float(value)
        return {name: told for name, told in found.items() if "." in name}

    def parked(self, metric, name):
        values = [float(value) for url in self.urls.values()
                  for family, labelled, value in SAMPLE.findall(httpx.get(url, timeout=10).text) if (family, labelled) == (metric, name)]
        return max(values, default=0)

    def readyz(self, process):
        return httpx.get(self.urls[process].replace("/metrics", "/readyz"), timeout=10)


def failed_tasks():
    """Lines of the log that say a task which must run for ever has ended."""
    return [line for path in market.data_directory().glob("log/*.log") for line in path.read_text(errors="replace").splitlines()
            if "task_failed" in line or "task.failed" in line]


def restarted(name):
    """Ends the process; its supervisor starts it anew, with the settings as they are now."""
    old = market.info()["pids"][name]
    os.kill(old, signal.SIGTERM)
    until(lambda: market.info()["pids"].get(name) not in (None, old), f"another {name}", limit_s=60)


@pytest.fixture(scope="module")
def workers(stack):
    """The running workers, made quick for this module."""
    stack["pids"]  # only where processes can be started anew
    told = Workers(stack)
    processes = {one["process"] for one in told.read().values()}
    kept = {}
    for name in processes:
        path = market.data_directory() / "etc" / f"{name}.conf"
        kept[path] = path.read_text()
        path.write_text(kept[path] + SETTINGS)

    def ready():
        try:
            return all(told.readyz(name).status_code == 200 for name in processes)
        except httpx.HTTPError:
            return False

    def restart():
        for name in processes:
            restarted(name)
        until(ready, "all processes to be ready", limit_s=60)

    restart()
    yield told
    for path, text in kept.items():
        path.write_text(text)
    restart()


def marketctl(*words, database):
    program = "marketplace" if market.info()["shape"] == "single" else database
    config = market.data_directory() / "etc" / f"{program}.conf"
    done = subprocess.run([market.BIN / "marketctl", *words, "--config", config, "--database", database], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_topology_names_the_workers(workers):
    """Those of services; each process has those of OF_EVERY_PROCESS besides."""
    named = {f"{service}.{worker}" for service, about in SERVICES.items() for worker in about.workers}
    assert {worker for worker in workers.read() if worker.rpartition(".")[2] not in OF_EVERY_PROCESS} == named


@pytest.mark.parametrize("away", ROUNDS, ids=lambda away: "+".join(sorted(f"{d}.{t}" for d, t in away)))
def test_a_table_that_is_away(workers, anonymous, buyer, shop, away):
    sold = shop()
    bought(buyer, sold.offer)  # all processes have begun their work
    until(lambda: market.all_told("event.%"), "all events to be told")  # one that is under way would hurt its subscription too
    before = workers.read()
    hurt = {worker for worker in before if table_of(worker) in away}
    assert hurt and {table for one in ROUNDS for table in one} == {table_of(worker) for worker in before} - {None}
    gone_at = time.monotonic()
    for database, table in away:
        psql(database, f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        def all_fail():
            now = workers.read()
            return all(now[worker]["worker_failures_total"] - before[worker]["worker_failures_total"] > 2 for worker in hurt)

        until(all_fail, f"the failures of {sorted(hurt)}", limit_s=AWAY_S * 3)
        # Each process once: while its feeds fail, the breakers of who reads them are about to open.
        answers = {process: workers.readyz(process) for process in {before[worker]["process"] for worker in hurt}}
        for worker in hurt:
            answer = answers[before[worker]["process"]]
            assert answer.status_code == 200 and f"worker failing: {worker}: " in answer.text, answer.text
        if away is ROUNDS[0]:
            bought(buyer, sold.offer)
        assert anonymous.get(f"/v1/products/{sold.product['id']}").status_code == 200
        rest = gone_at + AWAY_S - time.monotonic()
        time.sleep(max(rest, 0))  # the length of the fault
        during = workers.read()
    finally:
        for database, table in away:
            psql(database, f"ALTER TABLE {table}_away RENAME TO {table}")
    back_at = time.time()
    for worker in before.keys() - hurt:
        assert during[worker]["worker_failures_total"] == before[worker]["worker_failures_total"], worker
        assert during[worker]["worker_last_success_seconds"] > before[worker]["worker_last_success_seconds"], worker

    until(lambda: all(now["worker_last_success_seconds"] > back_at for now in workers.read().values()), "all workers to be well again")
    for process in workers.urls:
        assert workers.readyz(process).text == "ok\n"
    bought(buyer, sold.offer)
    assert not failed_tasks()


def bought(buyer, offer):
    """Places an order and waits for its capture, so that the next fault finds nothing under way."""
    answer = buyer.place((offer, 1))
    assert answer.status_code == 201, answer.text
    payment = f"/v1/orders/{answer.json()['id']}/payment"
    until(lambda: buyer.ok("GET", payment)["state"] == "CAPTURED", "the capture")


@pytest.fixture
def pending(buyer, shop):
    """pending(sql, database) places orders whose payment has no answer yet, until the statement hits the row of one."""

    def place(database, sql):
        sold = shop(stock=50)
        for _ in range(10):
            answer = buyer.place((sold.offer, 1), method="pm_sandbox_timeout_authorized")
            assert answer.status_code == 202, answer.text
            if psql(database, sql.format(order=answer.json()["id"])).strip():
                return answer.json()["id"]
        raise AssertionError("no order stayed pending for long enough")

    return place


# A row that can't be read, what mends it, and whose it is.
SPOILED = [("order", "order.recovery",
            "UPDATE checkout SET undo_offers = '{{NULL}}' WHERE order_id = '{order}' AND step <> 'DONE' RETURNING order_id",
            "UPDATE checkout SET undo_offers = '{{}}' WHERE order_id = '{order}'"),
           ("payment", "payment.recovery",
            "UPDATE payment SET updated_at = 'infinity' WHERE order_id = '{order}' AND next_run_at IS NOT NULL RETURNING id",
            "UPDATE payment SET updated_at = created_at WHERE order_id = '{order}'")]


@pytest.mark.parametrize("database, worker, spoil, mend", SPOILED, ids=["checkout", "payment"])
def test_a_row_that_breaks_is_parked_and_stops_no_other(workers, buyer, shop, pending, database, worker, spoil, mend):
    failures = workers.read()[worker]["worker_failures_total"]
    broken = pending(database, spoil)
    try:
        until(lambda: workers.parked("worker_parked_rows", worker) == 1, "the row to be parked", limit_s=60)
        assert broken in marketctl("work", "list", database=database)
        other = buyer.place((shop().offer, 1), method="pm_sandbox_timeout_authorized").json()["id"]
        until(lambda: buyer.ok("GET", f"/v1/orders/{other}")["state"] == "PLACED", "the other order", limit_s=60)
        assert workers.read()[worker]["worker_failures_total"] == failures, "the worker itself is well"
    finally:
        psql(database, mend.format(order=broken))
    # A payment may be driven by its order as soon as it can be read again.
    assert marketctl("work", "retry", "all", database=database) == "1 let go on\n" or database == "payment"
    until(lambda: buyer.ok("GET", f"/v1/orders/{broken}")["state"] == "PLACED", "the broken order", limit_s=60)
    until(lambda: workers.parked("worker_parked_rows", worker) == 0, "nothing to be parked")
    assert not failed_tasks()


def test_a_message_that_is_refused_is_parked_until_it_is_dropped(workers, buyer, shop):
    key, first, second = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    psql("order", "INSERT INTO outbox (id, topic, key, payload, trace) VALUES"
                  + ", ".join(f"('{message}', 'order.payment', '{key}', 'no message', '')" for message in (first, second)))
    until(lambda: workers.parked("outbox_parked_messages", "order") == 1, "the message to be parked", limit_s=60)
    assert f"{first}  order.payment {key}" in marketctl("outbox", "list", database="order")
    # Captures of other orders leave meanwhile; what comes after it under its key does not.
    bought(buyer, shop().offer)
    assert psql("order", f"SELECT attempts FROM outbox WHERE id = '{second}'") == "0\n"
    assert marketctl("outbox", "drop", str(first), database="order") == "1 dropped\n"
    until(lambda: str(second) in marketctl("outbox", "list", database="order"), "the next one's turn", limit_s=60)
    assert marketctl("outbox", "drop", str(second), database="order") == "1 dropped\n"
    until(lambda: workers.parked("outbox_parked_messages", "order") == 0, "nothing to be parked")
    assert not failed_tasks()
