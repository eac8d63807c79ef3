"""Windows of load: rates and latencies of a client, CPU time of every process that took part, and of those that did not."""

import os
import pathlib
import re
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")
CPUS = os.cpu_count()
FOREIGN_MAX = 0.15   # of the machine; above that the window is taken again
TRIES = 3


class BenchFailed(Exception):
    """The run cannot be trusted, or could not be made."""


def note(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode:
        raise BenchFailed(f"{command[0]}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def stat(pid):
    """(parent, seconds of CPU, seconds of the children it has buried), or None when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    user, system, child_user, child_system = map(int, fields[11:15])
    return int(fields[1]), (user + system) / TICKS, (child_user + child_system) / TICKS


def group_seconds(roots):
    """CPU seconds of each named process with its children: the backends of PostgreSQL, the workers of nginx."""
    table = {int(name): stat(name) for name in os.listdir("/proc") if name.isdigit()}
    parents = {root: name for name, root in roots.items()}
    totals = dict.fromkeys(roots, 0.0)
    for pid, found in table.items():
        if found is None:
            continue
        name = parents.get(pid) or parents.get(found[0])
        if name:
            totals[name] += found[1] + (found[2] if pid in parents else 0)
    return totals


def machine_seconds():
    """CPU seconds of all programs and stolen by the host; interrupts are left out, they belong to nobody."""
    fields = list(map(int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]))
    return (fields[0] + fields[1] + fields[2] + fields[7]) / TICKS


def rss_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def client_seconds():
    times = os.times()
    return times.children_user + times.children_system, times.user + times.system


def window(what, roots, load, warm=lambda: None):
    """Runs load() -> {"per_s", "count", …} until the machine was quiet enough; adds CPU microseconds per request.
    What warm() does comes before and is not counted; its result, if any, is what load() is given."""
    best = None
    for _ in range(TRIES):
        warmed = warm()
        before, machine, clients, started = group_seconds(roots), machine_seconds(), client_seconds(), time.monotonic()
        row = load() if warmed is None else load(warmed)
        wall = time.monotonic() - started
        after, busy, now = group_seconds(roots), machine_seconds() - machine, client_seconds()
        used = {name: after[name] - before[name] for name in roots}
        used["client"] = (now[0] - clients[0]) * row.pop("client_share", 1)
        foreign = max(0.0, busy - sum(used.values()) - (now[1] - clients[1])) / (wall * CPUS)
        row |= {"name": what, "foreign": foreign,
                "cpu_us": {name: seconds * 1e6 / row["count"] for name, seconds in used.items() if seconds > 0}}
        note(f"{what}: {row['per_s']:.0f}/s, foreign CPU {foreign:.0%}")
        if best is None or foreign < best["foreign"]:
            best = row
        if foreign <= FOREIGN_MAX:
            break
    return best


def duration_ms(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def wrk(url, seconds, script=None, threads=1, connections=64):
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    command += ["-s", str(script)] if script else []
    out = run([*command, url])
    if "Non-2xx" in out or "Socket errors" in out:
        raise BenchFailed(f"wrk {url}: " + "; ".join(
            line.strip() for line in out.splitlines() if "Non-2xx" in line or "Socket errors" in line))
    return {"count": int(re.search(r"(\d+) requests in", out)[1]),
            "per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            "p50_ms": duration_ms(re.search(r"(?m)^\s+50%\s+(\S+)", out)[1]),
            "p99_ms": duration_ms(re.search(r"(?m)^\s+99%\s+(\S+)", out)[1])}


class Pgbench:
    """Prepared statements, two threads, a window that begins when every connection has planned its statements."""

    def __init__(self, command, seconds, warm_s, logs, sampling):
        self.seconds, self.warm_s, self.logs, self.sampling = seconds, warm_s, logs, sampling
        for old in logs.glob("pgbench*"):
            old.unlink()
        command = [*command, "-n", "-M", "prepared", "-j", 2, "-T", warm_s + seconds, "--log",
                   f"--sampling-rate={sampling}"]
        self.process = subprocess.Popen(list(map(str, command)), cwd=logs, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        time.sleep(warm_s)
        self.begin = time.time()

    def finish(self):
        out = self.process.communicate()[0]
        if self.process.returncode or re.search(r"number of failed transactions: [1-9]", out):
            raise BenchFailed(f"pgbench: {out.strip()[-600:]}")
        latencies = []
        for log in self.logs.glob("pgbench*"):
            for line in log.read_text().splitlines():
                fields = line.split()
                if self.begin <= int(fields[4]) + int(fields[5]) / 1e6 < self.begin + self.seconds:
                    latencies.append(int(fields[2]))
        if not latencies:
            raise BenchFailed(f"pgbench measured nothing: {out[-300:]}")
        latencies.sort()
        count = len(latencies) / self.sampling
        return {"count": count, "per_s": count / self.seconds, "p50_ms": latencies[len(latencies) // 2] / 1000,
                "p99_ms": latencies[len(latencies) * 99 // 100] / 1000,
                "client_share": self.seconds / (self.seconds + self.warm_s)}
