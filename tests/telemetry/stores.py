"""Where telemetry ends up natively: the trace store, the log store and Prometheus, asked over HTTP."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools" / "native"), str(ROOT)]

from stack import postgres  # noqa: E402
from stack.layout import Layout  # noqa: E402


def trace_of(answer):
    return answer.headers["traceparent"].split("-")[1]


@contextlib.contextmanager
def frozen(stack, *names):
    """The processes stand still: they hold their sockets and answer nothing. The watchdog does, too: it would kill them."""
    pids = [stack["pids"][name] for name in ("watchdog", *names)]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in reversed(pids):
            os.kill(pid, signal.SIGCONT)


class Stores:
    """Of the stack that `./market info --json` describes; ports are those of deploy/topology.yaml."""

    def __init__(self, info):
        self.layout = Layout(ROOT, info["data"], httpx.URL(info["url"]).port)
        self.postgres_log = self.layout.log / "postgres.stderr.log"
        self.http = httpx.Client(timeout=10)

    def url(self, name):
        return "http://" + self.layout.address(name)

    def psql(self, database, sql):
        """As PostgreSQL's superuser; for looking at what it was asked."""
        command = [postgres.bin_dir(self.layout) / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h",
                   self.layout.postgres_socket, "-U", "postgres", "-d", database]
        return subprocess.run(command, input=sql, capture_output=True, text=True, check=True).stdout

    def get(self, name, path, **parameters):
        answer = self.http.get(f"{self.url(name)}{path}", params=parameters)
        assert answer.status_code < 500, f"{name}{path}: {answer.status_code} {answer.text[:300]}"
        return answer

    def trace(self, trace_id):
        """The spans of a trace, or none yet."""
        answer = self.get("TRACE_STORE", f"/api/traces/{trace_id}").json()
        traces = answer.get("data") or []
        return [Span(span, traces[0]["processes"]) for span in traces[0]["spans"]] if traces else []

    def lines(self, query, limit=1000):
        """The log lines that a LogsQL query finds."""
        answer = self.get("LOG_STORE", "/select/logsql/query", query=query, limit=limit)
        return [json.loads(line) for line in answer.text.splitlines() if line.strip()]

    def query(self, promql):
        """The vector of an instant query."""
        answer = self.get("PROMETHEUS", "/api/v1/query", query=promql).json()
        assert answer["status"] == "success", answer
        return answer["data"]["result"]

    def firing(self):
        """The names and labels of the alerts that fire now."""
        alerts = self.get("PROMETHEUS", "/api/v1/alerts").json()["data"]["alerts"]
        return [alert["labels"] for alert in alerts if alert["state"] == "firing"]


class Span:
    def __init__(self, raw, processes):
        self.raw = raw
        self.id = raw["spanID"]
        self.name = raw["operationName"]
        self.service = processes[raw["processID"]]["serviceName"]
        self.parents = [one["spanID"] for one in raw["references"] if one["refType"] == "CHILD_OF"]
        self.tags = {tag["key"]: tag["value"] for tag in raw["tags"]}
        self.start_us, self.end_us = raw["startTime"], raw["startTime"] + raw["duration"]

    @property
    def kind(self):
        return self.tags.get("span.kind", "internal")

    def __repr__(self):
        return f"{self.service}: {self.name} ({self.kind})"
