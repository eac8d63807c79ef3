"""While a stranger does his worst from an address of his own, honest people elsewhere notice little; afterwards all is as before."""

import json
import pathlib
import random
import re
import resource
import subprocess
import sys
import threading
import time

import httpx
import pytest

import market
from deploy.lib import topology
from market import Person, until

HERE = pathlib.Path(__file__).resolve().parent
ATTACK_S = 8
QUIET_ROUNDS, ROUNDS_LEAST = 40, 15
# Below that a slower answer is the noise of two processors that also play the attacker.
NOISE_S = {"read": 0.5, "checkout": 1.0}
SLOWER = 3
# That a process may take for all attacks together. Measured, in MB: nginx 9 for trickled calls and 5 for the flood, product 7 for trickled
# calls, gateway 1 for slow bodies and 1 for the flood; none elsewhere. The allocator keeps it, and the next attack finds it there.
MORE_BYTES = 32 << 20


class Honest:
    """Somebody who looks, buys and signs in, again and again, one after the other; how long each took."""

    def __init__(self, buyer, sold):
        self.buyer, self.sold = buyer, sold
        self.took = {"read": [], "checkout": [], "sign-in": []}

    def act(self, what, call):
        began = time.monotonic()
        answer = call()
        self.took[what].append(time.monotonic() - began)
        assert answer.is_success, f"{what}: {answer.status_code} {answer.text[:300]}"

    def round(self):
        for _ in range(4):
            self.act("read", lambda: self.buyer.get(f"/v1/products/{self.sold.product['id']}"))
        self.act("checkout", lambda: self.buyer.place((self.sold.offer, 1)))

    def sign_in(self):
        self.act("sign-in", lambda: self.buyer.post("/v1/sessions", {"email": self.buyer.email, "password": Person.password}))

    def p99(self):
        return {what: sorted(took)[int(len(took) * 0.99)] for what, took in self.took.items() if took}


def quiet_p99(honest):
    for _ in range(QUIET_ROUNDS):
        honest.round()
    return honest.p99()


def expect_hardly_slower(loud, quiet, *about):
    for what, noise_s in NOISE_S.items():
        assert loud.p99()[what] <= max(SLOWER * quiet[what], noise_s), (what, quiet, loud.p99(), *about)


def connections(stack):
    """That nginx has open."""
    ports = topology.read()
    port = int(stack["url"].rpartition(":")[2]) + ports.edge.ports["status"]
    return int(httpx.get(f"http://{ports.host}:{port}/status").text.split()[2])


def resident(stack):
    """{process of ours, or of nginx: bytes that it has in memory}; those that nginx starts are counted as one."""
    found = {}
    for name, pid in stack["pids"].items():
        kind = re.sub(r"-\d+$", "", name)
        if kind in topology.read().programs or kind == "nginx":
            tree = [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
            found[name] = sum(int(pathlib.Path(f"/proc/{one}/statm").read_text().split()[1]) for one in tree) * resource.getpagesize()
    return found


@pytest.fixture(scope="module")
def memory(stack):
    """memory() holds each process to its bound, over what it had before the first attack."""
    before = resident(stack)

    def look():
        more = {name: here - before[name] for name, here in resident(stack).items()}
        assert max(more.values()) <= MORE_BYTES, more

    return look


class Attacker:
    def __init__(self, stack, name, address, seconds=ATTACK_S):
        command = [sys.executable, HERE / "attack.py", name, stack["url"], stack["caFile"], address, str(seconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        assert self.process.stdout.readline() == "begun\n"
        return self

    def __exit__(self, *failure):
        self.process.stdin.close()
        self.counted = json.loads(self.process.stdout.read() or "{}")
        code = self.process.wait(30)
        assert any(failure) or code == 0


@pytest.fixture
def honest(buyer, shop):
    return Honest(buyer, shop(stock=100_000))


# {attack: what must have come of it, so that a tame one is noticed}
ATTACKS = {
    "trickled_calls": lambda counted: counted["sent"] == 1180 and counted.get("grpc 8", 0) >= 1000,
    "slow_bodies": lambda counted: counted.get("429", 0) + counted.get("408", 0) >= 50,
    "slow_headers": lambda counted: True,
    "flood": lambda counted: counted.get("429", 0) >= 20,
    "connections": lambda counted: counted["connections"] > 8192,
}


@pytest.mark.parametrize("number,name", enumerate(ATTACKS), ids=list(ATTACKS))
def test_honest_people_go_on(stack, honest, memory, number, name):
    quiet, before = quiet_p99(honest), connections(stack)
    loud = Honest(honest.buyer, honest.sold)
    with Attacker(stack, name, f"127.0.0.{20 + number}") as attacker:
        give_up = time.monotonic() + ATTACK_S - 1
        while time.monotonic() < give_up or len(loud.took["checkout"]) < ROUNDS_LEAST:
            loud.round()
            memory()
            if len(loud.took["checkout"]) % 5 == 0:
                loud.sign_in()
    assert ATTACKS[name](attacker.counted), attacker.counted
    expect_hardly_slower(loud, quiet, attacker.counted)
    until(lambda: connections(stack) <= before + 5, "the connections of the stranger to end", limit_s=60)
    honest.round()
    memory()


SEARCHERS = 6      # twice what the class of searches and lists has connections
PRODUCTS = 40_000


@pytest.fixture
def big_catalogue(anonymous, shop):
    """The id of a category with many products, all of which the search knows."""
    sold = shop()
    many = market.psql("product", f"""
      INSERT INTO category (id, name, slug) VALUES (gen_random_uuid(), 'Many', 'many-{market.new_key()[:12]}') RETURNING id""").strip()
    market.psql("product", f"""
      CREATE TEMP TABLE made AS SELECT gen_random_uuid() AS product, gen_random_uuid() AS offer, i FROM generate_series(1, {PRODUCTS}) i;
      INSERT INTO product (id, operation_id, seller_id, category_id, title, description, attributes, pictures, state, published_at)
      SELECT product, gen_random_uuid(), '{sold.owner.seller}', '{many}', 'Engine ' || i, 'One of many.', '{{}}', '{{}}', 'PUBLISHED', now()
      FROM made;
      INSERT INTO offer (id, product_id, seller_id, sku, options, own_currency)
      SELECT offer, product, '{sold.owner.seller}', 'MANY-' || i, '{{}}', 'EUR' FROM made;
      INSERT INTO offer_price (offer_id, currency, amount) SELECT offer, 'EUR', 1 FROM made;
      INSERT INTO price_period (offer_id, currency, starts_at, ends_at, amount, product_id, set_at, since)
      SELECT offer, 'EUR', market_now(), 'infinity', 1, product, market_now(), market_now() FROM made;
      INSERT INTO stock (id, offer_id, on_hand) SELECT offer, offer, 1000 FROM made;
      INSERT INTO stock_movement (kind, stock_id, offer_id, on_hand, reserved, cause_id) SELECT 'INITIAL', offer, offer, 1000, 0, offer FROM made;
      INSERT INTO event (id, type, version, aggregate, aggregate_version, seller_id, trace, payload)
      SELECT gen_random_uuid(), 'product.ProductChanged', 1, 'product/' || product, 1, '{sold.owner.seller}', '', '' FROM made;
      ANALYZE product; ANALYZE offer; ANALYZE price_period;""")
    until(lambda: anonymous.ok("GET", "/v1/products", params={"categoryId": many}).get("total") == PRODUCTS, "all to be found", limit_s=60)
    return many


class Searcher(threading.Thread):
    """One search after the other, from an address of its own."""

    def __init__(self, stack, path, address):
        super().__init__(daemon=True)
        self.client = market.Client(stack["url"], stack["caFile"], address=address)
        self.path, self.over = path, threading.Event()
        self.took = []     # by those that were not refused

    def run(self):
        while not self.over.is_set():
            began = time.monotonic()
            # Never the same one twice: first pages are kept for a while.
            if self.client.get(f"{self.path}&maxPrice={random.randrange(50_000_000, 99_999_999)}").is_success:
                self.took.append(time.monotonic() - began)
        self.client.http.close()


def test_dear_searches_cost_themselves_only(stack, honest, memory, big_catalogue):
    quiet = quiet_p99(honest)
    loud = Honest(honest.buyer, honest.sold)
    searchers = [Searcher(stack, f"/v1/products?categoryId={big_catalogue}&orderBy=price&pageSize=100&facets=true", f"127.0.0.{30 + number}")
                 for number in range(SEARCHERS)]
    for one in searchers:
        one.start()
    try:
        give_up = time.monotonic() + ATTACK_S
        while time.monotonic() < give_up or len(loud.took["checkout"]) < ROUNDS_LEAST:
            loud.round()
            memory()
    finally:
        for one in searchers:
            one.over.set()
    for one in searchers:
        one.join(60)
    assert sum(len(one.took) for one in searchers) > ROUNDS_LEAST, "the searches are no attack"
    expect_hardly_slower(loud, quiet)
    until(lambda: market.psql("product", "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%product%'"
                              " AND pid <> pg_backend_pid()").strip() == "0", "an idle database")
