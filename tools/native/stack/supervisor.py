"""supervisord of one stack: start it, ask it, stop it, and make sure that nothing of it is left."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import time
import xmlrpc.client

from . import files, listeners, programs
from .failure import Failure

START_LIMIT_S = 60
STACK_VARIABLE = "MARKET_STACK"
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
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(layout.data),
        STACK_VARIABLE: str(layout.data)}
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
    """Stops what runs, last started first, then supervisord. Returns when every process is gone."""
    known = [int(proxy.getPID())]
    running = {info["name"]: info["pid"] for info in proxy.getAllProcessInfo() if info["pid"]}
    known += running.values()
    order = [name for name in (*programs.names("services"), "marketplace") if name in running]
    # nginx first: it finishes what is in flight while everything behind it still answers.
    for name in ["nginx", "gateway", "marketplace", *reversed(order)]:
        if running.pop(name, None):
            stop(proxy, name)
    for name in running:
        stop(proxy, name)
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
    """Processes of this stack, known by the variable that supervisord gives to all of them, whatever their names."""
    mark = f"{STACK_VARIABLE}={layout.data}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if mark in file.read().split(b"\0") and is_alive(int(entry)):
                        found.append(int(entry))
            except OSError:
                pass
    # PostgreSQL and nginx write their titles over their environment: their pid files speak for them.
    for pid_file, program in ((layout.postgres_data / "postmaster.pid", "postgres"), (layout.data / "nginx.pid", "nginx")):
        try:
            pid = int(pid_file.read_text().split()[0])
            with open(f"/proc/{pid}/comm") as file:
                if file.read().strip() == program:
                    found.append(pid)
        except (OSError, ValueError, IndexError):
            pass
    return sorted(set(found))


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
