"""While a stranger does his worst from an address of his own, honest people elsewhere notice little; afterwards all is as before."""

import json
import pathlib
import subprocess
import sys
import time

import httpx
import pytest

from deploy.lib import topology
from market import Person, until

HERE = pathlib.Path(__file__).resolve().parent
ATTACK_S = 8
QUIET_ROUNDS, ROUNDS_LEAST = 40, 15
# Below that a slower answer is the noise of two processors that also play the attacker.
NOISE_S = {"read": 0.5, "checkout": 1.0}
SLOWER = 3


class Honest:
    """Somebody who looks, buys and signs in, again and again, one after the other; how long each took."""

    def __init__(self, buyer, sold):
        self.buyer, self.sold = buyer, sold
        self.took = {"read": [], "checkout": [], "sign-in": []}

    def act(self, what, call):
        began = time.monotonic()
        answer = call()
        self.took[what].append(time.monotonic() - began)
        assert answer.is_success, f"{what}: {answer.status_code} {answer.text[:300]}"

    def round(self):
        for _ in range(4):
            self.act("read", lambda: self.buyer.get(f"/v1/products/{self.sold.product['id']}"))
        self.act("checkout", lambda: self.buyer.place((self.sold.offer, 1)))

    def sign_in(self):
        self.act("sign-in", lambda: self.buyer.post("/v1/sessions", {"email": self.buyer.email, "password": Person.password}))

    def p99(self):
        return {what: sorted(took)[int(len(took) * 0.99)] for what, took in self.took.items() if took}


def connections(stack):
    """That nginx has open."""
    ports = topology.read()
    port = int(stack["url"].rpartition(":")[2]) + ports.edge.ports["status"]
    return int(httpx.get(f"http://{ports.host}:{port}/status").text.split()[2])


class Attacker:
    def __init__(self, stack, name, address, seconds=ATTACK_S):
        command = [sys.executable, HERE / "attack.py", name, stack["url"], stack["caFile"], address, str(seconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        assert self.process.stdout.readline() == "begun\n"
        return self

    def __exit__(self, *failure):
        self.process.stdin.close()
        self.counted = json.loads(self.process.stdout.read() or "{}")
        code = self.process.wait(30)
        assert any(failure) or code == 0


@pytest.fixture
def honest(buyer, shop):
    return Honest(buyer, shop(stock=100_000))


# {attack: what must have come of it, so that a tame one is noticed}
ATTACKS = {
    "trickled_calls": lambda counted: counted["sent"] == 1180 and counted.get("grpc 8", 0) >= 1000,
    "slow_bodies": lambda counted: counted.get("429", 0) + counted.get("408", 0) >= 50,
    "slow_headers": lambda counted: True,
    "flood": lambda counted: counted.get("429", 0) >= 20,
    "connections": lambda counted: counted["connections"] > 8192,
}


@pytest.mark.parametrize("number,name", enumerate(ATTACKS), ids=list(ATTACKS))
def test_honest_people_go_on(stack, honest, number, name):
    for _ in range(QUIET_ROUNDS):
        honest.round()
    quiet, before = honest.p99(), connections(stack)
    loud = Honest(honest.buyer, honest.sold)
    with Attacker(stack, name, f"127.0.0.{20 + number}") as attacker:
        give_up = time.monotonic() + ATTACK_S - 1
        while time.monotonic() < give_up or len(loud.took["checkout"]) < ROUNDS_LEAST:
            loud.round()
            if len(loud.took["checkout"]) % 5 == 0:
                loud.sign_in()
    assert ATTACKS[name](attacker.counted), attacker.counted
    for what, noise_s in NOISE_S.items():
        assert loud.p99()[what] <= max(SLOWER * quiet[what], noise_s), (what, quiet, loud.p99(), attacker.counted)
    until(lambda: connections(stack) <= before + 5, "the connections of the stranger to end", limit_s=60)
    honest.round()
