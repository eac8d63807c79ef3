"""supervisord of one stack: start it, ask it, stop it, and make sure that nothing of it is left."""

import http.client
import os
import re
import resource
import signal
import socket
import subprocess
import time
import xmlrpc.client

from deploy.lib import files
from deploy.lib.failure import Failure

from . import listeners, processes, programs
from .layout import SERVICES
from .telemetry import PARTS

START_LIMIT_S = 60
# One that is stopped takes connections and answers none.
ASK_LIMIT_S = 5
# supervisor.xmlrpc.Faults: an answer that says "already as you want it".
NOT_RUNNING, ALREADY_STARTED = 70, 60


class UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path, limit_s):
        super().__init__()
        self.path = str(path)
        self.limit_s = limit_s

    def make_connection(self, host):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(self.limit_s)
        connection.sock.connect(self.path)
        return connection


def interface(layout, limit_s):
    transport = UnixTransport(layout.supervisor_socket, limit_s)
    return xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor


def client(layout):
    """The running supervisord's interface, or None if there is none or it does not answer."""
    try:
        interface(layout, ASK_LIMIT_S).getPID()
        return interface(layout, programs.STOP_WAIT_S + 10)
    except (OSError, http.client.HTTPException):
        return None


def absence(layout):
    """What is there instead, when client() finds nobody: one line."""
    left = leftovers(layout)
    if not left:
        return f"not running ({layout.data})"
    supervisord = [process.pid for process in left if process.name == "supervisord"]
    if supervisord:
        return f"supervisord ({supervisord[0]}) does not answer, so nothing starts again what dies: ./market up mends it"
    return f"supervisord has died, {len(left)} of its processes run on alone: ./market up starts them anew"


def start_daemon(layout, config_text):
    config = layout.etc / "supervisord.conf"
    files.write(config, config_text, 0o600)
    listeners.hold(layout)
    layout.listener_mark_file.write_text(listeners.mark(layout))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(layout.data)}
    done = subprocess.run(
        [programs.installed("supervisord"), "-c", str(config)], env=environment, cwd="/", capture_output=True,
        text=True, pass_fds=tuple(listeners.descriptors(layout).values()))
    if done.returncode:
        raise Failure(f"supervisord: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    for descriptor in listeners.descriptors(layout).values():
        os.close(descriptor)
    proxy = wait_for(lambda: client(layout), 10)
    if not proxy:
        raise Failure(f"supervisord did not come up, see {layout.log}/supervisord.log")
    return proxy


def wait_for(condition, limit_s):
    """The first true value of the condition, or its last value when the time is over."""
    give_up = time.monotonic() + limit_s
    while True:
        value = condition()
        if value or time.monotonic() > give_up:
            return value
        time.sleep(0.05)


def ignoring(fault, call, *arguments):
    try:
        call(*arguments)
    except xmlrpc.client.Fault as answer:
        if answer.faultCode != fault:
            raise Failure(f"supervisord: {answer.faultString}") from None


def start(proxy, name):
    ignoring(ALREADY_STARTED, proxy.startProcess, name, False)


def stop(proxy, name):
    ignoring(NOT_RUNNING, proxy.stopProcess, name, True)


def await_ready(layout, proxy, program):
    """Waits until it answers; fails early, with its last words, when supervisord gave it up or it keeps dying."""

    def settled():
        state = proxy.getProcessInfo(program.name)["statename"]
        return program.is_ready() or state in ("FATAL", "BACKOFF")

    wait_for(settled, START_LIMIT_S)
    if not program.is_ready():
        raise Failure("\n  ".join([f"{program.name} did not become ready; its last words:",
                                   *last_words(layout, proxy.getProcessInfo(program.name))]))


def last_words(layout, info):
    """What it has said since it was started: a log that is older tells of another time."""
    for path in (layout.log / f"{info['name']}.stderr.log", layout.log / f"{info['name']}.log"):
        if path.exists() and path.stat().st_mtime >= info["start"] and (words := files.tail(path, 5)):
            return words
    return [info["spawnerr"] or "none"]


def stop_all(layout, proxy):
    """Stops what runs, those in front first, then supervisord. Returns when every process is gone."""
    pids = {info["name"]: info["pid"] for info in proxy.getAllProcessInfo() if info["pid"]}
    known = [int(proxy.getPID()), *pids.values()]
    # What is in flight in one layer still finds the next one answering; the services are one layer.
    # The watchdog goes first: what stops is silent.
    for layer in (("watchdog",), ("nginx",), ("gateway", "marketplace"), SERVICES, ("sandbox", "mailbox"), tuple(PARTS),
                  ("redis", "postgres")):
        stopping = [name for name in pids if re.sub(r"-\d+$", "", name) in layer]
        for name in stopping:
            ignoring(NOT_RUNNING, proxy.stopProcess, name, False)
        if not wait_for(lambda: not any(processes.is_alive(pids[name]) for name in stopping), programs.STOP_WAIT_S + 5):
            raise Failure(f"{' '.join(stopping)} did not stop")
    proxy.shutdown()
    if not wait_for(lambda: not any(map(processes.is_alive, known)), programs.STOP_WAIT_S):
        raise Failure("still running: " + " ".join(str(pid) for pid in known if processes.is_alive(pid)))
    end_leftovers(layout)


def leftovers(layout, table=None):
    """Processes of this stack, whatever their names: those that hold a listening socket that its supervisord held."""
    try:
        sockets = listeners.marked(layout.listener_mark_file.read_text())
    except FileNotFoundError:
        return []
    table = processes.everything() if table is None else table
    return [process for process in table.values() if process.pid != os.getpid() and listeners.holds(process.pid, sockets)]


def orphans(layout, proxy, table=None):
    """Those of them that supervisord knows nothing of: a parent of theirs was killed, and nobody waits for them."""
    table = processes.everything() if table is None else table
    known = {process.pid for process in processes.below(table, int(proxy.getPID()))}
    strangers = {pid: process for pid, process in table.items() if pid not in known}
    return leftovers(layout, strangers)


def ask_to_end(orphan, stack):
    """Workers of nginx let go of their ports at once and end when their requests are answered."""
    try:
        path = os.readlink(f"/proc/{orphan.pid}/exe")
    except OSError:
        return
    signals = {os.path.realpath(program.command[0]): program.stop_signal for program in stack}
    polite = signals.get(path.removesuffix(" (deleted)"), "TERM")
    processes.send(orphan, signal.SIGKILL if orphan.state == processes.STOPPED else signal.Signals[f"SIG{polite}"])


def wake(layout):
    """Lets go on what a signal has stopped: it can neither answer nor end before that."""
    for process in leftovers(layout):
        if process.state == processes.STOPPED:
            processes.send(process, signal.SIGCONT)


def end_leftovers(layout):
    """After supervisord itself was killed its children live on; ends them, politely at first."""
    wake(layout)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        for process in leftovers(layout):
            processes.send(process, number)
        if wait_for(lambda: not leftovers(layout), 10):
            layout.listener_mark_file.unlink(missing_ok=True)
            return
    raise Failure("still running: " + " ".join(str(process.pid) for process in leftovers(layout)))
