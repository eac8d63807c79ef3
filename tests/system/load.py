"""Bounded load through the front door: threads that read and buy, and write down everything they were told."""

import dataclasses
import random
import threading
import time

import httpx

from market import new_key, until


@dataclasses.dataclass
class Attempt:
    """One purchase, however often it is sent: always with the same key."""
    buyer: object
    body: dict
    key: str
    answers: list  # (status, order id) or an exception's name, one per try

    def send(self):
        """True when the answer is the last word on this purchase."""
        try:
            answer = self.buyer.post("/v1/orders", self.body, key=self.key)
        except httpx.HTTPError as error:
            self.answers.append(repr(error))
            return False
        self.answers.append((answer.status_code, answer.json().get("id") or answer.json().get("reason")))
        return answer.status_code == 201

    @property
    def orders(self):
        """The ids it was told."""
        return {answer[1] for answer in self.answers if answer[0] in (201, 202)}


THINKS_S = 0.05    # between two acts of a buyer: eight of them are busy, the machine is not only theirs


class Load:
    """`buyers` each on a thread of its own, inside `with`. A purchase that got no answer, or no final one, is sent again
    up to `tries` times, as a careful client does."""

    def __init__(self, buyers, offers, purchases_only=False, tries=1):
        self.buyers = buyers
        self.offers = offers
        self.purchases_only = purchases_only
        self.tries = tries
        self.attempts = []
        self.failures = []
        self.reads = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(buyer,), daemon=True) for buyer in buyers]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client hangs"

    def settle(self, serving_limit_s):
        """After the faults: waits until it serves again, and until every purchase has its last word."""

        def serving():
            try:
                return self.buyers[0].get("/v1/orders").status_code == 200
            except httpx.HTTPError:
                return False

        until(serving, "the marketplace to serve again", limit_s=serving_limit_s)
        for buyer in self.buyers:
            buyer.refresh()
        for attempt in self.attempts:
            if (attempt.answers or [(0, "")])[-1][0] != 201:
                until(attempt.send, f"the last word on {attempt}", limit_s=60)

    def _run(self, buyer):
        rng = random.Random(buyer.id)
        while not self._stop.wait(THINKS_S):
            if not self.purchases_only and rng.random() < 0.6:
                self._read(buyer, rng)
            else:
                self._buy(buyer, rng)

    def _read(self, buyer, rng):
        path = rng.choice(["/v1/categories", "/v1/orders", "/v1/users/me", "/v1/products?pageSize=5"])
        try:
            status = buyer.get(path).status_code
        except httpx.HTTPError as error:
            status = repr(error)
        self.reads += 1
        if status != 200:
            self.failures.append((time.time(), path, status))

    def _buy(self, buyer, rng):
        attempt = Attempt(buyer, buyer.order_body((rng.choice(self.offers), 1)), new_key(), [])
        self.attempts.append(attempt)
        for _ in range(self.tries):
            done = attempt.send()
            if not done and attempt.answers[-1][0] != 202:
                self.failures.append((time.time(), "purchase", attempt.answers[-1]))
            if done or self._stop.wait(0.2):
                return
