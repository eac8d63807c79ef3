"""What the contract says becomes of the money and the stock of orders, told a second time.

Written from the contract alone, by somebody who has not read the services: this shares no code, table or list with them, and is
worth nothing once it does. One Market has the offers of some shops, the orders of them and a ledger, all in one currency;
amounts are minor units. An act that the contract does not allow raises Refused and has changed nothing.

Cents: half up, once per line. What is split is split by largest remainder; of equal remainders the first gets the cent. Of a line
that is cancelled in steps what so many of its units cost has gone back, whatever the steps were. What sending a seller order costs goes
back with its last unit, if none of it was sent, and else not at all. A refund by amount is of the seller
order, which the payment is split by, and of none of its lines. What goes back last is all that is left, so that a seller order and an
order end at exactly 0.
"""

import dataclasses

TAX_WHOLE = 10_000    # basis points


class Refused(Exception):
    """The contract does not allow it."""


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def split(amount, weights):
    """`amount` in parts that are as large as `weights`, and sum up to it."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    shares = [amount * weight // whole for weight in weights]
    largest = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % whole))
    for i in largest[:amount - sum(shares)]:
        shares[i] += 1
    return shares


@dataclasses.dataclass
class Offer:
    """`received` is all that was ever put on the shelf."""
    shop: str
    price: int
    received: int
    discount: int = 0    # of a line, whatever its quantity
    tax: int = 0         # basis points on top of the price
    lines: list = dataclasses.field(default_factory=list)

    def on_hand(self):
        return self.received - sum(line.consumed for line in self.lines)

    def available(self):
        return self.on_hand() - sum(line.held + line.committed for line in self.lines)


@dataclasses.dataclass
class Line:
    """Some units of an offer at the price of that moment. Each unit is held, committed, released or consumed."""
    offer: str
    quantity: int
    unit_price: int
    discount: int
    tax: int
    held: int
    committed: int = 0
    released: int = 0
    consumed: int = 0

    def total(self):
        price = self.quantity * self.unit_price - self.discount
        return price + half_up(price * self.tax, TAX_WHOLE)

    def cost(self, units):
        """Of so many of its units."""
        return half_up(self.total() * units, self.quantity)

    def worth(self, units):
        """What is to go back for so many units more."""
        return self.cost(self.released + units) - self.cost(self.released)


@dataclasses.dataclass
class Part:
    """A seller order."""
    shop: str
    lines: list
    delivery: int = 0
    state: str = "PENDING_PAYMENT"
    back: int = 0

    def value(self):
        return sum(line.quantity * line.unit_price for line in self.lines)

    def total(self):
        return sum(line.total() for line in self.lines) + self.delivery

    def refunded(self):
        return self.back

    def net(self):
        return self.total() - self.refunded()

    def is_sent(self):
        """Some of it."""
        return any(line.consumed for line in self.lines)

    def cancellable(self):
        """{offer: units} that are neither on their way nor cancelled."""
        return {line.offer: line.committed for line in self.lines if line.committed}


class Order:
    """`payment` is the state of its money. Between AUTHORIZED and the capture units may be cancelled: a capture then takes all and
    gives back, or, where nothing is left to take, the hold is VOIDED."""

    def __init__(self, market, number, parts):
        self.market, self.number, self.parts = market, number, parts
        self.payment = "CREATED"

    def lines(self):
        return [line for part in self.parts.values() for line in part.lines]

    def total(self):
        return sum(part.total() for part in self.parts.values())

    def captured(self):
        return self.total() if self.payment == "CAPTURED" else 0

    def refunded(self):
        """What went back; of what never was taken nothing did."""
        return sum(part.refunded() for part in self.parts.values()) if self.payment == "CAPTURED" else 0

    def pending(self):
        return all(part.state == "PENDING_PAYMENT" for part in self.parts.values())

    def _from_pending(self, payment, state, take):
        """All parts leave PENDING_PAYMENT at once; `take` says what becomes of the units that are held."""
        if not self.pending():
            raise Refused("not PENDING_PAYMENT")
        self.payment = payment
        for part in self.parts.values():
            part.state = state
        for line in self.lines():
            setattr(line, take, line.held)
            line.held = 0

    def authorize(self):
        self._from_pending("AUTHORIZED", "PLACED", "committed")

    def decline(self):
        """The order and its units wait for another method."""
        if not self.pending():
            raise Refused("not PENDING_PAYMENT")
        self.payment = "DECLINED"

    def fail(self):
        self._from_pending(self.payment, "FAILED", "released")

    def capture(self):
        if self.payment != "AUTHORIZED":
            raise Refused(f"can't capture what is {self.payment}")
        self.payment = "CAPTURED"
        self.market.post(psp_clearing=self.total(), order_escrow=-self.total())
        self._post_refund(self.refunded())

    def void(self):
        if self.payment != "AUTHORIZED" or any(part.net() for part in self.parts.values()):
            raise Refused("there is something to capture")
        self.payment = "VOIDED"

    def _post_refund(self, amount):
        if amount and self.payment == "CAPTURED":
            self.market.post(order_escrow=amount, psp_clearing=-amount)

    def _to(self, shop, before, after):
        part = self.parts[shop]
        if part.state not in before:
            raise Refused(f"{part.state} can't become {after}")
        part.state = after
        return part

    def accept(self, shop):
        self._to(shop, ("PLACED",), "ACCEPTED")

    def ship(self, shop):
        """The whole of what is left of it."""
        self.parcel(shop, self.parts[shop].cancellable())

    def parcel(self, shop, units):
        """`units` of it is {offer: quantity}; the rest is sent later, or cancelled."""
        part = self.parts[shop]
        if self.payment != "CAPTURED":
            raise Refused("the payment is not secured")
        if part.state not in ("ACCEPTED", "PARTIALLY_SHIPPED"):
            raise Refused(f"{part.state} can't be sent")
        left = part.cancellable()
        if not units or any(not 0 < quantity <= left.get(offer, 0) for offer, quantity in units.items()):
            raise Refused("more than there is to send")
        for line in part.lines:
            line.consumed += units.get(line.offer, 0)
            line.committed -= units.get(line.offer, 0)
        part.state = "PARTIALLY_SHIPPED" if part.cancellable() else "SHIPPED"

    def deliver(self, shop):
        self._to(shop, ("SHIPPED",), "DELIVERED")

    def reject(self, shop):
        if self.parts[shop].state not in ("PLACED", "ACCEPTED"):
            raise Refused(f"{self.parts[shop].state} can't be rejected")
        self._take_back({shop: self.parts[shop].cancellable()})
        self.parts[shop].state = "REJECTED"

    def cancel(self, units):
        """`units` is {shop: {offer: quantity}}."""
        for shop, wanted in units.items():
            part = self.parts[shop]
            if part.state not in ("PLACED", "ACCEPTED", "PARTIALLY_SHIPPED"):
                raise Refused(f"{part.state} can't be cancelled")
            left = part.cancellable()
            if any(not 0 < quantity <= left.get(offer, 0) for offer, quantity in wanted.items()):
                raise Refused("more than there is to cancel")
        self._take_back(units)
        for shop in units:
            if not self.parts[shop].cancellable():
                self.parts[shop].state = "SHIPPED" if self.parts[shop].is_sent() else "CANCELLED"

    def _take_back(self, units):
        amount = 0
        for shop, wanted in units.items():
            part, worth = self.parts[shop], 0
            for line in part.lines:
                quantity = wanted.get(line.offer, 0)
                worth += line.worth(quantity)
                line.released += quantity
                line.committed -= quantity
            # Never more than is left, and all of that with the last unit, unless something was sent.
            back = min(worth, part.net()) if part.cancellable() or part.is_sent() else part.net()
            part.back += back
            amount += back
        self._post_refund(amount)

    def refund(self, amount, shop=None):
        """Of one seller order, or of all of them; the goods stay where they are."""
        parts = [self.parts[shop]] if shop else list(self.parts.values())
        if self.payment != "CAPTURED" or not 0 < amount <= sum(part.net() for part in parts):
            raise Refused("more than what is left")
        for part, share in zip(parts, split(amount, [part.net() for part in parts])):
            part.back += share
        self._post_refund(amount)

    def amounts(self):
        """{place: value} of every amount, quantity and state."""
        taken = self.payment == "CAPTURED"
        found = {("order", "total"): self.total(), ("order", "captured"): self.captured(), ("order", "refunded"): self.refunded()}
        for shop, part in self.parts.items():
            found |= {("part", shop, "state"): part.state, ("part", shop, "total"): part.total(),
                      ("part", shop, "delivery"): part.delivery,
                      ("part", shop, "refunded"): part.refunded() if taken else 0}
            for line in part.lines:
                place = ("line", shop, line.offer)
                found |= {(*place, "quantity"): line.quantity, (*place, "unitPrice"): line.unit_price,
                          (*place, "total"): line.total(), (*place, "shippedQuantity"): line.consumed}
                if part.state != "FAILED":    # its units were released, and nobody cancelled them
                    found[(*place, "cancelledQuantity")] = line.released
            if taken:
                found["part", shop, "net"] = part.net()
        if taken:
            found["order", "net"] = self.captured() - self.refunded()
        return found


class Market:
    def __init__(self):
        self.offers, self.orders, self.entries = {}, [], []
        self.deliveries = {}    # by shop: ({from which value of the goods: what it costs}, from which it is free or None)

    def put_on_sale(self, name, shop, price, stock, **more):
        self.offers[name] = Offer(shop, price, stock, **more)

    def delivery(self, shop, value):
        """What a shop takes for sending goods of that value; one that has said nothing takes nothing."""
        prices, free_from = self.deliveries.get(shop, ({0: 0}, None))
        if free_from is not None and value >= free_from:
            return 0
        return prices[max(start for start in prices if start <= value)]

    def restock(self, name, units):
        self.offers[name].received += units

    def place(self, items):
        """The order, PENDING_PAYMENT with all of its units held, or none: `items` is {offer: quantity}."""
        if not items or any(not 0 < quantity <= self.offers[name].available() for name, quantity in items.items()):
            raise Refused("OUT_OF_STOCK")
        parts = {}
        for name, quantity in items.items():
            offer = self.offers[name]
            line = Line(name, quantity, offer.price, offer.discount, offer.tax, held=quantity)
            offer.lines.append(line)
            parts.setdefault(offer.shop, Part(offer.shop, [])).lines.append(line)
        for shop, part in parts.items():
            part.delivery = self.delivery(shop, part.value())
        self.orders.append(Order(self, len(self.orders), parts))
        return self.orders[-1]

    def post(self, **movements):
        """A double entry: debits are positive."""
        if sum(movements.values()):
            raise AssertionError(f"does not balance: {movements}")
        self.entries.append(movements)

    def balances(self):
        found = {"psp_clearing": 0, "order_escrow": 0}
        for entry in self.entries:
            for account, amount in entry.items():
                found[account] += amount
        return found
