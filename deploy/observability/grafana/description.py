"""What the dashboards show. make_dashboards.py turns this into JSON.

Queries name only metrics that our programs expose or that the exporters of Debian have, so all of them return data on a
natively run stack too. A service is found by its gRPC name or its database, never by job alone: in the shape *single* one
process, `marketplace`, is all of them.
"""

import pathlib
import sys

from make_dashboards import LOKI, TEMPO, Dashboard, Panel, Query, Row

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from deploy.lib import topology  # noqa: E402

TOPOLOGY = topology.read()
OURS = "|".join(TOPOLOGY.programs)
EDGE = 'job=~"gateway|marketplace"'
SERVICES = tuple(TOPOLOGY.services)
BREAKER = {0: ("closed", "green"), 1: ("open", "red"), 2: ("half-open", "yellow")}
UP = {0: ("down", "red"), 1: ("up", "green")}
RATE = "[$__rate_interval]"


def graph(title, description, unit, *queries, width=8, **more):
    return Panel(title, description, "timeseries", list(queries), unit, width, **more)


def stat(title, description, unit, *queries, width=4, **more):
    return Panel(title, description, "stat", list(queries), unit, width, 5, **more)


def table(title, description, unit, query, width=12):
    return Panel(title, description, "table", [query], unit, width)


def states(title, description, query, names, width=8):
    return Panel(title, description, "state-timeline", [query], "short", width, names=names)


def logs(title, description, query, width=24):
    return Panel(title, description, "logs", [Query(query)], "short", width, 10, source=LOKI)


def log_graph(title, description, unit, query, width=8):
    return Panel(title, description, "timeseries", [query], unit, width, stacked=True, source=LOKI)


def traces(title, description, query, width=24):
    return Panel(title, description, "table", [Query(query)], "short", width, 10, source=TEMPO)


def quantiles(metric, selector, by=""):
    """p50, p95 and p99 of a histogram; each point links to the traces behind it."""
    labels, tail = (f"le, {by}", f" {{{{{by}}}}}") if by else ("le", "")
    return [Query(f"histogram_quantile({q}, sum by ({labels}) (rate({metric}_bucket{{{selector}}}{RATE})))", name + tail, True)
            for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))]


def p99(metric, selector, by):
    expr = f"histogram_quantile(0.99, sum by (le, {by}) (rate({metric}_bucket{{{selector}}}{RATE})))"
    return Query(expr, f"{{{{{by}}}}}", True)


def summed(metric, selector, by, legend=None):
    return Query(f"sum by ({by}) (rate({metric}{{{selector}}}{RATE}))", legend or f"{{{{{by}}}}}")


def slowest(metric, selector, by):
    expr = f"topk(10, histogram_quantile(0.99, sum by (le, {by}) (rate({metric}_bucket{{{selector}}}[$__range]))) > 0)"
    return Query(expr)


def runtime(jobs):
    of = f'job=~"{jobs}",instance=~"$instance"'
    return Row("Process", [
        graph("CPU", "Cores in use. A process of ours has one working thread: 1 is its limit.", "short",
              Query(f"rate(process_cpu_seconds_total{{{of}}}{RATE})", "{{instance}}"), width=6, low=0, steps=[(0.9, "red")]),
        graph("Memory", "Resident memory.", "bytes", Query(f"process_resident_memory_bytes{{{of}}}", "{{instance}}"),
              width=6, low=0),
        graph("File descriptors", "Open ones, as a part of what is allowed.", "percentunit",
              Query(f"process_open_fds{{{of}}} / process_max_fds{{{of}}}", "{{instance}}"), width=6, low=0,
              steps=[(0.8, "red")]),
        graph("Starts", "When the process started; a step is a restart.", "dateTimeAsIso",
              Query(f"process_start_time_seconds{{{of}}} * 1000", "{{instance}}"), width=6),
    ])


def instances(jobs):
    return ("instance", "Instance", f'label_values(up{{job=~"{jobs}"}}, instance)')


def service(name):
    jobs = f"{name}|marketplace"
    rpc = f'grpc_service="marketplace.{name}.v1.{name.capitalize()}Service",instance=~"$instance"'
    of = f'job=~"{jobs}",instance=~"$instance"'
    database = f'database="{name}",instance=~"$instance"'
    stream = f'{{service_name=~"{jobs}"}}'
    return Dashboard(f"market-{name}", f"Service: {name}", f"Rate, errors and duration of {name}, and what it waits for.", [
        Row("Calls", [
            graph("Calls by method", "Calls answered a second.", "reqps",
                  summed("grpc_server_handled_total", rpc, "grpc_method"), stacked=True),
            graph("Errors by code", "Everything but OK. NotFound, InvalidArgument and the like are the callers' doing.", "reqps",
                  summed("grpc_server_handled_total", rpc + ',grpc_code!="OK"', "grpc_code"), stacked=True),
            graph("Duration", "Over all methods; the dots open the trace of one call.", "s",
                  *quantiles("grpc_server_handling_seconds", rpc), low=0),
            graph("p99 by method", "The dots open the trace of one call.", "s",
                  p99("grpc_server_handling_seconds", rpc, "grpc_method"), width=12, low=0),
            table("Slowest methods", "p99 over the time range.", "s",
                  slowest("grpc_server_handling_seconds", rpc, "grpc_method")),
        ]),
        Row("Admission and peers", [
            graph("Admission", "Calls worked on, and calls that wait for their turn.", "short",
                  Query(f"market_admission_running{{{of}}}", "running {{instance}}"),
                  Query(f"market_admission_waiting{{{of}}}", "waiting {{instance}}"), low=0),
            graph("Refused calls", "Refused at admission to keep the others fast.", "reqps",
                  summed("market_admission_refused_total", of, "class"), stacked=True),
            states("Circuit breakers", "Towards each peer, for reads and for writes.",
                   Query(f"max by (peer, class) (market_circuit_breaker_state{{{of}}})", "{{peer}} {{class}}"), BREAKER),
            graph("Calls to peers, p99", "As this service sees its peers, retries included.", "s",
                  p99("grpc_client_handling_seconds", of, "grpc_service"), low=0),
            graph("Retries", "Calls sent a second time.", "reqps", summed("grpc_client_retries_total", of, "peer")),
            graph("Retry budget", "Tokens left; at 0 failures are passed on instead of retried.", "short",
                  Query(f"min by (peer) (market_retry_budget_tokens{{{of}}})", "{{peer}}"), low=0),
        ]),
        Row("Database", [
            graph("Statements", "Executions a second by name.", "ops", summed("db_query_seconds_count", database, "statement"),
                  stacked=True),
            graph("Statements, p99", "From sending to the last row; the dots open a trace.", "s",
                  p99("db_query_seconds", database, "statement"), low=0),
            graph("Pool", "Connections leased, and calls that wait for one, by class.", "short",
                  Query(f'sum by (class, state) (db_pool_connections{{{database},state!="open"}})', "{{class}} {{state}}"), low=0),
            graph("Statements under way", "By class: how many, on average.", "short",
                  summed("db_busy_seconds_total", database, "class"), low=0),
            graph("Cancelled", "Statements stopped in the server, their callers having left, by class.", "ops",
                  summed("db_statements_cancelled_total", database, "class"), low=0),
            graph("Wait for a connection", "How long a call waits for its turn at the pool.", "s",
                  *quantiles("db_pool_wait_seconds", database), low=0),
            table("Slowest statements", "p99 over the time range.", "s", slowest("db_query_seconds", database, "statement"),
                  width=16),
        ]),
        runtime(jobs),
        Row("Logs and traces", [
            log_graph("Lines by level", "Lines that arrived in the log store.", "short",
                      Query(f"sum by (level) (count_over_time({stream} [$__auto]))", "{{level}}"), width=24),
            logs("Warnings and errors", "Open a line to get to its trace.", f'{stream} | level=~"warn|error|fatal"'),
            traces("Failed and slow traces", "Calls that failed or took longer than half a second.",
                   f'{{ resource.service.name =~ "{jobs}" && (status = error || duration > 500ms) }}'),
        ]),
    ], [instances(jobs)])


def objective(slo, title, description):
    of = f'{{slo="{slo}"}}'
    return [
        Panel(f"{title}: budget left", f"{description} What is left of the error budget of 30 days; below 0 the objective is"
              " missed.", "gauge", [Query(f"slo:error_budget_left:ratio30d{of}", slo)], "percentunit", 4, 6,
              [(0, "red"), (0.0001, "yellow"), (0.25, "green")], 0, 1),
        Panel(f"{title}: 30 days", "Share of what went well, next to its objective.", "stat",
              [Query(f"1 - slo:error_ratio:rate30d{of}", "reached"), Query(f"slo:objective:ratio{of}", "objective")],
              "percentunit", 4, 6),
    ]


OVERVIEW = Dashboard("market-overview", "Overview", "Are people served, is money right, and what does it cost.", [
    Row("Objectives (docs/slo.md)", [
        *objective("availability", "Availability", "99.9 % of requests are not answered with 5xx."),
        *objective("latency", "Latency", "99 % of requests take less than 250 ms."),
        *objective("checkout", "Checkout", "99.5 % of checkouts end without a fault of ours."),
        graph("Burn rate over an hour", "1 uses up the budget in exactly 30 days; 14.4 wakes somebody.", "short",
              Query("slo:error_ratio:rate1h / on (slo) (1 - slo:objective:ratio)", "{{slo}}"), width=12, low=0,
              steps=[(1, "yellow"), (14.4, "red")]),
        graph("Burn rate over six hours", "6 wakes somebody.", "short",
              Query("slo:error_ratio:rate6h / on (slo) (1 - slo:objective:ratio)", "{{slo}}"), width=12, low=0,
              steps=[(1, "yellow"), (6, "red")]),
    ]),
    Row("Now", [
        stat("Requests", "Answered a second at the gateway.", "reqps",
             Query(f"sum(rate(http_requests_total{{{EDGE}}}{RATE}))", "requests")),
        stat("Failed", "Share answered with 5xx.", "percentunit",
             Query('slo:error_ratio:rate5m{slo="availability"}', "5xx"), steps=[(0.001, "yellow"), (0.01, "red")]),
        stat("p99", "Over all routes.", "s", Query(
            f"histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{{{EDGE}}}{RATE})))", "p99"),
            steps=[(0.25, "yellow"), (1, "red")]),
        stat("Orders placed", "In the last hour.", "short", Query("sum(increase(order_placed_total[1h]))", "orders")),
        stat("Ledger", "0 when the books balance.", "short", Query("max(abs(payment_ledger_imbalance_minor))", "imbalance"),
             steps=[(1, "red")]),
        stat("Alerts firing", "Without the heartbeat.", "short",
             Query('count(ALERTS{alertstate="firing"}) - 1', "alerts"), steps=[(1, "yellow")]),
    ]),
    Row("Traffic", [
        graph("Requests by code", "At the gateway.", "reqps", summed("http_requests_total", EDGE, "code"), stacked=True),
        graph("Duration", "At the gateway; the dots open the trace of one request.", "s",
              *quantiles("http_request_duration_seconds", EDGE), low=0),
        graph("Calls by service", "gRPC calls answered.", "reqps",
              summed("grpc_server_handled_total", f'job=~"{OURS}"', "grpc_service"), stacked=True),
    ]),
    Row("Processes", [
        states("Up", "Whether Prometheus can read each target.", Query("min by (job) (up)", "{{job}}"), UP, width=12),
        table("Alerts", "Firing and pending.", "short", Query("ALERTS")),
        graph("CPU", "Cores in use.", "short", summed("process_cpu_seconds_total", f'job=~"{OURS}"', "job"), stacked=True,
              width=6),
        graph("Memory", "Resident memory.", "bytes",
              Query(f'sum by (job) (process_resident_memory_bytes{{job=~"{OURS}"}})', "{{job}}"), stacked=True, width=6),
        graph("Machine", "Busy share of all cores, and memory that is taken.", "percentunit",
              Query(f'1 - avg(rate(node_cpu_seconds_total{{mode="idle"}}{RATE}))', "CPU"),
              Query("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "memory"), low=0, high=1, width=6),
        graph("Disk", "What is left of each file system.", "percentunit",
              Query('node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs"} / node_filesystem_size_bytes{fstype!~"tmpfs|ramfs"}',
                    "{{mountpoint}}"), low=0, high=1, width=6),
        table("Builds", "Which version runs where.", "short",
              Query("max by (job, version, revision) (market_build_info)"), width=24),
    ]),
    Row("Logs and traces", [
        Panel("Service map", "Who calls whom, from traces.", "nodeGraph", [Query("{}")], "short", 12, 12, source=TEMPO),
        Panel("Errors", "From every service; open a line to get to its trace.", "logs",
              [Query('{service_name=~".+"} | level=~"error|fatal"')], "short", 12, 12, source=LOKI),
    ]),
])

GATEWAY = Dashboard("market-gateway", "Gateway and edge", "REST at the gateway, and nginx in front of it.", [
    Row("REST", [
        graph("Requests by route", "Answered a second.", "reqps",
              summed("http_requests_total", f'{EDGE},instance=~"$instance",route=~"$route"', "route"), stacked=True),
        graph("Errors by code", "4xx are the callers' doing, 5xx are ours.", "reqps",
              summed("http_requests_total", f'{EDGE},instance=~"$instance",route=~"$route",code=~"[45].."', "code"),
              stacked=True),
        graph("Duration", "The dots open the trace of one request.", "s",
              *quantiles("http_request_duration_seconds", f'{EDGE},instance=~"$instance",route=~"$route"'), low=0),
        graph("p99 by route", "The dots open the trace of one request.", "s",
              p99("http_request_duration_seconds", f'{EDGE},instance=~"$instance",route=~"$route"', "route"), width=12, low=0),
        table("Slowest routes", "p99 over the time range.", "s",
              slowest("http_request_duration_seconds", f'{EDGE},route=~"$route"', "method, route")),
        graph("In flight", "Requests being worked on.", "short",
              Query(f'http_requests_in_flight{{{EDGE},instance=~"$instance"}}', "{{instance}}"), low=0),
        table("Errors of each route", "Requests that were not answered well, over the time range.", "short", Query(
            f'topk(15, sum by (method, route, code) (increase(http_requests_total{{{EDGE},code=~"[45].."}}[$__range])))'),
            width=16),
    ]),
    Row("Public reads that are kept", [
        stat("Hit ratio", "Answered without a service, over the time range.", "percentunit", Query(
            f'sum(increase(http_cache_requests_total{{{EDGE},result=~"hit|joined"}}[$__range]))'
            f' / sum(increase(http_cache_requests_total{{{EDGE}}}[$__range]))', "hits"), width=6),
        graph("Reads", "By what became of them.", "reqps",
              summed("http_cache_requests_total", f'{EDGE},instance=~"$instance",route=~"$route"', "result"), width=6, stacked=True),
        graph("Let go", "Answers a second: old, touched by a change, for room.", "ops",
              summed("http_cache_removed_total", f'{EDGE},instance=~"$instance"', "why"), width=6, stacked=True),
        graph("Kept", "Bytes of them.", "bytes", Query(f'http_cache_bytes{{{EDGE},instance=~"$instance"}}', "{{instance}}"),
              width=6, low=0),
    ]),
    Row("Calls to services", [
        graph("Calls", "By service.", "reqps", summed("grpc_client_handled_total", EDGE, "grpc_service"), stacked=True),
        graph("Errors", "Everything but OK.", "reqps",
              summed("grpc_client_handled_total", EDGE + ',grpc_code!="OK"', "grpc_code"), stacked=True),
        graph("p99", "As the gateway sees it.", "s", p99("grpc_client_handling_seconds", EDGE, "grpc_service"), low=0),
        states("Circuit breakers", "Towards each service, for reads and for writes.",
               Query(f"max by (peer, class) (market_circuit_breaker_state{{{EDGE}}})", "{{peer}} {{class}}"), BREAKER),
        graph("Retries", "Calls sent a second time.", "reqps", summed("grpc_client_retries_total", EDGE, "peer")),
        graph("Retry budget", "Tokens left; at 0 failures are passed on instead of retried.", "short",
              Query(f"min by (peer) (market_retry_budget_tokens{{{EDGE}}})", "{{peer}}"), low=0),
    ]),
    Row("nginx", [
        graph("Requests", "REST and native gRPC together.", "reqps", Query(f"rate(nginx_http_requests_total{RATE})", "requests"),
              width=6),
        graph("Connections", "Open ones by what they do.", "short", Query("nginx_connections_reading", "reading"),
              Query("nginx_connections_writing", "writing"), Query("nginx_connections_waiting", "idle"), stacked=True, width=6),
        graph("New connections", "Accepted a second, and those dropped for want of resources.", "cps",
              Query(f"rate(nginx_connections_accepted{RATE})", "accepted"),
              Query(f"rate(nginx_connections_accepted{RATE}) - rate(nginx_connections_handled{RATE})", "dropped"), width=6),
        states("nginx", "Whether its status page answers.", Query("nginx_up", "{{instance}}"), UP, width=6),
    ]),
    runtime("gateway|marketplace"),
    Row("Logs and traces", [
        logs("Warnings and errors", "Open a line to get to its trace.",
             '{service_name=~"gateway|marketplace"} | level=~"warn|error|fatal"'),
        traces("Failed and slow traces", "Requests that failed or took longer than half a second.",
               '{ resource.service.name =~ "gateway|marketplace" && kind = server && (status = error || duration > 500ms) }'),
    ]),
], [instances("gateway|marketplace"), ("route", "Route", f"label_values(http_requests_total{{{EDGE}}}, route)")])

ORDERS = Dashboard("market-money", "Orders and money", "What is sold, what fails, and whether every cent is where it belongs.", [
    Row("Sales", [
        graph("Orders placed", "A second, by currency.", "ops", summed("order_placed_total", "", "currency"), stacked=True),
        graph("Value placed", "Minor units a second, by currency.", "short",
              summed("order_placed_value_minor_total", "", "currency"), stacked=True),
        graph("Value captured", "Minor units a second that the provider took from cards.", "short",
              summed("payment_captured_value_minor_total", "", "currency"), stacked=True),
        graph("New accounts and sellers", "A second.", "ops",
              Query(f"sum(rate(auth_sign_ups_total{RATE}))", "accounts"),
              Query(f"sum(rate(user_sellers_created_total{RATE}))", "sellers")),
        graph("Moves of orders", "Orders and parts that reached each state.", "ops",
              summed("order_transitions_total", "", "state"), stacked=True),
        graph("Sign-ins", "By result.", "ops", summed("auth_sign_ins_total", "", "result"), stacked=True),
    ]),
    Row("Checkout", [
        graph("Checkouts by outcome", "Pending: the buyer was told that it is not known yet.", "ops",
              summed("order_checkouts_total", "", "outcome"), stacked=True),
        graph("Checkout duration", "From the request to the outcome.", "s", *quantiles("order_checkout_seconds", ""), low=0),
        graph("Failed orders by reason", "Declined cards, empty shelves and cancellations are normal; UNAVAILABLE is ours.", "ops",
              summed("order_failed_total", "", "reason"), stacked=True),
        graph("Open checkouts", "By the step they stand at.", "short",
              Query("max by (step) (order_checkouts_open)", "{{step}}"), stacked=True, low=0),
        graph("Oldest open checkout", "15 minutes wake somebody.", "s",
              Query("max(order_checkout_oldest_age_seconds)", "age"), low=0, steps=[(900, "red")]),
        graph("Reservations", "Stock asked for, by outcome.", "ops", summed("product_reservations_total", "", "outcome")),
    ]),
    Row("Payment", [
        stat("Ledger imbalance", "Sum over all entries of the ledger; anything but 0 wakes somebody.", "short",
             Query("max by (currency) (abs(payment_ledger_imbalance_minor))", "{{currency}}"), steps=[(1, "red")], width=6),
        stat("Unresolved payments", "The provider has not said whether it took the money.", "short",
             Query("max(payment_unresolved)", "payments"), steps=[(1, "yellow")], width=6),
        stat("Oldest unresolved payment", "15 minutes wake somebody.", "s",
             Query("max(payment_unresolved_oldest_age_seconds)", "age"), steps=[(60, "yellow"), (900, "red")], width=6),
        stat("Declined", "In the last hour.", "short", Query("sum(increase(payment_declined_total[1h]))", "declined"), width=6),
        graph("Open findings", "What reconciliation found and nobody has resolved, by kind.", "short",
              Query("max by (kind) (payment_findings_open)", "{{kind}}"), width=18),
        stat("Oldest open finding", "An hour makes a ticket.", "s", Query("max(payment_findings_oldest_age_seconds)", "age"),
             steps=[(60, "yellow"), (3600, "red")], width=6),
        graph("Provider's answers", "By operation and answer.", "ops",
              summed("payment_provider_answers_total", "", "operation, answer", "{{operation}} {{answer}}"), width=12,
              stacked=True),
        graph("Declined by reason", "As the provider gives it.", "ops", summed("payment_declined_total", "", "reason"),
              width=12, stacked=True),
    ]),
    Row("Outbox", [
        graph("Waiting messages", "Of each database.", "short",
              Query("max by (database) (outbox_pending_messages)", "{{database}}"), width=6, low=0),
        graph("Oldest message", "5 minutes wake somebody.", "s",
              Query("max by (database) (outbox_oldest_age_seconds)", "{{database}}"), width=6, low=0, steps=[(300, "red")]),
        graph("Delivered", "A second.", "ops", summed("outbox_delivered_total", "", "database"), width=6),
        graph("Failed tries", "A failed delivery is tried again.", "ops", summed("outbox_failures_total", "", "database"),
              width=6),
    ]),
    Row("Passwords", [
        graph("Hashing", "Passwords being hashed and waiting; each takes 19 MiB and tens of milliseconds.", "short",
              Query("sum(auth_password_hashes_running)", "running"),
              Query("sum by (class) (auth_password_hashes_waiting)", "waiting: {{class}}"), low=0),
        graph("Wait for a thread", "Of people on a device that is known.", "s",
              *quantiles("auth_password_wait_seconds", 'class="known"'), low=0),
        graph("Refused", "By the queue for a thread, and by the limits of one address or device.", "ops",
              summed("auth_password_hashes_refused_total", "", "reason", "queue: {{reason}}"),
              summed("auth_limited_total", "", "operation, limit", "{{operation}} by {{limit}}")),
    ]),
])

DATABASES = 'datname=~"$database"'
POSTGRES = Dashboard("market-postgres", "PostgreSQL", "The server by its exporter, and statements as our programs see them.", [
    Row("Server", [
        states("Up", "Whether the exporter reaches the server.", Query("pg_up", "{{instance}}"), UP, width=6),
        stat("Connections", "Share of max_connections that is taken.", "percentunit",
             Query("sum(pg_stat_activity_count) / max(pg_settings_max_connections)", "taken"), width=6,
             steps=[(0.6, "yellow"), (0.8, "red")]),
        stat("Cache hits", "Share of blocks found in shared buffers, over the time range.", "percentunit", Query(
            "sum(increase(pg_stat_database_blks_hit[$__range])) / (sum(increase(pg_stat_database_blks_hit[$__range]))"
            " + sum(increase(pg_stat_database_blks_read[$__range])))", "hits"), width=6),
        stat("Size", "All databases.", "bytes", Query("sum(pg_database_size_bytes)", "size"), width=6),
    ]),
    Row("Databases", [
        graph("Transactions", "Committed a second.", "ops",
              summed("pg_stat_database_xact_commit", DATABASES, "datname"), stacked=True),
        graph("Rollbacks", "A rolled back transaction is a refusal, a conflict or a failure.", "ops",
              summed("pg_stat_database_xact_rollback", DATABASES, "datname"), stacked=True),
        graph("Connections by state", "idle in transaction should be near 0.", "short",
              Query(f"sum by (state) (pg_stat_activity_count{{{DATABASES}}})", "{{state}}"), stacked=True, low=0),
        graph("Longest transaction", "Old transactions hold back vacuum.", "s",
              Query(f"max by (datname) (pg_stat_activity_max_tx_duration{{{DATABASES}}})", "{{datname}}"), low=0),
        graph("Rows read", "Returned by scans a second.", "ops",
              summed("pg_stat_database_tup_fetched", DATABASES, "datname"), stacked=True),
        graph("Rows written", "Inserted, updated and deleted a second.", "ops", Query(
            f"sum(rate(pg_stat_database_tup_inserted{{{DATABASES}}}{RATE}))", "inserted"), Query(
            f"sum(rate(pg_stat_database_tup_updated{{{DATABASES}}}{RATE}))", "updated"), Query(
            f"sum(rate(pg_stat_database_tup_deleted{{{DATABASES}}}{RATE}))", "deleted"), stacked=True),
        graph("Locks", "Held or waited for, by mode.", "short",
              Query(f"sum by (mode) (pg_locks_count{{{DATABASES}}})", "{{mode}}"), low=0),
        graph("Deadlocks", "In each interval; each costs one transaction a second try.", "short",
              Query(f"sum by (datname) (increase(pg_stat_database_deadlocks{{{DATABASES}}}{RATE}))", "{{datname}}"), low=0),
        graph("Temporary files", "Bytes a second that sorts and hashes put on disk.", "Bps",
              summed("pg_stat_database_temp_bytes", DATABASES, "datname")),
        graph("Size", "Of each database.", "bytes",
              Query(f"max by (datname) (pg_database_size_bytes{{{DATABASES}}})", "{{datname}}"), stacked=True),
        graph("Blocks read from outside the cache", "From the kernel's cache or the disk, a second.", "ops",
              summed("pg_stat_database_blks_read", DATABASES, "datname"), stacked=True),
        graph("Disk busy", "Share of time with a request under way.", "percentunit",
              summed("node_disk_io_time_seconds_total", "", "device"), low=0, high=1),
    ]),
    Row("Statements, as our programs see them", [
        graph("Executions", "By database.", "ops", summed("db_query_seconds_count", 'database=~"$database"', "database"),
              stacked=True),
        graph("p99", "From sending to the last row.", "s", p99("db_query_seconds", 'database=~"$database"', "database"), low=0),
        graph("Failed statements", "By name.", "ops",
              summed("db_query_errors_total", 'database=~"$database"', "statement"), stacked=True),
        table("Time by statement", "Seconds a second each statement takes: where the load comes from.", "s", Query(
            'topk(20, sum by (database, statement) (rate(db_query_seconds_sum{database=~"$database"}[$__range])))')),
        table("Slowest statements", "p99 over the time range.", "s",
              slowest("db_query_seconds", 'database=~"$database"', "database, statement")),
        graph("Pools", "Connections by state.", "short",
              Query('sum by (database, state) (db_pool_connections{database=~"$database"})', "{{database}} {{state}}"),
              width=12, low=0),
        graph("Wait for a connection", "p99.", "s", p99("db_pool_wait_seconds", 'database=~"$database"', "database"),
              width=12, low=0),
    ]),
], [("database", "Database", 'label_values(pg_database_size_bytes{datname!~"template.*|postgres"}, datname)')])

REDIS = Dashboard("market-redis", "Redis", "The cache: what it spares PostgreSQL, and what it costs.", [
    Row("Cache", [
        stat("Hit ratio", "Of our programs, over the time range.", "percentunit", Query(
            'sum(increase(cache_requests_total{result="hit"}[$__range])) / sum(increase(cache_requests_total[$__range]))',
            "hits"), width=6),
        states("Up", "Whether the exporter reaches the server.", Query("redis_up", "{{instance}}"), UP, width=6),
        graph("Asked by our programs", "By cache and result; an error is answered by the database.", "ops",
              summed("cache_requests_total", "", "cache, result", "{{cache}} {{result}}"), width=12, stacked=True),
    ]),
    Row("Server", [
        graph("Commands", "A second, by command.", "ops", summed("redis_commands_total", "", "cmd"), stacked=True),
        graph("Time of a command", "Average.", "s", Query(
            f"sum by (cmd) (rate(redis_commands_duration_seconds_total{RATE})) / sum by (cmd) (rate(redis_commands_total{RATE}))",
            "{{cmd}}"), low=0),
        graph("Keys found", "As the server counts.", "ops", Query(f"rate(redis_keyspace_hits_total{RATE})", "hits"),
              Query(f"rate(redis_keyspace_misses_total{RATE})", "misses"), stacked=True),
        graph("Memory", "Used, next to its limit.", "bytes", Query("redis_memory_used_bytes", "used"),
              Query("redis_memory_max_bytes", "limit"), low=0),
        graph("Keys leave", "Expired on time, or evicted for want of memory.", "ops",
              Query(f"rate(redis_expired_keys_total{RATE})", "expired"),
              Query(f"rate(redis_evicted_keys_total{RATE})", "evicted")),
        graph("Clients", "Connected, blocked, and connections refused.", "short",
              Query("redis_connected_clients", "connected"), Query("redis_blocked_clients", "blocked"),
              Query(f"increase(redis_rejected_connections_total{RATE})", "refused"), low=0),
        graph("Network", "Bytes a second.", "Bps", Query(f"rate(redis_net_input_bytes_total{RATE})", "in"),
              Query(f"rate(redis_net_output_bytes_total{RATE})", "out"), width=12),
        graph("CPU", "Cores in use; Redis works on one.", "short",
              Query(f"rate(redis_cpu_sys_seconds_total{RATE}) + rate(redis_cpu_user_seconds_total{RATE})", "CPU"), width=12,
              low=0, steps=[(0.8, "red")]),
    ]),
])

PIPELINE = Dashboard("market-pipeline", "Kafka, logs and traces", "From the programs through Kafka to the stores; what is lost.", [
    Row("Logs: the programs' side", [
        graph("Lines written", "A second.", "ops", summed("market_log_lines_total", "", "job"), stacked=True, width=6),
        graph("Lines taken by Kafka", "Acknowledged by the broker. Below what is written: it waits, or is lost.", "ops",
              summed("market_log_delivered_total", "", "job"), stacked=True, width=6),
        graph("Lines dropped", "Counted, so that no request waits for the log.", "ops",
              summed("market_log_dropped_total", "", "job, sink, reason", "{{job}} {{sink}} {{reason}}"), stacked=True, width=6),
        graph("Waiting for Kafka", "Lines in each producer's queue.", "short",
              Query("sum by (job) (market_log_queue_messages)", "{{job}}"), width=6, low=0),
        graph("Bytes waiting for Kafka", "In each producer's queue.", "bytes",
              Query("sum by (job) (market_log_queue_bytes)", "{{job}}"), low=0),
        graph("On the way", "Lines acknowledged by Kafka in all; compare with what arrived below.", "short",
              Query("sum(market_log_delivered_total)", "delivered"), Query("sum(market_log_lines_total)", "written")),
        stat("Dropped", "In the last hour.", "short", Query("sum(increase(market_log_dropped_total[1h]))", "lines"), width=8,
             steps=[(1, "red")]),
    ]),
    Row("Logs: the store's side", [
        log_graph("Lines arrived", "By service.", "short",
                  Query('sum by (service_name) (count_over_time({service_name=~".+"} [$__auto]))', "{{service_name}}"), 12),
        log_graph("Lines by level", "Over all services.", "short",
                  Query('sum by (level) (count_over_time({service_name=~".+"} [$__auto]))', "{{level}}"), 12),
        logs("Telemetry about itself", "What programs say of their log, trace and metric sinks.",
             '{service_name=~".+"} |~ `"event":"(log|trace|telemetry|kafka)\\.`'),
    ]),
    Row("Traces", [
        graph("Spans", "By what became of them.", "ops", summed("market_trace_spans_total", "", "result"), stacked=True),
        graph("Traces", "Chosen at the head by ratio, kept at the end for an error or slowness, or not kept.", "ops",
              summed("market_traces_total", "", "decision"), stacked=True),
        graph("Waiting spans", "In each exporter's queue.", "short",
              Query("sum by (job) (market_trace_queue_spans)", "{{job}}"), low=0),
    ]),
    Row("Metrics", [
        states("Targets", "Whether Prometheus can read each target.", Query("min by (job) (up)", "{{job}}"), UP, width=12),
        graph("Scrape duration", "Of each target.", "s", Query("max by (job) (scrape_duration_seconds)", "{{job}}"), width=6,
              low=0),
        graph("Series", "Samples a scrape returns.", "short",
              Query("sum by (job) (scrape_samples_post_metric_relabeling)", "{{job}}"), width=6, stacked=True),
        graph("Prometheus", "Samples stored a second.", "ops",
              Query(f"rate(prometheus_tsdb_head_samples_appended_total{RATE})", "samples")),
        graph("Rules", "Evaluations that failed.", "short",
              Query("sum(increase(prometheus_rule_evaluation_failures_total[5m]))", "failed"), steps=[(1, "red")]),
        graph("Notifications", "Sent by Alertmanager, and those that failed.", "short",
              Query("sum(increase(alertmanager_notifications_total[5m]))", "sent"),
              Query("sum(increase(alertmanager_notifications_failed_total[5m]))", "failed")),
    ]),
])

DASHBOARDS = [OVERVIEW, *map(service, SERVICES), GATEWAY, ORDERS, POSTGRES, REDIS, PIPELINE]
