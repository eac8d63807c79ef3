"""Bounded load through the front door: threads that read and buy, and write down everything they were told."""

import dataclasses
import random
import threading
import time

import httpx

from market import new_key


@dataclasses.dataclass
class Attempt:
    key: str
    answers: list  # (status, order id) or the name of an exception, one per try


class Load:
    """`buyers` each on a thread of its own, until stop(). A purchase that got no answer, or no final one, is tried again
    with the same key, as a careful client does."""

    def __init__(self, buyers, offers, purchases_only=False, tries=1):
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

    def _run(self, buyer):
        rng = random.Random(buyer.id)
        while not self._stop.is_set():
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
        attempt = Attempt(new_key(), [])
        self.attempts.append(attempt)
        body = buyer.order_body((rng.choice(self.offers), 1))
        for _ in range(self.tries):
            try:
                answer = buyer.post("/v1/orders", body, key=attempt.key)
                attempt.answers.append((answer.status_code, answer.json().get("id")))
                final = answer.status_code == 201 or (400 <= answer.status_code < 500 and answer.status_code != 409)
                if not (final or answer.status_code == 202):
                    self.failures.append((time.time(), "purchase", answer.status_code, answer.text[:200]))
                if final:
                    return
            except httpx.HTTPError as error:
                attempt.answers.append(repr(error))
                self.failures.append((time.time(), "purchase", repr(error)))
            if self._stop.wait(0.2) and attempt.answers:
                return
