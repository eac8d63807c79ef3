"""People who read and buy through the Service of the gateway, from a pod at the front, while something is done to the cluster."""

import contextlib

import load
import market
from release import OPERATOR

BUYERS = 6


class Clients:
    def __init__(self, release):
        self.release = release
        self.url = release.url
        self.trust = str(release.node.pki / "ca.crt")     # plain HTTP in here, but the client wants a file
        self.stock = 1_000_000
        with self.at_the_door():
            operator = market.Person(self.url, self.trust, email=OPERATOR, password=release.password)
            category = operator.ok("POST", "/v1/categories", {"name": "Engines", "slug": "engines-" + market.new_key()[:12]})["id"]
            owner = market.Person(self.url, self.trust, "Sam")
            owner.open_seller()
            self.shop = market.Shop(owner, owner.create_product(category, stock=self.stock))
            self.buyers = [market.Person(self.url, self.trust, f"Buyer{number}") for number in range(BUYERS)]
            for buyer in self.buyers:
                buyer.add_address()

    def at_the_door(self):
        return self.release.outsider("door").network()

    @contextlib.contextmanager
    def busy(self, tries=1):
        """Load as long as the block lasts: six people, about 60 % reads; afterwards each purchase has its last word."""
        with self.at_the_door():
            for buyer in self.buyers:
                buyer.refresh()
            running = load.Load(self.buyers, [self.shop.offer], tries=tries)
            running.__enter__()
        try:
            yield running
        finally:
            running.__exit__()
        with self.at_the_door():
            running.settle(serving_limit_s=60)

    def sold(self):
        with self.at_the_door():
            self.shop.owner.refresh()    # a token lives ten minutes, the tests longer
            return self.stock - self.shop.available()


def told(running):
    """One line about a load."""
    return f"{running.reads} reads, {len(running.attempts)} orders, {len(running.failures)} failed"
