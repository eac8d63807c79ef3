"""Whatever happens to the broker and to the receiver of spans: orders go on, memory is bounded, losses are counted, and
lines and spans flow again by themselves. How little checkouts slow down meanwhile is measured by ./market bench."""

import contextlib
import os
import pathlib
import re
import signal
import time

import market
import pytest
from deploy.lib import topology
from stores import frozen, trace_of

OURS = tuple(name for name in topology.read().programs if name != "marketplace")
# What the queues of lines and spans may add: their limits are 32 MiB and 8 MiB.
RSS_MORE_MB = 48
ORDERS = 25


def rss_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def total(stores, stack, metric):
    """The sum of all series of a counter over our processes, read from themselves."""
    pages = [stores.http.get(stack["metrics"][name]).text for name in OURS]
    return sum(float(value) for page in pages for value in re.findall(rf"^{metric}(?:\{{.*\}})? (\S+)$", page, re.M))


@contextlib.contextmanager
def killed(stack, name):
    """Dead until the supervisor has it back."""
    os.kill(stack["pids"][name], signal.SIGKILL)
    yield
    market.until(lambda: market.info()["pids"].get(name) not in (None, 0, stack["pids"][name]), f"{name} is back")
    stack["pids"][name] = market.info()["pids"][name]


@pytest.mark.parametrize("how", [killed, frozen])
@pytest.mark.parametrize("what", ["kafka", "collector"])
def test_orders_go_on_and_telemetry_comes_back(stores, stack, buyer, shop, what, how):
    offer = shop(stock=1000).offer
    buyer.place((offer, 1))
    before = {name: rss_mb(stack["pids"][name]) for name in OURS}
    lines = total(stores, stack, "market_log_lines_total")
    with how(stack, what):
        for _ in range(ORDERS):
            assert buyer.place((offer, 1)).status_code == 201
        for name in OURS:
            assert rss_mb(stack["pids"][name]) < before[name] + RSS_MORE_MB, name
    assert total(stores, stack, "market_log_lines_total") > lines

    def flows_again():
        trace_id = trace_of(buyer.place((offer, 1)))
        give_up = time.monotonic() + 8
        while time.monotonic() < give_up:
            if stores.lines(f'trace_id:="{trace_id}" event:="http.request"') and stores.trace(trace_id):
                return True
            time.sleep(0.2)
        return False

    market.until(flows_again, "lines and spans of new orders", limit_s=60)


def test_lines_are_delivered_or_counted_as_dropped(stores, stack, buyer, shop):
    """Over all that the tests before have done to the broker."""
    offer = shop().offer
    buyer.place((offer, 1))

    def settled():
        # What is made while we look is at most a few lines behind.
        made = total(stores, stack, "market_log_lines_total")
        waiting = total(stores, stack, "market_log_queue_messages")
        known = total(stores, stack, "market_log_delivered_total") + total(stores, stack, "market_log_dropped_total")
        return waiting == 0 and made - known <= 5 * len(OURS)

    market.until(settled, "every line delivered or counted", limit_s=60, pause_s=0.5)
