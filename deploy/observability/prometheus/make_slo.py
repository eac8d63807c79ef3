#!/usr/bin/python3
"""Writes rules/slo.yml: for each objective below its error ratios over seven windows, its budget, and its burn alerts.

    make_slo.py           write the file
    make_slo.py --check   exit 1 when the file is not what this script writes

An objective is two rates: what happened (`events`) and what went wrong (`errors`), both over 5 minutes. Longer windows are
averages of these, so each is weighted by its traffic and costs one series. Windows and factors: docs/slo.md.
"""

import pathlib
import sys

OUTPUT = pathlib.Path(__file__).parent / "rules" / "slo.yml"

EDGE = 'job=~"gateway|marketplace"'
# Waiting for the card provider and hashing passwords take the time they take.
QUICK = f'{EDGE},route!~"/v1/orders|/v1/accounts|/v1/sessions"'
# What the buyer can see and change, and what somebody wanted; every other reason is ours.
BUYERS = '(?i:OUT_OF_STOCK|OFFER_UNAVAILABLE|PAYMENT_DECLINED|UNKNOWN_PAYMENT_METHOD|CANCELLED_BY_BUYER|CANCELLED_BY_OPERATOR)'

OBJECTIVES = [
    {
        "slo": "availability", "alert": "Availability", "objective": 0.999, "least_events": 200,
        "what": "requests answered with 5xx",
        "events": f"sum(rate(http_requests_total{{{EDGE}}}[5m]))",
        "errors": f'sum(rate(http_requests_total{{{EDGE},code=~"5.."}}[5m]))',
    },
    {
        "slo": "latency", "alert": "Latency", "objective": 0.99, "least_events": 200,
        "what": "requests slower than 250 ms",
        "events": f"sum(rate(http_request_duration_seconds_count{{{QUICK}}}[5m]))",
        "errors": f"clamp_min(sum(rate(http_request_duration_seconds_count{{{QUICK}}}[5m]))"
                  f' - sum(rate(http_request_duration_seconds_bucket{{{QUICK},le="0.25"}}[5m])), 0)',
    },
    {
        "slo": "checkout", "alert": "Checkout", "objective": 0.995, "least_events": 20,
        "what": "checkouts that failed for a reason of ours or were left pending",
        "events": "sum(rate(order_checkouts_total[5m]))",
        "errors": f'(sum(rate(order_failed_total{{reason!~"{BUYERS}"}}[5m])) or 0 * sum(rate(order_checkouts_total[5m])))'
                  ' + (sum(rate(order_checkouts_total{outcome="pending"}[5m])) or 0 * sum(rate(order_checkouts_total[5m])))',
    },
]

INTERVAL = 15
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
# Suffix, severity, and (factor, long window, short window, how long both must be exceeded).
BURNS = [("BurnsFast", "page", [(14.4, "1h", "5m", "2m"), (6, "6h", "30m", "5m")]),
         ("BurnsSlowly", "ticket", [(3, "1d", "2h", "15m"), (1, "3d", "6h", "30m")])]


def budget(objective):
    return f"{1 - objective:.6g}"


def records(o):
    yield "slo:objective:ratio", f"vector({o['objective']})"
    yield "slo:events:rate5m", o["events"]
    # A code that was never answered has no series: then there are as many errors as 0 of what happened.
    yield "slo:errors:rate5m", f"({o['errors']}) or 0 * {o['events']}"
    for window in WINDOWS:
        series = '{name}{{slo="%s"}}' % o["slo"]
        errors, events = (series.format(name=f"slo:{name}:rate5m") for name in ("errors", "events"))
        if window != "5m":
            errors, events = f"avg_over_time({errors}[{window}])", f"avg_over_time({events}[{window}])"
        # Nothing asked is nothing failed: the ratio is 0, not NaN.
        yield f"slo:error_ratio:rate{window}", f"{errors} / clamp_min({events}, 1e-9)"
    left = f"1 - slo:error_ratio:rate30d{{slo=\"{o['slo']}\"}} / {budget(o['objective'])}"
    yield "slo:error_budget_left:ratio30d", left


def write_record(slo, name, expr):
    return [f"      - record: {name}", f"        expr: '{expr}'", f"        labels: {{slo: {slo}}}"]


def write_alert(o, suffix, severity, burn):
    factor, long, short, hold = burn
    name = o["alert"] + suffix
    limit = f"{factor} * {budget(o['objective'])}"
    slo = f"slo=\"{o['slo']}\""
    return [
        f"      - alert: {name}",
        "        expr: >-",
        f"          slo:error_ratio:rate{long}{{{slo}}} > {limit}",
        f"          and slo:error_ratio:rate{short}{{{slo}}} > {limit}",
        # The records are INTERVAL apart, so this counts what happened, however short the history is.
        f"          and sum_over_time(slo:events:rate5m{{{slo}}}[{long}]) * {INTERVAL} > {o['least_events']}",
        f"        for: {hold}",
        f"        labels: {{severity: {severity}, window: {long}}}",
        "        annotations:",
        f'          summary: "{o["alert"]}: {{{{ $value | humanizePercentage }}}} of the last {long} went wrong"',
        f'          description: "{o["what"].capitalize()} use up the error budget of 30 days {factor} times as fast as it'
        f' lasts (objective {o["objective"]:.4g}, both over {long} and {short})."',
        f"          runbook_url: docs/runbooks/{name}.md",
    ]


def text():
    lines = ["# Written by make_slo.py from its objectives; changes here are lost.", "groups:"]
    for o in OBJECTIVES:
        lines += [f"  - name: slo_{o['slo']}", f"    interval: {INTERVAL}s", "    rules:"]
        for name, expr in records(o):
            lines += write_record(o["slo"], name, expr)
        for suffix, severity, burns in BURNS:
            for burn in burns:
                lines += write_alert(o, suffix, severity, burn)
    return "\n".join(lines) + "\n"


def main():
    if "--check" in sys.argv[1:]:
        stale = not OUTPUT.exists() or OUTPUT.read_text() != text()
        if stale:
            print(f"{OUTPUT} is stale: run {sys.argv[0]}", file=sys.stderr)
        return int(stale)
    OUTPUT.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
