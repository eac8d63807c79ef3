"""One stack under load: made by ./market up in a directory of the bench's own, filled, and driven with wrk."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import uuid

import measure
from floors import BUYERS, ROOT, catalogue_sql, psql_of
from measure import BenchFailed, note
from sql_log import DATABASES, Recorder, belonging_to
from statements import make_id

sys.path.insert(0, str(ROOT))
import proof  # noqa: E402
from deploy.lib import nginx, topology  # noqa: E402

OWN = tuple(topology.read().programs)
CACHED = 100    # products that everybody looks at
# Of our own tables: what autovacuum writes into the catalogs is no order's.
COUNTERS = {"tup_inserted": "n_tup_ins", "tup_updated": "n_tup_upd", "tup_deleted": "n_tup_del"}
# A thread for each gateway. `number` tells the keys of one thread from those of another.
LUA = """
local gateways, threads = {GATEWAYS}, 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
  thread.addr = wrk.lookup(gateways[threads][1], gateways[threads][2])[1]
end
math.randomseed(os.time())
"""
READ_LUA = """
function request()
  return wrk.format("GET", string.format("/v1/products/%s%d", "PREFIX", BASE + math.random(1, PRODUCTS)))
end
"""
ORDER_LUA = """
local buyers, sent, run = {BUYERS}, 0, "RUN"
function request()
  sent = sent + 1
  local one = buyers[sent % #buyers + 1]
  return wrk.format("POST", "/v1/orders", {["Authorization"] = "Bearer " .. one[1], ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = run .. string.format("%d%011d", number, sent)},
    string.format('{"items":[{"offerId":"%s%d","quantity":1}],"shippingAddressId":"%s","paymentMethod":"pm_card_visa"}',
                  "PREFIX", BASE + math.random(1, PRODUCTS), one[2]))
end
"""


class Stack:
    def __init__(self, directory, port, shape, bin_dir):
        self.directory, self.port, self.shape = directory, port, shape
        self.psql = psql_of(bin_dir, directory / "sockets/postgres", 5432)
        self.lua = directory.parent / f"{shape}.lua"

    def market(self, *arguments):
        # One trace in a hundred, as in production; without telemetry it means nothing.
        environment = os.environ | nginx.without_limits() | {"MARKET_WEBHOOK_URL": "", "MARKET_NO_SEED": "1", "MARKET_NO_BUILD": "1", "MARKET_TRACE_RATIO": "0.01"}
        return measure.run([ROOT / "market", *arguments, "--data", self.directory], env=environment)

    def up(self, *options):
        note(f"starting the stack, shape {self.shape} {' '.join(options)}")
        self.market("up", "--port", str(self.port), *(["--single"] if self.shape == "single" else []), *options)
        self.info = json.loads(self.market("info", "--json"))
        conf = (self.directory / "etc/nginx.conf").read_text()
        servers = re.search(r"upstream gateway \{([^}]*)", conf)[1]
        self.gateways = sorted(set(re.findall(r"server ([\d.]+):(\d+)", servers)))
        self.url = "http://" + ":".join(self.gateways[0])

    def down(self):
        subprocess.run([str(ROOT / "market"), "down", "--erase", "--data", str(self.directory)], capture_output=True)

    def roots(self):
        return {name: pid for name, pid in self.info["pids"].items() if pid}

    def own_processes(self):
        return {name: pid for name, pid in self.roots().items() if name in OWN}

    def rss(self):
        return {name: measure.rss_mb(pid) for name, pid in self.roots().items()}

    def person(self):
        return proof.Client(self.url, None)

    def fill(self, products):
        """A shop, its catalogue by SQL, and the buyers with address and token."""
        self.products = products
        password = pathlib.Path(self.info["operator"]["passwordFile"]).read_text().strip()
        operator = lambda: self.person().sign_in(self.info["operator"]["email"], password)  # noqa: E731
        self.category = proof.category(self.person(), operator)
        self.seller = proof.open_shop(self.person().sign_up("bench-seller"))
        self.psql("product", catalogue_sql(products, self.seller, self.category))
        self.psql("product", "VACUUM ANALYZE;")
        self.buyers = [self.person().sign_up("bench-buyer") for _ in range(BUYERS)]
        for buyer in self.buyers:
            buyer.address = buyer.call("POST", "/v1/users/me/addresses", {
                "recipient": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London",
                "postalCode": "SW1Y 4JH", "countryCode": "GB"}, expect=(201,))["id"]

    def fill_with_many(self, products):
        """The catalogue of ./market seed --products, in which there is something to find."""
        self.products = products
        note(self.market("seed", "--products", str(products)).strip())
        self.psql("product", "VACUUM ANALYZE;")

    def order(self, buyer, number):
        body = {"items": [{"offerId": make_id(4, number), "quantity": 1}], "shippingAddressId": buyer.address,
                "paymentMethod": "pm_card_visa"}
        return buyer.call("POST", "/v1/orders", body, key=str(uuid.uuid4()), expect=(201,))

    def record(self):
        """The statements of one read and of one order, with the ids that exist before it."""
        log_file = self.directory / "log/postgres.stderr.log"
        for number in range(1, 5):    # connections open, statements prepared
            self.order(self.buyers[0], number)
        with Recorder(self.psql, log_file) as reading:
            self.person().call("GET", f"/v1/products/{make_id(3, 7)}")
        buyer = self.buyers[1]
        with Recorder(self.psql, log_file) as buying:
            order = self.order(buyer, 9)
        read = [one for one in reading.transactions() if make_id(3, 7) in one.ids()]
        bought = belonging_to({order["id"]}, buying.transactions())
        # The relay's claim is one statement for up to 32 messages and names none of them, so the floor does without; there
        # the row is deleted as it was inserted.
        for one in bought:
            for sql, values in one.statements:
                if "DELETE FROM outbox" in sql:
                    values[1] = "0"
        if len(read) != 1 or len(read[0].statements) != 1 or {one.database for one in bought} != set(DATABASES):
            raise BenchFailed("the log of PostgreSQL does not show one read, and one order in "
                              f"{', '.join(DATABASES)}: {read} {bought}")
        account = buyer.session["account"]["id"]
        existing = {account: (1, "b"), buyer.address: (2, "b"), make_id(4, 9): (4, "o"), make_id(3, 9): (3, "o"),
                    make_id(3, 7): (3, "o")}
        return read, bought, existing

    def read_window(self, seconds):
        text = READ_LUA.replace("PREFIX", make_id(3, 0)[:-12])
        return self.loaded("product read", "/", text, seconds)

    def cached_window(self, seconds):
        """Few products, so that the gateway has nearly each of them already."""
        text = READ_LUA.replace("PREFIX", make_id(3, 0)[:-12]).replace("PRODUCTS", str(CACHED))
        return self.loaded("cached product read", "/", text, seconds)

    def loaded(self, what, path, text, seconds, connections=64):
        text = text.replace("PRODUCTS", str(self.products)).replace("BASE", "100000000000")
        self.drive(path, 1, text, connections)
        return measure.window(f"{what}, {self.shape}", self.roots(), lambda: self.drive(path, seconds, text, connections))

    def drive(self, path, seconds, text, connections=64):
        """wrk, at all gateways alike."""
        gateways = ", ".join(f'{{"{host}", "{port}"}}' for host, port in self.gateways)
        self.lua.write_text(LUA.replace("{GATEWAYS}", "{" + gateways + "}") + text)
        return measure.wrk(self.url + path, seconds, self.lua, threads=len(self.gateways), connections=connections)

    @contextlib.contextmanager
    def frozen(self, part):
        """It stands still, with its connections open; the watchdog, which would kill it, does as well."""
        pids = [self.info["pids"][name] for name in ("watchdog", part)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)

    def placed(self):
        text = self.psql("order", "SELECT count(*), count(*) FILTER (WHERE payment_state = 'CAPTURED'), (SELECT count(*)"
                                  " FROM seller_order WHERE state = 'PLACED') FROM orders")
        return list(map(int, text.strip().split("|")))

    def wait_for_captures(self):
        give_up = time.monotonic() + 60
        while (state := self.placed())[1] < state[0]:
            if time.monotonic() > give_up:
                raise BenchFailed(f"{state[0] - state[1]} of {state[0]} payments are not captured after 60 s")
            time.sleep(0.2)

    def checkout_window(self, seconds):
        for buyer in self.buyers:
            buyer.refresh()
        buyers = ", ".join(f'{{"{one.session["accessToken"]}", "{one.address}"}}' for one in self.buyers)
        text = ORDER_LUA.replace("{BUYERS}", "{" + buyers + "}").replace("PREFIX", make_id(4, 0)[:-12])
        before, counted = tuples(self.psql, DATABASES), self.placed()[0]
        self.psql("postgres", "CHECKPOINT")

        def load(seconds):
            orders = self.placed()[0]
            numbered = text.replace("RUN", str(uuid.uuid4())[:23] + "-").replace(
                "PRODUCTS", str(self.products)).replace("BASE", "100000000000")
            started = time.monotonic()
            row = self.drive("/", seconds, numbered)
            total, captured, _ = self.placed()
            if not 0 <= total - orders - row["count"] <= 64:
                raise BenchFailed(f"{row['count']} answers, {total - orders} orders")
            self.wait_for_captures()
            # What the floor does for each order is done here only now; the CPU of it is in the window, too.
            done_per_s = (total - orders) / (time.monotonic() - started)
            return row | {"uncaptured": total - captured, "done_per_s": done_per_s}

        load(2)    # opens the connections to PostgreSQL, and plans
        row = measure.window(f"checkout, {self.shape}", self.roots(), lambda: load(seconds))
        state = self.placed()
        if state[2] != state[0]:
            raise BenchFailed(f"{state[0]} orders, but only {state[2]} are PLACED: an answer was not 201")
        row["sql"] = per_order(before, tuples(self.psql, DATABASES), state[0] - counted)
        return row


def tuples(psql, databases):
    time.sleep(11 if len(databases) > 1 else 1)   # a backend that went idle reports within 10 s, one that ended at once
    sums = ", ".join(f"sum({column})" for column in COUNTERS.values())
    each = [psql(name, f"SELECT {sums} FROM pg_stat_user_tables").strip().split("|") for name in databases]
    return [sum(map(int, column)) for column in zip(*each)]


def per_order(before, after, orders):
    return {name: (new - old) / orders for name, old, new in zip(COUNTERS, before, after)}
