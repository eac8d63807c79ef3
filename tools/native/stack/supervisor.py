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

from . import files, listeners, programs
from .failure import Failure
from .layout import SERVICES
from .telemetry import PARTS

START_LIMIT_S = 60
# supervisor.xmlrpc.Faults: an answer that says "already as you want it".
NOT_RUNNING, ALREADY_STARTED = 70, 60


class UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path):
        super().__init__()
        self.path = str(path)

    def make_connection(self, host):
        connection = http.client.HTTPConnection("localhost", timeout=programs.STOP_WAIT_S + 10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        return connection


def client(layout):
    """The running supervisord's interface, or None if there is none."""
    proxy = xmlrpc.client.ServerProxy("http://localhost", transport=UnixTransport(layout.supervisor_socket)).supervisor
    try:
        proxy.getPID()
        return proxy
    except (OSError, http.client.HTTPException):
        return None


def start_daemon(layout, config_text):
    config = layout.etc / "supervisord.conf"
    files.write(config, config_text, 0o600)
    listeners.hold(layout)
    layout.listener_mark_file.write_text(listeners.mark(f"/proc/self/fd/{listeners.FIRST_FD}"))
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
        last_words = files.tail(layout.log / f"{program.name}.stderr.log", 5) or files.tail(
            layout.log / f"{program.name}.log", 5)
        raise Failure("\n  ".join([f"{program.name} did not become ready; its last words:", *last_words]))


def stop_all(layout, proxy):
    """Stops what runs, those in front first, then supervisord. Returns when every process is gone."""
    pids = {info["name"]: info["pid"] for info in proxy.getAllProcessInfo() if info["pid"]}
    known = [int(proxy.getPID()), *pids.values()]
    # What is in flight in one layer still finds the next one answering; the services are one layer.
    for layer in (("nginx",), ("gateway", "marketplace"), SERVICES, ("sandbox",), tuple(PARTS), ("redis", "postgres")):
        stopping = [name for name in pids if re.sub(r"-\d+$", "", name) in layer]
        for name in stopping:
            ignoring(NOT_RUNNING, proxy.stopProcess, name, False)
        if not wait_for(lambda: not any(is_alive(pids[name]) for name in stopping), programs.STOP_WAIT_S + 5):
            raise Failure(f"{' '.join(stopping)} did not stop")
    proxy.shutdown()
    if not wait_for(lambda: not any(map(is_alive, known)), programs.STOP_WAIT_S):
        raise Failure("still running: " + " ".join(str(pid) for pid in known if is_alive(pid)))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def leftovers(layout):
    """Processes of this stack, whatever their names: those that hold the listening socket that its supervisord held."""
    try:
        mark = layout.listener_mark_file.read_text()
    except FileNotFoundError:
        return []
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid() and is_alive(int(entry)):
            try:
                if listeners.mark(f"/proc/{entry}/fd/{listeners.FIRST_FD}") == mark:
                    found.append(int(entry))
            except OSError:
                pass
    return found


def end_leftovers(layout):
    """After supervisord itself was killed its children live on; ends them, politely at first."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
        for pid in leftovers(layout):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        if wait_for(lambda: not leftovers(layout), 10):
            return
    raise Failure("still running: " + " ".join(map(str, leftovers(layout))))
