"""What the contract says becomes of the money and the stock of orders, told a second time.

Written from the contract alone, by somebody who has not read the services: this shares no code, table or list with them, and is
worth nothing once it does. One Market has the offers of some shops, the orders of them and a ledger, all in one currency;
amounts are minor units; what an order costs says order_price.py. An act that the contract does not allow raises Refused and has changed
nothing.

Cents: half up, once per line. What is split is split by largest remainder; of equal remainders the first gets the cent. Of a line
that goes in steps, cancelled or sent back, what so many of its units cost has gone back, whatever the steps were. What sending a seller
order costs goes back with its last unit, and else not at all. A refund by amount is of the seller order, which the payment is split by,
and of none of its lines. What goes back last is all that is left, so that a seller order and an order end at exactly 0.

A seller order's money is in escrow until it is delivered. From then on it is its shop's and the marketplace's (earnings.py): pending until the
order is completed, then available; what goes back later is taken from both.
"""

import dataclasses

from earnings import EVERYTHING, Sale
from order_price import Basket, Cost, Prices, Refused, half_up, split

EARNED, RELEASED = ("DELIVERED", "COMPLETED"), ("COMPLETED",)    # seller orders
OPEN = ("REQUESTED", "APPROVED", "IN_TRANSIT", "RECEIVED")    # returns
TO_CLOSE = ("APPROVED", "IN_TRANSIT", "RECEIVED")


@dataclasses.dataclass
class Offer:
    """`received` is all that was ever put on the shelf."""
    shop: str
    price: int
    received: int
    tax_class: str = "standard"
    weight: int = 0    # of a unit, in grams
    lines: list = dataclasses.field(default_factory=list)

    def on_hand(self):
        return self.received - sum(line.consumed - line.restocked for line in self.lines)

    def available(self):
        return self.on_hand() - sum(line.held + line.committed for line in self.lines)


@dataclasses.dataclass
class Line:
    """Some units of an offer at the price of that moment. Each unit is held, committed, released or consumed; of the last some returned."""
    offer: str
    quantity: int
    unit_price: int
    held: int
    committed: int = 0
    released: int = 0
    consumed: int = 0
    returned: int = 0
    restocked: int = 0    # of these
    cost: Cost = None

    def __post_init__(self):
        self.cost = Cost(self.quantity * self.unit_price)

    def total(self):
        return self.cost.total()

    def gone(self):
        return self.released + self.returned

    def of_units(self, units):
        """What so many of its units cost."""
        return half_up(self.total() * units, self.quantity)

    def worth(self, units):
        """What is to go back for so many units more."""
        return self.of_units(self.gone() + units) - self.of_units(self.gone())

    def move(self, units, source, to):
        setattr(self, source, getattr(self, source) - units)
        setattr(self, to, getattr(self, to) + units)

    def cancel(self, units):
        self.move(units, "committed", "released")

    def come_back(self, units, restock):
        self.returned += units
        self.restocked += units if restock else 0


@dataclasses.dataclass
class Return:
    shop: str
    units: dict             # {offer: quantity}
    state: str = "REQUESTED"
    amount: int = 0         # that its units cost, and the delivery where nothing is kept


@dataclasses.dataclass
class Part:
    """A seller order."""
    shop: str
    lines: list
    delivery: Cost = None
    state: str = "PENDING_PAYMENT"
    back: int = 0
    parcels: list = dataclasses.field(default_factory=list)    # of each whether it has arrived
    invoiced: int | None = None                                # with the first of them: all but what was cancelled by then
    goodwill: int = 0                                          # what had gone back by then, and not for that
    credited: list = dataclasses.field(default_factory=list)   # each refund since
    sale: Sale = None

    def value(self):
        return sum(line.quantity * line.unit_price for line in self.lines)

    def total(self):
        return sum(line.total() for line in self.lines) + self.delivery.total()

    def refunded(self):
        return self.back

    def net(self):
        return self.total() - self.refunded()

    def cancellable(self):
        """{offer: units} that are neither on their way nor cancelled."""
        return {line.offer: line.committed for line in self.lines if line.committed}

    def is_gone(self):
        """No unit stays with the buyer, or is to come."""
        return all(line.gone() == line.quantity for line in self.lines)

    def sent(self):
        """What becomes of the state once something has left, and some of it has arrived."""
        if self.cancellable():
            return "PARTIALLY_SHIPPED"
        return "DELIVERED" if all(self.parcels) else "SHIPPED"

    def take_back(self, units, go):
        """The money of so many units more, by offer, that go(line, units): never more than is left, and all of that with the last one."""
        named = {line.offer: (units[line.offer], line.worth(units[line.offer])) for line in self.lines if units.get(line.offer)}
        for line in self.lines:
            go(line, units.get(line.offer, 0))
        worth = sum(cost for _, cost in named.values())
        return self.give_back(self.net() if self.is_gone() else min(worth, self.net()), named)

    def give_back(self, amount, named=None):
        self.back += amount
        self.sale.give_back(amount, named)
        if amount and self.invoiced is not None:
            self.credited.append(amount)
        return amount

    def taxes(self):
        """{rate: (what is taxed, the tax)}"""
        found = {}
        for cost in [line.cost for line in self.lines] + [self.delivery]:
            if cost.rate:
                taxed, tax = found.get(cost.rate, (0, 0))
                found[cost.rate] = taxed + cost.taxed(), tax + cost.tax()
        return found


class Order:
    """`payment` is the state of its money. Between AUTHORIZED and the capture units may be cancelled: a capture then takes all and
    gives back, or, where nothing is left to take, the hold is VOIDED."""

    def __init__(self, market, number, parts, coupons=()):
        self.market, self.number, self.parts, self.coupons = market, number, parts, coupons
        self.payment, self.returns = "CREATED", []

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

    def lives(self):
        """Uses its coupons: has not failed, and was not cancelled whole."""
        return any(part.state not in ("FAILED", "CANCELLED", "REJECTED") for part in self.parts.values())

    def _from_pending(self, payment, state, take):
        """All parts leave PENDING_PAYMENT at once; `take` says what becomes of the units that are held."""
        if not self.pending():
            raise Refused("not PENDING_PAYMENT")
        self.payment = payment
        for part in self.parts.values():
            part.state = state
        for line in self.lines():
            line.move(line.held, "held", take)

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

    def _part(self, shop, before, act):
        part = self.parts[shop]
        if part.state not in before:
            raise Refused(f"{part.state} can't be {act}")
        return part

    def accept(self, shop):
        self._part(shop, ("PLACED",), "accepted").state = "ACCEPTED"

    def ship(self, shop):
        """The whole of what is left of it, in one parcel."""
        self._send(self._part(shop, ("ACCEPTED", "PARTIALLY_SHIPPED"), "shipped"), self.parts[shop].cancellable())

    def parcel(self, shop, units):
        """Some of it, {offer: quantity}."""
        part = self._part(shop, ("ACCEPTED", "PARTIALLY_SHIPPED"), "sent")
        self._require(units, part.cancellable())
        self._send(part, units)

    def _send(self, part, units):
        if self.payment != "CAPTURED":
            raise Refused("the payment is not secured")
        if part.invoiced is None:
            cancelled = sum(line.of_units(line.released) for line in part.lines)
            part.invoiced, part.goodwill = part.total() - cancelled, part.back - cancelled
        for line in part.lines:
            line.move(units.get(line.offer, 0), "committed", "consumed")
        part.parcels.append(False)
        part.state = part.sent()

    @staticmethod
    def _require(units, left):
        if not units or any(not 0 < quantity <= left.get(offer, 0) for offer, quantity in units.items()):
            raise Refused("more than there is")

    def deliver(self, shop):
        part = self._part(shop, ("SHIPPED",), "delivered")
        part.parcels = [True for _ in part.parcels]
        part.state = "DELIVERED"

    def deliver_parcel(self, shop, number):
        part = self._part(shop, ("PARTIALLY_SHIPPED", "SHIPPED"), "delivered")
        part.parcels[number] = True
        part.state = part.sent()

    def confirm(self, shop):
        self._part(shop, ("SHIPPED", "DELIVERED"), "confirmed").state = "COMPLETED"

    def reject(self, shop):
        part = self._part(shop, ("PLACED", "ACCEPTED"), "rejected")
        self._post_refund(part.take_back(part.cancellable(), Line.cancel))
        part.state = "REJECTED"

    def cancel(self, units):
        """`units` is {shop: {offer: quantity}}."""
        for shop, wanted in units.items():
            self._require(wanted, self._part(shop, ("PLACED", "ACCEPTED", "PARTIALLY_SHIPPED"), "cancelled").cancellable())
        self._post_refund(sum(self.parts[shop].take_back(wanted, Line.cancel) for shop, wanted in units.items()))
        for part in map(self.parts.get, units):
            if not part.cancellable():
                part.state = part.sent() if part.parcels else "CANCELLED"

    def refund(self, amount, shop=None):
        """Of one seller order, or of all of them; the goods stay where they are."""
        parts = [self.parts[shop]] if shop else list(self.parts.values())
        if self.payment != "CAPTURED" or not 0 < amount <= sum(part.net() for part in parts):
            raise Refused("more than what is left")
        for part, share in zip(parts, split(amount, [part.net() for part in parts])):
            part.give_back(share)
        self._post_refund(amount)

    def returnable(self, shop):
        """{offer: units} that were sent, and are not on their way back."""
        asked = [one.units for one in self.returns if one.shop == shop and one.state in OPEN]
        left = {line.offer: line.consumed - line.returned - sum(units.get(line.offer, 0) for units in asked)
                for line in self.parts[shop].lines}
        return {offer: units for offer, units in left.items() if units}

    def request_return(self, shop, units):
        self._part(shop, ("PARTIALLY_SHIPPED", "SHIPPED", "DELIVERED", "COMPLETED"), "returned")
        self._require(units, self.returnable(shop))
        self.returns.append(Return(shop, units))

    def _return(self, number, before, after):
        found = self.returns[number]
        if found.state not in before:
            raise Refused(f"a return that is {found.state} can't become {after}")
        found.state = after
        return found

    def approve_return(self, number):
        self._return(number, ("REQUESTED",), "APPROVED")

    def reject_return(self, number):
        self._return(number, ("REQUESTED", "RECEIVED"), "REJECTED")

    def ship_return(self, number):
        self._return(number, ("APPROVED",), "IN_TRANSIT")

    def receive_return(self, number):
        self._return(number, ("IN_TRANSIT",), "RECEIVED")

    def close_return(self, number, restock):
        found = self._return(number, TO_CLOSE, "CLOSED")
        part = self.parts[found.shop]
        worth = sum(line.worth(found.units.get(line.offer, 0)) for line in part.lines)
        back = part.take_back(found.units, lambda line, units: line.come_back(units, restock))
        # Less goes back where an operator was faster.
        found.amount = worth + (part.delivery.total() if part.is_gone() else 0)
        self._post_refund(back)

    def amounts(self):
        """{place: value} of every amount, quantity and state."""
        taken = self.payment == "CAPTURED"
        found = {("order", "total"): self.total(), ("order", "captured"): self.captured(), ("order", "refunded"): self.refunded()}
        for code in self.coupons:
            costs = [line.cost for line in self.lines()] + [part.delivery for part in self.parts.values()]
            found["order", code, "coupon"] = sum(off for cost in costs for (one, _), off in cost.discounts.items() if one == code)
        for number, one in enumerate(self.returns):
            found |= {("return", str(number), "state"): one.state, ("return", str(number), "amount"): one.amount}
        for part in self.parts.values():
            found |= self.of_part(part, taken)
        if taken:
            found["order", "net"] = self.captured() - self.refunded()
        return found

    @staticmethod
    def of_part(part, taken):
        place = ("part", part.shop)
        found = {(*place, "state"): part.state, (*place, "total"): part.total(), (*place, "delivery"): part.delivery.total(),
                 (*place, "refunded"): part.refunded() if taken else 0, (*place, "tax"): sum(tax for _, tax in part.taxes().values()),
                 (*place, "parcels"): len(part.parcels), **of_cost((*place, "sending"), part.delivery)}
        for rate, (taxed, tax) in part.taxes().items():
            found |= {(*place, str(rate), "rateTax"): tax, (*place, str(rate), "rateNet"): taxed}
        if taken:
            found[*place, "net"] = part.net()
        if part.invoiced is not None:
            found |= {(*place, "invoiced"): part.invoiced, (*place, "credited"): part.goodwill + sum(part.credited)}
            if not part.goodwill:    # in how many notes it is credited the contract does not say
                found[*place, "notes"] = len(part.credited)
        for line in part.lines:
            place = ("line", part.shop, line.offer)
            found |= {(*place, "quantity"): line.quantity, (*place, "unitPrice"): line.unit_price, (*place, "total"): line.total(),
                      (*place, "shippedQuantity"): line.consumed, (*place, "returnedQuantity"): line.returned, **of_cost(place, line.cost)}
            if part.state != "FAILED":    # its units were released, and nobody cancelled them
                found[*place, "cancelledQuantity"] = line.released
        return found


def of_cost(place, cost):
    found = {(*place, f"{code} {who}", "discount"): amount for (code, who), amount in cost.discounts.items()}
    return found | {(*place, "price"): cost.price, (*place, "discounts"): cost.discount(), (*place, "taxAmount"): cost.tax(),
                    (*place, "ratePpm"): cost.rate}


class Market:
    def __init__(self, prices=None):
        self.offers, self.orders, self.entries = {}, [], []
        self.commission = {}    # {shop: Terms}, where it is not that of everything
        self.prices = prices or Prices()

    def put_on_sale(self, name, shop, price, stock, **more):
        self.offers[name] = Offer(shop, price, stock, **more)

    def restock(self, name, units):
        self.offers[name].received += units

    def used(self, code):
        """With how many orders."""
        return sum(code in order.coupons and order.lives() for order in self.orders)

    def place(self, basket):
        """The order, PENDING_PAYMENT with all of its units held, or none; `basket` is a Basket, or the items of one."""
        basket = basket if isinstance(basket, Basket) else Basket(basket)
        parts = {}
        for name, quantity in basket.items.items():
            offer = self.offers[name]
            parts.setdefault(offer.shop, Part(offer.shop, [])).lines.append(Line(name, quantity, offer.price, held=quantity))
        self.prices.terms(parts, basket, self.offers)
        for code in basket.coupons:
            limit = self.prices.coupons[code].limit
            if limit is not None and self.used(code) >= limit:
                raise Refused("COUPON_NOT_APPLICABLE: used up")
        if not basket.items or any(not 0 < quantity <= self.offers[name].available() for name, quantity in basket.items.items()):
            raise Refused("OUT_OF_STOCK")
        for part in parts.values():
            part.sale = Sale(part, self.commission.get(part.shop, EVERYTHING))
        order = Order(self, len(self.orders), parts, basket.coupons)
        for line in order.lines():
            self.offers[line.offer].lines.append(line)
        self.orders.append(order)
        return order

    def post(self, **movements):
        """A double entry: debits are positive."""
        if sum(movements.values()):
            raise AssertionError(f"does not balance: {movements}")
        self.entries.append(movements)

    def balances(self):
        found = dict.fromkeys(("psp_clearing", "order_escrow", "coupon_funding", "commission_revenue", "commission_tax"), 0)
        for entry in self.entries:
            for account, amount in entry.items():
                found[account] += amount
        for sale in (part.sale for order in self.orders for part in order.parts.values() if part.state in EARNED):
            commission, tax = sale.fees()
            found["order_escrow"] += sale.paid()
            found["coupon_funding"] += sale.borne()
            found["commission_revenue"] -= commission
            found["commission_tax"] -= tax
        return found

    def of_shop(self, shop):
        """(pending, available)"""
        sold = [order.parts[shop] for order in self.orders if shop in order.parts]
        return (sum(part.sale.net() for part in sold if part.state in EARNED and part.state not in RELEASED),
                sum(part.sale.net() for part in sold if part.state in RELEASED))
