"""The provider's interface as others know it: Stripe's own libraries charge, capture and refund at the sandbox, and stripe-mock, which knows what
Stripe accepts, takes every request that our adapter makes (services/payment/provider/testing/requests.txt)."""

import os
import pathlib
import re
import shutil
import subprocess
import uuid

import httpx
import market
import pytest
import toolbox
from deploy.lib import fetched

HERE = pathlib.Path(__file__).resolve().parent / "stripe"
REQUESTS = HERE.parents[2] / "services" / "payment" / "provider" / "testing" / "requests.txt"
MOCK = "github.com/stripe/stripe-mock@v0.197.0"

# Each library has its own names for types of errors and its own way to print a list.
REFUSED = {"python": ("IdempotencyError", "CardError", "InvalidRequestError"), "node": ("IdempotencyError", "CardError", "InvalidRequestError"),
           "go": ("idempotency_error", "card_error", "invalid_request_error")}
MOVED = {"python": "refund -999 refund -1000 charge 1999", "node": "refund -999 refund -1000 charge 1999", "go": "3"}


def seen(library):
    reused, declined, late = REFUSED[library]
    return ["requires_capture 1999 true", "true", f"{reused} 400", "succeeded 1999", "succeeded 1000", "succeeded 999", "r999 r1000", "true 1999",
            f"{declined} card_declined 402 generic_decline requires_payment_method", f"{late} payment_intent_unexpected_state", "canceled",
            "succeeded failed succeeded", MOVED[library]]


def plain(said):
    """Without what only shows a list or a truth in one language's way."""
    return ["".join(c for c in line if c not in "[]()',").replace("True", "true") for line in said.splitlines()]


@pytest.fixture
def journey(stack):
    def travel(library, command, **options):
        program = "marketplace" if stack["shape"] == "single" else "payment"
        # The group is an id as orders have: who compares the provider with the marketplace finds charges of an order that is gone.
        told = {"STRIPE_URL": market.settings(program)["payment.provider_url"], "STRIPE_KEY": "sk_sandbox", "STRIPE_GROUP": str(uuid.uuid4())}
        assert plain(toolbox.run(command, env={**os.environ, **told}, **options)) == seen(library)

    return travel


def test_python(journey):
    programs = toolbox.or_skip(fetched.python_programs, HERE / "python" / "requirements.txt")
    journey("python", [programs / "python", HERE / "python" / "journey.py"])


def test_node(journey, tmp_path):
    modules = toolbox.or_skip(fetched.node_modules, HERE / "node")
    for file in ("package.json", "journey.js"):
        shutil.copy(HERE / "node" / file, tmp_path)
    (tmp_path / "node_modules").symlink_to(modules)
    journey("node", ["node", tmp_path / "journey.js"])


def test_go(journey):
    go = toolbox.go()
    toolbox.install([go, "mod", "download"], cwd=HERE / "go")
    journey("go", [go, "run", "."], cwd=HERE / "go")


@pytest.fixture
def stripe_mock(tmp_path):
    toolbox.install([toolbox.go(), "install", MOCK], env={**os.environ, "GOBIN": str(tmp_path), "GOFLAGS": "-buildvcs=false"})
    # With one of them the other listens on every interface.
    addresses = ["-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0"]
    mock = subprocess.Popen([tmp_path / "stripe-mock", *addresses, "-strict-version-check"], stdout=subprocess.PIPE, text=True)
    try:
        said = iter(lambda: re.search(r"HTTP at address: (\S+)", mock.stdout.readline()), False)
        yield "http://" + next(address for address in said if address)[1]
    finally:
        mock.kill()
        mock.wait()


def test_stripe_mock_accepts_what_we_ask(stripe_mock):
    def ask(line):
        method, target, *body = line.split(" ")
        headers = {"Authorization": "Bearer sk_test_123", "Stripe-Version": "2025-09-30.clover"}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": str(uuid.uuid4())}
        return httpx.request(method, f"{stripe_mock}{target}", headers=headers, content="".join(body), timeout=10)

    answers = {line: ask(line) for line in REQUESTS.read_text().splitlines()}
    assert len(answers) > 10
    assert {line: answer.text for line, answer in answers.items() if answer.status_code != 200} == {}
    # It does look.
    assert ask("POST /v1/refunds payment_intent=pi_1&colour=red").status_code == 400
