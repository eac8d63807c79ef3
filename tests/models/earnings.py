"""What of a seller order's money is its shop's and what the marketplace's, told a second time.

Written from docs/adr/0059 and 0060 and what docs/openapi.yaml says of the fields, as order_money.py is of the contract, and worth nothing once
it shares anything with the services. Amounts are minor units.

A line earns what its buyer paid and what the marketplace bears of its discounts. The commission is that of what is left of the line, by the
terms it was sold under: a percentage, a fixed amount for each unit that what is left still pays for, at least and at most so much, never more than is left. Its
tax is on top. A rule may take its percentage of what sending costs, too: each line of its share.
"""

import dataclasses

from order_price import MILLION, half_up, split


@dataclasses.dataclass(frozen=True)
class Terms:
    """What a rule takes."""
    percentage: int = 0
    fixed: int = 0
    floor: int = 0
    cap: int | None = None
    on_delivery: bool = False
    tax: int = 0

    def fee(self, left, units, is_left):
        """(commission, its tax)"""
        commission = max(half_up(left * self.percentage, MILLION) + self.fixed * units, self.floor if is_left else 0)
        if self.cap is not None:
            commission = min(commission, self.cap)
        commission = min(commission, left)
        return commission, min(half_up(commission * self.tax, MILLION), left - commission)


EVERYTHING = Terms(percentage=100_000)    # the rule that a marketplace starts with


@dataclasses.dataclass
class Share:
    """Of a line, or of a delivery: what was paid for it, what the marketplace bears of its discounts, and what went back."""
    paid: int
    borne: int
    quantity: int = 1
    back: int = 0
    gone: int = 0    # units

    @staticmethod
    def of(cost, quantity=1):
        return Share(cost.total(), sum(amount for (_, who), amount in cost.discounts.items() if who == "MARKETPLACE"), quantity)

    def earned(self):
        return self.paid + self.borne

    def is_gone(self):
        return self.back == self.paid if self.paid else self.gone == self.quantity

    def borne_left(self):
        lost = half_up(self.borne * self.back, self.paid) if self.paid else half_up(self.borne * self.gone, self.quantity)
        return self.borne - lost

    def left(self):
        return self.paid - self.back + self.borne_left()

    def units_left(self):
        """As many as what is left pays for, begun ones whole."""
        return -(-self.quantity * self.left() // self.earned()) if self.earned() else 0

    def take(self, amount):
        """As much of it as there is."""
        taken = min(amount, self.paid - self.back)
        self.back += taken
        return taken


class Sale:
    """Of a seller order that was paid for."""

    def __init__(self, part, terms):
        self.terms = terms
        self.lines = {line.offer: Share.of(line.cost, line.quantity) for line in part.lines}
        self.delivery = Share.of(part.delivery)

    def give_back(self, amount, named=None):
        """Of `named` lines, {offer: (units, what they cost)}, what is beyond them of the delivery; else of everything by what is left of it."""
        for offer, (units, worth) in (named or {}).items():
            self.lines[offer].gone += units
            amount -= self.lines[offer].take(min(amount, worth))
        if named:
            amount -= self.delivery.take(amount)
        everything = [*self.lines.values(), self.delivery]
        for one, share in zip(everything, split(amount, [one.paid - one.back for one in everything])):
            one.back += share

    def delivery_borne_left(self):
        if self.delivery.paid:
            return self.delivery.borne_left()
        return 0 if all(line.is_gone() for line in self.lines.values()) else self.delivery.borne

    def delivery_left(self):
        return self.delivery.paid - self.delivery.back + self.delivery_borne_left()

    def fees(self):
        """(commission, tax) of all lines."""
        lines = list(self.lines.values())
        weights = [line.earned() for line in lines]
        shares = split(self.delivery_left(), weights) if any(weights) else [self.delivery_left()] + [0] * (len(lines) - 1)
        found = [self.terms.fee(line.left() + (share if self.terms.on_delivery else 0), line.units_left(), line.left() > 0)
                 for line, share in zip(lines, shares)]
        return sum(commission for commission, _ in found), sum(tax for _, tax in found)

    def paid(self):
        """By the buyer, that has not gone back."""
        return sum(one.paid - one.back for one in (*self.lines.values(), self.delivery))

    def borne(self):
        """By the marketplace."""
        return sum(line.borne_left() for line in self.lines.values()) + self.delivery_borne_left()

    def net(self):
        """The shop's."""
        return self.paid() + self.borne() - sum(self.fees())
