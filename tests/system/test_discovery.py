"""Replicas found by name: a client whose peer's name gets another address calls there within 10 s, and leaves one that is gone."""

import os
import shutil
import socket
import subprocess
import uuid

import httpx
import pytest

import market
from market import until

pytestmark = pytest.mark.alone

NAME = "product.replicas.test"
NOTICED_S = 10


@pytest.fixture
def processes():
    started = []
    yield started
    for process in started:
        process.terminate()
        process.wait(60)


@pytest.fixture
def run(stack, tmp_path, processes):
    """run("product", {...}) starts one more process on the stack's configuration with changed lines; `before` is what starts it."""

    def start(program, changes, before=()):
        settings = market.settings(program) | changes
        number = len(processes) + 1
        settings |= {"log.file": str(tmp_path / f"{number}.log"), "service.instance": f"{program}-by-hand-{number}"}
        config = tmp_path / f"{number}.conf"
        market.write_settings(config, settings)
        process = subprocess.Popen([*before, market.BIN / program, "--config", config], stderr=subprocess.PIPE, text=True)
        processes.append(process)
        metrics = "http://" + settings["metrics.listen"]
        until(lambda: answers(metrics + "/readyz") or process.poll() is not None, f"{program} to be ready")
        assert process.poll() is None, process.stderr.read()
        return process, metrics + "/metrics"

    return start


def answers(url):
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def free_port(host):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def same_port(*hosts):
    """One that is free on all of them."""
    while True:
        port = free_port(hosts[0])
        try:
            for host in hosts:
                with socket.socket() as probe:
                    probe.bind((host, port))
            return port
        except OSError:
            continue


def calls(metrics):
    return market.handled("product", metrics)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root can give a process its own /etc/hosts")
def test_a_name_with_more_addresses_has_more_replicas(stack, run, tmp_path):
    if stack["shape"] == "single":
        pytest.skip("nobody calls by gRPC in the single shape")
    hosts = tmp_path / "hosts"
    first, second = "127.0.0.2", "127.0.0.3"
    hosts.write_text(f"127.0.0.1 localhost\n{first} {NAME}\n")
    port = same_port(first, second)

    def product(host):
        return run("product", {"grpc.listen": f"{host}:{port}", "metrics.listen": f"127.0.0.1:{free_port('127.0.0.1')}"})

    _, calls_of_first = product(first)
    front = free_port("127.0.0.1")
    own_hosts = ["unshare", "--mount", "sh", "-c", f'mount --bind "{hosts}" /etc/hosts && exec "$@"', "sh"]
    run("gateway", {"http.listen": f"127.0.0.1:{front}", "grpc.listen": "127.0.0.1:0", "metrics.listen": f"127.0.0.1:{free_port('127.0.0.1')}",
                    "peers.product": f"{NAME}:{port}"}, before=own_hosts)
    client = httpx.Client(base_url=f"http://127.0.0.1:{front}", timeout=10)
    statuses = []

    def read():
        # Of a product that nobody has: what was read a moment ago is not asked for again.
        statuses.append(client.get(f"/v1/products/{uuid.uuid4()}").status_code)

    read()
    assert calls(calls_of_first) > 0

    replica, calls_of_second = product(second)
    hosts.write_text(f"127.0.0.1 localhost\n{first} {NAME}\n{second} {NAME}\n")

    def works():
        read()
        return calls(calls_of_second) > 0

    until(works, "a call to the new replica", limit_s=NOTICED_S)

    # Nothing is kept for it, as in a cluster: what connects is refused.
    replica.kill()
    for _ in range(50):
        read()
    assert set(statuses) == {404}, statuses
    assert calls(calls_of_first) > 25
