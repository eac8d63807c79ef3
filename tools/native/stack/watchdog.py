"""The watchdog of a stack: sees what supervisord does not, and mends it where that is safe.

supervisord starts again what ends. Here is the rest: a process that lives and does not answer, or that a signal has
stopped, is killed, so that supervisord starts it again (PostgreSQL is only told: its data are no place for guesses);
processes whose parent was killed are asked to end, because they hold ports that the next one needs; what supervisord has
given up is tried again; log files are rotated. What it does to a process is one line of watchdog.log, and /metrics has what
the alerts need.

Runs under supervisord like the others and ends when supervisord does. docs/architecture.md, "What happens when".
"""

import argparse
import concurrent.futures
import functools
import http.client
import http.server
import os
import pathlib
import signal
import sys
import threading
import time
import xmlrpc.client

from . import journal, processes, programs, running, supervisor
from deploy.lib.failure import Failure
from .layout import Layout

ROOT = pathlib.Path(os.environ["MARKET_ROOT"])
# What supervisord has given up is tried again after so many rounds.
REVIVAL_ROUNDS = 10
# A watchdog that takes longer to look at all of them is no use, and says so at /healthz.
ROUND_LIMIT_S = 30
ON_PURPOSE = ("STOPPED", "STOPPING")

log = functools.partial(journal.write, "watchdog")


class Metrics:
    """Written by the watchdog's thread, read by those of the requests."""

    def __init__(self, names):
        self.silent_s = dict.fromkeys(names, 0)
        self.kills = dict.fromkeys(names, 0)
        self.fresh_until = time.monotonic() + ROUND_LIMIT_S

    def text(self):
        lines = ["# HELP watchdog_silent_seconds for how long a process has not answered; 0: it answers",
                 "# TYPE watchdog_silent_seconds gauge"]
        lines += [f'watchdog_silent_seconds{{process="{name}"}} {seconds}' for name, seconds in self.silent_s.items()]
        lines += ["# HELP watchdog_kills_total processes killed because they did not answer",
                  "# TYPE watchdog_kills_total counter"]
        lines += [f'watchdog_kills_total{{process="{name}"}} {kills}' for name, kills in self.kills.items()]
        return "\n".join(lines) + "\n"

    def serve(self, address):
        metrics = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/metrics":
                    code, body = 200, metrics.text()
                elif self.path == "/healthz":
                    code, body = (200, "ok\n") if time.monotonic() < metrics.fresh_until else (503, "stuck\n")
                else:
                    code, body = 404, ""
                self.send_response(code)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        host, _, port = address.rpartition(":")
        server = http.server.ThreadingHTTPServer((host, int(port)), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Watchdog:
    def __init__(self, layout):
        self.layout = layout
        self.stack = running.described(layout)
        settings = programs.watchdog_settings(layout)
        self.interval_s = float(settings["ask.interval_s"])
        self.tries = int(settings["ask.tries"])
        self.log_limit_bytes = int(float(settings["log.limit_mb"]) * 2**20)
        self.parent = os.getppid()
        self.answered = {}      # name -> pid that has answered once: until then it is starting
        self.unanswered = dict.fromkeys([*self.stack, "supervisord"], 0)    # tries in a row
        self.killed = {}        # name -> pids: once is enough
        self.orphans = {}       # pid -> when it was asked to end
        self.given_up = {}      # name -> rounds since supervisord did
        self.metrics = Metrics([*self.stack, "supervisord"])
        self.metrics.serve(settings["metrics.listen"])
        self.pool = concurrent.futures.ThreadPoolExecutor(len(self.stack))

    def run(self):
        log("info", "watching", processes=len(self.stack))
        while os.getppid() == self.parent:
            began = time.monotonic()
            proxy = supervisor.client(self.layout)
            self.count("supervisord", bool(proxy))
            if proxy:
                try:
                    self.look(proxy)
                except (OSError, http.client.HTTPException, xmlrpc.client.Error, Failure) as error:
                    log("warn", "round_failed", detail=str(error))
            self.metrics.fresh_until = time.monotonic() + ROUND_LIMIT_S
            time.sleep(max(0, began + self.interval_s - time.monotonic()))
        log("error", "supervisord_died", pid=self.parent)
        return 1

    def look(self, proxy):
        infos = proxy.getAllProcessInfo()
        table = processes.everything()
        running_now = [info for info in infos if info["statename"] == "RUNNING"]
        for info, answers in zip(running_now, self.pool.map(self.answers, running_now)):
            self.judge(info, processes.below(table, info["pid"]), answers)
        for info in infos:
            if info["statename"] != "RUNNING":
                self.count(info["name"], info["statename"] in ON_PURPOSE)
        self.end_orphans(proxy, table)
        self.revive(proxy, infos)
        self.rotate(proxy)

    def answers(self, info):
        probe = self.stack[info["name"]].probe
        return probe() if probe else True

    def judge(self, info, tree, answers):
        name, pid = info["name"], info["pid"]
        if not tree or any(process.state == "t" for process in tree):
            return                                  # it has just ended, or somebody looks at it with a debugger
        stopped = [process for process in tree if process.state == processes.STOPPED]
        if answers:
            self.answered[name] = pid
        silent = self.count(name, answers and not stopped)
        if silent < self.tries or (not stopped and self.answered.get(name) != pid):
            return                                  # or it is still starting, which takes as long as it takes
        facts = {"process": name, "pid": pid, "silent_s": self.metrics.silent_s[name], "stopped": [one.pid for one in stopped]}
        if self.stack[name].only_told:
            if silent == self.tries:
                log("error", "silent", **facts)
            return
        # A worker that stands still is started again by its master, if that lives.
        workers = stopped if stopped and tree[0] not in stopped else []
        pids = [process.pid for process in workers or tree[:1]]
        if self.killed.get(name) == pids:
            return                                  # and has not ended: it hangs in the kernel
        self.killed[name] = pids
        log("error", "killed", **facts)
        self.metrics.kills[name] += 1
        for process in workers or tree[:1]:
            processes.send(process, signal.SIGKILL)

    def count(self, name, well):
        """How many times in a row it has not answered, under whatever pid."""
        before = self.unanswered[name]
        self.unanswered[name] = 0 if well else before + 1
        self.metrics.silent_s[name] = self.unanswered[name] * self.interval_s
        if well and before >= self.tries:
            log("info", "answers_again", process=name)
        return self.unanswered[name]

    def end_orphans(self, proxy, table):
        found = supervisor.orphans(self.layout, proxy, table)
        now = time.monotonic()
        self.orphans = {one.pid: self.orphans.get(one.pid) for one in found}
        for one in found:
            if self.orphans[one.pid] is None:
                log("warn", "orphan", pid=one.pid, name=one.name)
                supervisor.ask_to_end(one, self.stack.values())
                self.orphans[one.pid] = now
            elif now > self.orphans[one.pid] + programs.STOP_WAIT_S:
                processes.send(one, signal.SIGKILL)

    def revive(self, proxy, infos):
        for info in infos:
            name = info["name"]
            if info["statename"] != "FATAL" or not self.stack[name].is_ours:
                self.given_up.pop(name, None)
                continue
            self.given_up[name] = self.given_up.get(name, 0) + 1
            if self.given_up[name] % REVIVAL_ROUNDS == 0:
                log("warn", "started_again", process=name, detail=info["spawnerr"])
                supervisor.start(proxy, name)

    def rotate(self, proxy):
        """Programs of ours see that their file has another name and open a new one, nginx is told to."""
        paths = programs.rotated_logs(self.layout)
        for path in paths:
            if path.exists() and path.stat().st_size > self.log_limit_bytes:
                path.rename(path.with_name(path.name + ".1"))
        if not all(path.exists() for path in programs.edge_logs(self.layout)):
            supervisor.ignoring(supervisor.NOT_RUNNING, proxy.signalProcess, "nginx", "USR1")


def main():
    parser = argparse.ArgumentParser(prog="watchdog")
    parser.add_argument("--data", required=True)
    layout = Layout(ROOT, parser.parse_args().data)
    return Watchdog(layout).run()


sys.exit(main())
