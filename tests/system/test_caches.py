"""What is kept of public reads: never older than a second, at once through the gateway that changed it, and no matter to anybody
when Redis is away.

Each change of a price is a pair: what was written, and what is read after it. MARKET_PAIRS of them; `./market test --long reads`
makes 10,000 with several gateways and replicas of product.
"""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time

import httpx
import pytest

import market
from market import until

pytestmark = pytest.mark.alone

PAIRS = int(os.environ.get("MARKET_PAIRS", "30"))
READERS = 3
OLDEST_S = 1.0


def amount(product):
    return product["offers"][0]["price"]["amount"]


class Readers:
    """Everybody reads the product while its price is changed. What a read shows must be no older than what was written
    OLDEST_S before it began; nothing ever fails."""

    def __init__(self, stack, path):
        self.stack, self.path, self.over = stack, path, threading.Event()
        self.written = []    # (when it was answered, the price), in order
        self.reads, self.failures = 0, []

    def __enter__(self):
        self.threads = [threading.Thread(target=self._read) for _ in range(READERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _read(self):
        client = market.Client(self.stack["url"], self.stack["caFile"])
        while not self.over.is_set():
            began = time.monotonic()
            known = max((price for when, price in list(self.written) if when < began - OLDEST_S), default=0)
            try:
                answer = client.get(self.path)
                if answer.status_code != 200:
                    self.failures.append(answer.text)
                elif amount(answer.json()) < known:
                    self.failures.append(f"{known} was written a second before, {amount(answer.json())} was read")
            except httpx.HTTPError as error:
                self.failures.append(repr(error))
            self.reads += 1


def change(owner, offer, price):
    owner.ok("PATCH", f"/v1/offers/{offer}", {"price": {"amount": price, "currency": "EUR"}})


def test_no_read_is_older_than_a_second(stack, shop, anonymous):
    sold = shop()
    path = f"/v1/products/{sold.product['id']}"
    with Readers(stack, path) as readers:
        for price in range(2000, 2000 + PAIRS):
            change(sold.owner, sold.offer, price)
            readers.written.append((time.monotonic(), price))
            if stack["replicas"] == 1:
                assert amount(anonymous.ok("GET", path)) == price, "the same gateway shows it at once"
        until(lambda: amount(anonymous.ok("GET", path)) == price, "the last price")
    assert not readers.failures, readers.failures[:3]
    assert readers.reads > READERS


def hits(stack, route):
    """Of all gateways."""
    pattern = re.compile(rf'^http_cache_requests_total\{{route="{re.escape(route)}",result="hit"\}} (\S+)$', re.MULTILINE)
    texts = [httpx.get(url).text for name, url in stack["metrics"].items() if re.match("gateway|marketplace", name)]
    return sum(float(found) for text in texts for found in pattern.findall(text))


def test_who_shows_no_token_is_answered_from_what_is_kept(stack, shop, anonymous):
    sold = shop()
    path = f"/v1/products/{sold.product['id']}"
    before = hits(stack, "/v1/products/{product_id}")

    def alike():
        """Of several gateways one may be a second behind what the shop has just done."""
        answers = [anonymous.get(path) for _ in range(10)]
        return len({answer.content for answer in answers}) == 1 and answers

    answers = until(alike, "ten answers that are one", limit_s=5) if stack["replicas"] > 1 else alike()
    assert answers and hits(stack, "/v1/products/{product_id}") > before
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 10
    assert len({answer.headers["traceparent"] for answer in answers}) == 10
    etag = answers[0].headers["ETag"]
    assert anonymous.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert anonymous.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_a_change_touches_is_read_again(stack, shop, buyer, anonymous):
    if stack["replicas"] > 1:
        pytest.skip("another gateway may be a second behind")
    sold = shop(stock=5)
    product = sold.product["id"]

    def shown(path=""):
        return anonymous.get(f"/v1/products/{product}{path}")

    assert shown().json()["offers"][0]["available"] == 5 and len(shown("/offers").json()["offers"]) == 1
    # All of it is sold.
    assert buyer.place((sold.offer, 5)).status_code in (201, 202)
    assert shown().json()["offers"][0]["available"] == 0
    # There is another one of it.
    draft = {"sku": market.new_key(), "options": {"size": "L"}, "price": {"amount": 100, "currency": "EUR"}, "stock": 3}
    offer = sold.owner.ok("POST", f"/v1/products/{product}/offers", draft, key=market.new_key())
    assert {one["id"] for one in shown("/offers").json()["offers"]} == {sold.offer, offer["id"]}
    assert shown().json()["offers"][0]["id"] == offer["id"]
    # It is taken out of sight, and comes back.
    sold.owner.ok("POST", f"/v1/products/{product}:archive", {})
    assert shown().status_code == 404 and shown("/offers").status_code == 404
    sold.owner.ok("POST", f"/v1/products/{product}:restore", {})
    assert shown().status_code == 200 and shown("/offers").status_code == 200


def test_a_new_category_is_in_the_tree_at_once(stack, operator, anonymous):
    if stack["replicas"] > 1:
        pytest.skip("another gateway may be a second behind")
    anonymous.ok("GET", "/v1/categories")
    slug = market.new_key()
    made = operator.ok("POST", "/v1/categories", {"name": "Kept", "slug": slug})
    assert slug in {one["slug"] for one in anonymous.ok("GET", "/v1/categories")["categories"]}
    operator.ok("DELETE", f"/v1/categories/{made['id']}")
    assert slug not in {one["slug"] for one in anonymous.ok("GET", "/v1/categories")["categories"]}


@contextlib.contextmanager
def redis_killed(stack):
    os.kill(market.info()["pids"]["redis"], signal.SIGKILL)
    yield


@contextlib.contextmanager
def redis_frozen(stack):
    now = market.info()["pids"]
    pids = [now["watchdog"], now["redis"]]    # the one would kill the other
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def redis_flushed_and_full(stack):
    directory = market.data_directory()
    program = "marketplace" if stack["shape"] == "single" else "product"
    password = (directory / "secrets/redis_password").read_text().strip()
    redis = ["redis-cli", "-s", market.settings(program)["redis.address"].removeprefix("unix:"), "--no-auth-warning", "-a", password]

    def tell(*words):
        return subprocess.run([*redis, *words], check=True, capture_output=True, text=True).stdout.split()

    before = {name: tell("CONFIG", "GET", name)[1] for name in ("maxmemory", "maxmemory-policy")}
    tell("FLUSHALL")
    tell("CONFIG", "SET", "maxmemory-policy", "noeviction")
    tell("CONFIG", "SET", "maxmemory", "1")
    try:
        yield
    finally:
        for name, value in before.items():
            tell("CONFIG", "SET", name, value)


@pytest.mark.parametrize("fault", [redis_killed, redis_frozen, redis_flushed_and_full])
def test_redis_is_no_matter_to_who_reads(stack, shop, anonymous, fault):
    sold = shop()
    path = f"/v1/products/{sold.product['id']}"
    with Readers(stack, path) as readers:
        with fault(stack):
            for price in range(3000, 3012):
                change(sold.owner, sold.offer, price)
                readers.written.append((time.monotonic(), price))
                for other in (f"/v1/products?query=engine&pageSize={price % 50 + 1}", "/v1/products:suggest?query=eng"):
                    assert anonymous.get(other).status_code == 200
        until(lambda: amount(anonymous.ok("GET", path)) == price, "the last price")
    assert not readers.failures, readers.failures[:3]
    market.await_ready(stack, [name for name in stack["metrics"] if re.match("gateway|product|marketplace", name)])
