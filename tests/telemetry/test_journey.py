"""One order, followed from the answer its buyer got to its log lines and to its whole trace."""

import collections
import re
import sys
import uuid

import market
from stores import ROOT, trace_of

sys.path[:0] = [str(ROOT / "tools"), str(ROOT)]
import sql_log  # noqa: E402

from deploy.lib import topology  # noqa: E402

PROCESSES = {*topology.read().services, "gateway", "sandbox"}
# Buyer and shop are written to.
MAILS = 2


def settled(stores, trace_id):
    """The spans of a trace once the capture and the ends of the mails are among them and nothing more comes."""
    seen = []

    def complete():
        spans = stores.trace(trace_id)
        names = collections.Counter(span.name for span in spans)
        # The order to sell the stock, what notification was told, and the mails.
        done = names["outbox.delivered"] >= 2 + MAILS and len(spans) == len(seen)
        seen[:] = spans
        return done and spans

    return market.until(complete, f"the trace {trace_id} with its capture", limit_s=20, pause_s=0.7)


def test_access_line_of_an_order_is_found_by_its_trace_id(stores, buyer, shop):
    answer = buyer.place((shop().offer, 1))
    assert answer.status_code == 201
    query = f'trace_id:="{trace_of(answer)}" event:="http.request"'
    line, = market.until(lambda: stores.lines(query), "the access line in the log store", limit_s=10)
    assert line["service"] == "gateway" and line["route"] == "/v1/orders" and int(line["status"]) == 201
    assert line["request_id"] == answer.headers["X-Request-Id"]


def test_lines_of_every_service_on_the_way_have_the_trace_id(stores, buyer, shop):
    trace_id = trace_of(buyer.place((shop().offer, 1)))

    def services():
        found = {line["service"] for line in stores.lines(f'trace_id:="{trace_id}"')}
        return found if {"gateway", "order", "product", "payment"} <= found else None

    market.until(services, "a line of each service", limit_s=10)


def test_trace_of_an_order_is_whole(stores, buyer, shop):
    offer = shop().offer
    buyer.place((offer, 1))    # connections are open, statements prepared
    spans = settled(stores, trace_of(buyer.place((offer, 1))))
    assert {span.service for span in spans} == PROCESSES

    by_id = {span.id: span for span in spans}
    assert len(by_id) == len(spans), "two spans have one id"
    roots = [span for span in spans if not span.parents]
    assert [str(root) for root in roots] == ["gateway: POST /v1/orders (server)"]
    orphans = [span for span in spans if any(parent not in by_id for parent in span.parents)]
    assert not orphans

    for span in spans:
        for parent in (by_id[one] for one in span.parents):
            # 1 ms: two processes, two readings of one clock.
            assert span.start_us >= parent.start_us - 1000, f"{span} begins before {parent}"
            crosses = span.service != parent.service
            assert crosses == (span.kind == "server" and parent.kind == "client") or span.kind == "consumer", \
                f"{span} under {parent}"
    # A call has its two ends, and its client names whom it called.
    for span in spans:
        if span.kind == "server" and span.parents:
            assert by_id[span.parents[0]].name in (span.name, "HTTP")


# What works for all orders at once, and names this one among others: who hands events on to those who subscribe, and who
# looks for the prices that begin or end, whose position may be an offer of it.
OF_NO_ORDER = ("event_subscription", "passed ORDER BY at, offer_id")


def test_trace_of_an_order_has_every_statement(stores, stack, buyer, shop):
    """Against PostgreSQL's own log of what it was asked."""
    offer = shop().offer
    for _ in range(3):
        buyer.place((offer, 1))
    told = f"SELECT count(*) = 3 FROM notification WHERE account_id = '{buyer.id}'"
    market.until(lambda: stores.psql("notification", told).strip() == "t", "the buyer to be told")
    market.until(lambda: all(stores.psql(name, "SELECT count(*) FROM outbox").strip() == "0" for name in ("order", "payment", "notification")),
                 "empty outboxes")
    with sql_log.Recorder(stores.psql, stores.postgres_log) as recording:
        answer = buyer.place((offer, 1))
        spans = settled(stores, trace_of(answer))
    own = [one for one in sql_log.belonging_to({answer.json()["id"]}, recording.transactions())
           if not any(mark in sql_log.normal(sql) for sql in one.work() for mark in OF_NO_ORDER)]
    asked = collections.Counter(sql_log.normal(sql) for one in own for sql in one.work())
    traced = collections.Counter(sql_log.normal(span.tags["db.query.text"]) for span in spans if "db.query.text" in span.tags)
    assert sum(asked.values()) > 20, "the log of PostgreSQL does not show a checkout"
    # The relay's claim takes messages of many orders at once, so it belongs to no order's trace.
    missing = {sql: count for sql, count in (asked - traced).items() if "FOR UPDATE SKIP LOCKED" not in sql}
    assert not missing
    assert all(span.tags["db.namespace"] == span.service or span.service == "sandbox" for span in spans
               if "db.query.text" in span.tags)


def test_answer_of_an_error_leads_to_its_trace(stores, buyer):
    answer = buyer.get("/v1/orders/01890000-0000-7000-8000-000000000001")
    assert answer.status_code == 404
    trace_id = answer.json()["traceId"]

    def both():
        spans = stores.trace(trace_id)
        return {span.service for span in spans} == {"gateway", "order"} and spans

    spans = market.until(both, "the trace in gateway and order", limit_s=10)
    root, = (span for span in spans if not span.parents)
    assert root.tags["http.response.status_code"] == 404 and "error" not in root.tags


def test_trace_of_a_caller_goes_on_through_nginx_to_the_statements(stores, buyer):
    """Over REST; the caller's own span is not ours to have, everything below it is."""
    trace_id, span_id = uuid.uuid4().hex, uuid.uuid4().hex[:16]
    answer = buyer.get("/v1/orders", headers={"traceparent": f"00-{trace_id}-{span_id}-01"})
    assert trace_of(answer) == trace_id

    def down_to_sql():
        spans = stores.trace(trace_id)
        return any(span.name.startswith("order.") and "db.query.text" in span.tags for span in spans) and \
            {span.service for span in spans} == {"gateway", "order"} and spans

    spans = market.until(down_to_sql, "the trace down to a statement", limit_s=10)
    root, = (span for span in spans if not set(span.parents) & {one.id for one in spans})
    assert root.parents in ([], [span_id]) and root.name == "GET /v1/orders"


def test_exemplar_of_a_histogram_leads_to_a_trace(stores, stack, buyer, shop):
    answer = buyer.place((shop().offer, 1))
    page = stores.http.get(stack["metrics"]["gateway"], headers={"Accept": "application/openmetrics-text; version=1.0.0"}).text
    assert trace_of(answer) in set(re.findall(r'# \{trace_id="([0-9a-f]{32})"\}', page))
    assert page.endswith("# EOF\n")
