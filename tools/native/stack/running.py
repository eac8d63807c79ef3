"""What one does with a stack that is up: look at it, restart parts of it, take it down."""

import json
import os
import shlex
import shutil
import subprocess
import time

from deploy.lib.failure import Failure

from . import processes, programs, supervisor
from .telemetry import PARTS, Telemetry

NOT_RUNNING = 3


def require(layout):
    proxy = supervisor.client(layout)
    if proxy:
        return proxy
    if supervisor.leftovers(layout):
        raise Failure(supervisor.absence(layout))
    raise Failure(f"the marketplace of {layout.data} is not running: ./market up", exit_code=NOT_RUNNING)


def down(layout, options):
    supervisor.wake(layout)
    proxy = supervisor.client(layout)
    if proxy:
        print("down: stopping")
        supervisor.stop_all(layout, proxy)
    else:
        supervisor.end_leftovers(layout)
    print("down: nothing is running")
    if options.erase:
        erase(layout)


def erase(layout):
    if layout.data.exists():
        # A wrong --data must not cost somebody's files: only what `up` made carries its state file.
        if any(layout.data.iterdir()) and not layout.state_file.exists():
            raise Failure(f"{layout.data} does not look like a data directory of this program; not erased")
        for directory in {layout.sockets, layout.shared, layout.data}:
            shutil.rmtree(directory, ignore_errors=True)
        if layout.data.exists():
            raise Failure(f"{layout.data} could not be erased as a whole")
    print(f"down: {layout.data} erased")


def chosen(layout, names):
    known = (*programs.names(layout), *(PARTS if layout.telemetry else ()))
    for name in names:
        if name not in known:
            raise Failure(f"no process '{name}'; there are: {' '.join(known)}", exit_code=2)
    return [name for name in known if name in names or not names]


def described(layout):
    """Every program of the stack by its name."""
    beside = Telemetry(layout).programs if layout.telemetry else []
    return {program.name: program for program in (*programs.describe(layout), *beside)}


def restart(layout, options):
    # Without a name: the programs of this repository. PostgreSQL, Redis, nginx and the watchdog by name only.
    names = chosen(layout, options.names) if options.names else programs.our_names(layout)
    supervisor.wake(layout)
    proxy = require(layout)
    stack = described(layout)
    for name in names:
        print(f"restart: {name}")
        supervisor.stop(proxy, name)
        for orphan in supervisor.orphans(layout, proxy):
            supervisor.ask_to_end(orphan, stack.values())
        supervisor.start(proxy, name)
        supervisor.await_ready(layout, proxy, stack[name])


def memory_mb(pid):
    try:
        with open(f"/proc/{pid}/status") as file:
            return int(next(line for line in file if line.startswith("VmRSS")).split()[1]) / 1024
    except (OSError, StopIteration):
        return 0.0


def uptime(seconds):
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{seconds:02}s"


def remark(program, entry, table):
    """Why it is not ready; empty: it is."""
    if not program:
        return "not part of this stack"
    if not entry["pid"]:
        return entry["spawnerr"] or "does not run"
    stopped = [process for process in processes.below(table, entry["pid"]) if process.state == processes.STOPPED]
    if stopped:
        return "not answering: stopped by a signal: " + ", ".join(f"{one.name} {one.pid}" for one in stopped)
    return "" if program.is_ready() else "not answering"


def status(layout, options):
    proxy = supervisor.client(layout)
    if not proxy:
        print(supervisor.absence(layout))
        return 1 if supervisor.leftovers(layout) else NOT_RUNNING
    stack, table = described(layout), processes.everything()
    all_ready = True
    print(f"{'PROCESS':<18} {'STATE':<10} {'READY':<6} {'PID':>8} {'UP':>8} {'RSS MB':>7}")
    for entry in proxy.getAllProcessInfo():
        trouble = remark(stack.get(entry["name"]), entry, table)
        all_ready = all_ready and not trouble
        up = uptime(entry["now"] - entry["start"]) if entry["pid"] else "-"
        print(f"{entry['name']:<18} {entry['statename']:<10} {'no' if trouble else 'yes':<6} {entry['pid'] or '-':>8} "
              f"{up:>8} {memory_mb(entry['pid']) if entry['pid'] else 0:>7.1f}  {trouble}".rstrip())
    for orphan in supervisor.orphans(layout, proxy, table):
        all_ready = False
        print(f"{orphan.name} {orphan.pid} was left behind when what started it was killed")
    return 0 if all_ready else 1


def logs(layout, options):
    names = chosen(layout, options.names)
    paths = [path for name in names for path in (layout.log / f"{name}.log", layout.log / f"{name}.stderr.log")
             if path.exists() and (path.stat().st_size or options.follow)]
    if not paths:
        raise Failure(f"no logs in {layout.log}")
    command = ["tail", "-n", str(options.lines), *(["-F"] if options.follow else []), *map(str, paths)]
    return subprocess.call(command)


def collect(layout):
    proxy = supervisor.client(layout)
    pids = {info["name"]: info["pid"] for info in proxy.getAllProcessInfo() if info["pid"]} if proxy else {}
    return {
        "url": layout.url,
        "caFile": str(layout.ca_file),
        "grpc": f"localhost:{layout.ports['EDGE']}",
        "mailbox": layout.mailbox_url,
        "operator": {"email": layout.operator_email, "passwordFile": str(layout.operator_password_file)},
        "shape": layout.shape,
        "replicas": layout.replicas,
        "data": str(layout.data),
        "pids": pids,
        "supervisord": int(proxy.getPID()) if proxy else None,
        "metrics": {name: f"http://{layout.metrics_address(name)}/metrics" for name in programs.our_names(layout)},
        "telemetry": Telemetry(layout).urls() if layout.telemetry else {},
    }


def info(layout, options):
    require(layout)
    if options.json:
        print(json.dumps(collect(layout), indent=2))
    else:
        print_info(layout)


def print_info(layout):
    facts = collect(layout)
    telemetry = "".join(f"\n  {what:<13} {url}" for what, url in facts["telemetry"].items())
    times = f", {layout.replicas} of each" if layout.replicas > 1 else ""
    data = "" if layout.data == layout.root / "run" else " --data " + shlex.quote(str(layout.data))
    # Where npm could not be had there is none.
    if (layout.site / "shop").is_dir():
        print(f"  shop          {facts['url']}/")
    print(f"""\
  marketplace   {facts['url']}/v1   ({facts['shape']}{times}; gRPC on the same port)
  CA file       {facts['caFile']}
  operator      {facts['operator']['email']}
  its password  in {facts['operator']['passwordFile']}
  mailbox       {facts['mailbox']}   (every mail that is sent; none leaves this machine){telemetry}

  try           curl --cacert {shlex.quote(facts['caFile'])} {facts['url']}/v1/products
  look          ./market status{data}      ./market logs -f{data}
  stop          ./market down{data}""")
