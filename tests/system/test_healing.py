"""Every process of a native stack is killed and frozen, and what each leaves behind: it heals, or ./market status says so.

The watchdog's patience is a second here instead of fifteen; what it does is the same."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import uuid

import httpx
import pytest

import market

pytestmark = pytest.mark.alone

CONFIG = "etc/watchdog.conf"
INFRASTRUCTURE = ("postgres", "redis", "nginx", "watchdog")


def command(*arguments):
    """(exit code, output) of ./market."""
    done = subprocess.run([market.ROOT / "market", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=180, stdin=subprocess.DEVNULL,
                          env={**os.environ, "MARKET_NO_BUILD": "1", "MARKET_NO_SEED": "1"})
    return done.returncode, done.stdout


def succeeds(*arguments):
    code, text = command(*arguments)
    assert code == 0, text


def pid_of(name):
    return market.info()["pids"].get(name)


def stat(pid):
    """(state, parent) of a process; None when it is gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else (fields[0], int(fields[1]))


def children(pid):
    processes = {int(path.name): stat(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()}
    return [child for child, found in processes.items() if found and found[1] == pid]


def until_healthy(what, limit_s=60):
    def healthy():
        code, healthy.text = command("status")
        return code == 0

    try:
        market.until(healthy, f"a healthy stack after {what}", limit_s, pause_s=0.2)
    except AssertionError:
        raise AssertionError(healthy.text) from None


def until_status(*words):
    """Until it is not all right and says why in one line."""
    def told():
        code, text = command("status")
        return code != 0 and any(all(word in line for word in words) for line in text.splitlines())

    market.until(told, f"{' '.join(words)} in ./market status")


def settings(directory, **changes):
    """The watchdog goes on with other settings."""
    path = directory / CONFIG
    text = path.read_text()
    for name, value in changes.items():
        text, changed = re.subn(rf"^({re.escape(name.replace('__', '.'))}) = .*$", rf"\1 = {value}", text, flags=re.MULTILINE)
        assert changed == 1, name
    path.write_text(text)
    succeeds("restart", "watchdog")


@pytest.fixture(scope="module", autouse=True)
def directory(stack):
    """Where the stack is; its watchdog has little patience."""
    directory = pathlib.Path(stack["data"])
    assert stack["pids"]
    kept = (directory / CONFIG).read_text()
    settings(directory, ask__interval_s=0.2, ask__tries=5)
    yield directory
    (directory / CONFIG).write_text(kept)
    succeeds("restart", "watchdog")


def event(directory, name, **fields):
    """Whether the watchdog has said so."""
    lines = map(json.loads, (directory / "log/watchdog.log").read_text().splitlines())
    return any(line["event"] == f"watchdog.{name}" and fields.items() <= line.items() for line in lines)


def kill(names):
    before = market.info()["pids"]
    for name in names:
        os.kill(before[name], signal.SIGKILL)
    for name in names:
        market.until(lambda: pid_of(name) not in (None, before[name]), f"another {name}")
    until_healthy(f"the end of {' '.join(names)}")


def test_what_the_others_need_is_killed_and_comes_back(stack):
    for name in INFRASTRUCTURE:
        kill([name])


def test_everything_is_killed_at_once_and_comes_back(stack):
    kill(list(stack["pids"]))


def test_everything_is_frozen_and_told_and_started_again(stack, directory):
    frozen = {name: pid for name, pid in market.info()["pids"].items() if name not in ("postgres", "watchdog")}
    for pid in frozen.values():
        os.kill(pid, signal.SIGSTOP)
    _, text = command("status")
    for name, pid in frozen.items():
        # Told in its line, or already another.
        assert re.search(rf"^{name} .* not answering: .* {pid}$", text, re.MULTILINE) or pid_of(name) != pid, text
    for name, pid in frozen.items():
        market.until(lambda: event(directory, "killed", process=name, pid=pid, stopped=[pid]), f"a word about {name}")
        market.until(lambda: pid_of(name) not in (None, pid), f"another {name}")
    until_healthy("a frost")


def test_a_frozen_database_is_told_and_left_alone(stack, directory):
    pid = pid_of("postgres")
    os.kill(pid, signal.SIGSTOP)
    try:
        until_status("postgres", "not answering", str(pid))
        market.until(lambda: event(directory, "silent", pid=pid, stopped=[pid]), "a word about it")
        assert silent_s(stack, "postgres") >= 1 and stat(pid)[0] == "T"
    finally:
        os.kill(pid, signal.SIGCONT)
    until_healthy("a frozen database")
    assert pid_of("postgres") == pid
    market.until(lambda: event(directory, "answers_again", process="postgres"), "a word about its end")
    assert silent_s(stack, "postgres") == 0


def test_what_is_busy_for_ever_is_started_again(stack, directory):
    """No signal has stopped it; it only does not answer."""
    pid = pid_of("redis")
    client = "marketplace" if stack["shape"] == "single" else "product"
    redis = ["redis-cli", "-s", market.settings(client)["redis.address"].removeprefix("unix:"), "--no-auth-warning", "-a",
             (directory / "secrets/redis_password").read_text().strip()]
    subprocess.run([*redis, "CONFIG", "SET", "busy-reply-threshold", "600000"], check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen([*redis, "EVAL", "while true do end", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT):
        until_status("redis", "not answering")
        market.until(lambda: event(directory, "killed", process="redis", pid=pid, stopped=[]), "a word about it")
    market.until(lambda: pid_of("redis") not in (None, pid), "another redis")
    until_healthy("a busy redis")


def silent_s(stack, name):
    """As the alert sees it."""
    port = httpx.URL(stack["url"]).port + 10
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return float(re.search(rf'^watchdog_silent_seconds\{{process="{name}"\}} (\S+)$', text, re.MULTILINE)[1])


def test_a_frozen_watchdog_is_told(stack):
    pid = pid_of("watchdog")
    os.kill(pid, signal.SIGSTOP)
    try:
        until_status("watchdog", "not answering", str(pid))
    finally:
        os.kill(pid, signal.SIGCONT)
    until_healthy("a frozen watchdog")


def test_a_frozen_worker_of_nginx_is_replaced(stack, directory):
    master = pid_of("nginx")
    worker = children(master)[0]
    os.kill(worker, signal.SIGSTOP)
    market.until(lambda: event(directory, "killed", process="nginx", stopped=[worker]), "a word about the worker")
    market.until(lambda: stat(worker) is None, "the end of the worker")
    until_healthy("a frozen worker")
    assert pid_of("nginx") == master


def test_a_frozen_process_of_postgresql_is_told_and_lives(stack, directory):
    backend = children(pid_of("postgres"))[0]
    os.kill(backend, signal.SIGSTOP)
    try:
        until_status("postgres", "not answering", str(backend))
        market.until(lambda: event(directory, "silent", process="postgres", stopped=[backend]), "a word about it")
        assert silent_s(stack, "postgres") >= 1 and stat(backend)[0] == "T"
    finally:
        os.kill(backend, signal.SIGCONT)
    until_healthy("a frozen backend")


def test_workers_of_a_killed_nginx_do_not_pass_for_it(stack, directory):
    watchdog, master = pid_of("watchdog"), pid_of("nginx")
    workers = children(master)
    os.kill(watchdog, signal.SIGSTOP)      # it would mend this
    try:
        os.kill(master, signal.SIGKILL)
        until_status("nginx", "not answering")
        until_status("nginx", str(workers[0]), "left behind")
        succeeds("restart", "nginx")       # wakes the watchdog, too
    finally:
        os.kill(watchdog, signal.SIGCONT)
    until_healthy("a killed master")
    market.until(lambda: not any(map(stat, workers)), "the end of the workers")


@pytest.mark.parametrize("name,wrong,reason", [("nginx", "nonsense;", "nonsense"),
                                               ("sandbox", "no.such_key = 1", "no.such_key")])
def test_restart_says_what_does_not_come_back_and_why(stack, directory, name, wrong, reason):
    config = directory / "etc" / f"{name}.conf"
    text = config.read_text()
    config.write_text(f"{wrong}\n{text}")
    try:
        code, said = command("restart", name)
        assert code != 0 and f"{name} did not become ready" in said and reason in said, said
        until_status(name, "no")
    finally:
        config.write_text(text)
    succeeds("restart", name)
    until_healthy("a restart")


def up(stack):
    succeeds("up", "--port", httpx.URL(stack["url"]).port, "--replicas", stack["replicas"],
             *(["--single"] if stack["shape"] == "single" else []))


def answers(stack):
    return market.Client(stack["url"], stack["caFile"]).get("/v1/products").status_code == 200


def test_frozen_supervisord_is_told(stack):
    pid = market.info()["supervisord"]
    os.kill(pid, signal.SIGSTOP)
    try:
        until_status("supervisord", str(pid), "does not answer")
        assert answers(stack)
    finally:
        os.kill(pid, signal.SIGCONT)
    until_healthy("a frozen supervisord")


def test_without_supervisord_it_serves_and_up_mends_it(stack):
    before = market.info()
    os.kill(before["supervisord"], signal.SIGKILL)
    until_status("supervisord has died", "./market up")
    assert answers(stack)
    market.until(lambda: stat(before["pids"]["watchdog"]) is None, "the end of the watchdog, which is an alert")
    up(stack)
    until_healthy("up")
    assert not any(map(stat, before["pids"].values()))


def test_down_leaves_nothing_whatever_has_happened_before(stack):
    before = market.info()
    pids = [before["supervisord"], *before["pids"].values()]
    pids += [child for pid in pids for child in children(pid)]
    os.kill(before["supervisord"], signal.SIGKILL)
    os.kill(before["pids"]["nginx"], signal.SIGKILL)
    os.kill(before["pids"]["redis"], signal.SIGSTOP)
    try:
        succeeds("down")
        assert [pid for pid in pids if stat(pid)] == []
        assert command("status")[0] == 3
    finally:
        up(stack)
    until_healthy("up")


def test_logs_rotate_without_losing_a_line(stack, directory):
    """While requests go on; each is told in the log of nginx and, because it changes something, in that of the program."""
    program = "marketplace" if stack["shape"] == "single" else "gateway"
    logs = [directory / "log" / name for name in ("access.log", f"{program}.log")]
    for log in logs:
        pathlib.Path(f"{log}.1").unlink(missing_ok=True)
    sent, stop = [], threading.Event()

    def send():
        client = market.Client(stack["url"], stack["caFile"])
        while not stop.is_set():
            answer = client.post(f"/v1/products/{uuid.uuid4()}:publish", {})
            sent.append(answer.headers["x-request-id"])

    def told(log):
        text = log.read_text(errors="replace") + pathlib.Path(f"{log}.1").read_text(errors="replace")
        return set(re.findall(r'"request(?:Id|_id)":"([^"]+)"', text))

    sender = threading.Thread(target=send)
    sender.start()
    try:
        market.until(lambda: len(sent) > 300, "requests", limit_s=120)
        settings(directory, log__limit_mb=min(log.stat().st_size for log in logs) / 2**20 * 0.9)
        for log in logs:
            market.until(lambda: pathlib.Path(f"{log}.1").exists(), f"a renamed {log.name}")
        market.until(lambda: all(log.exists() and log.stat().st_size for log in logs), "lines in new files")
    finally:
        stop.set()
        sender.join()
    for log in logs:
        market.until(lambda: set(sent) <= told(log), f"every line in {log.name} or the one before")
