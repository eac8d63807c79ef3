"""Random acts on orders, each done to the model and to another marketplace; after each all amounts are compared.

The other one is asked in few words (Other). What it shows is (place, where it was read, value), with the places of
order_money.Order.amounts, and of what an offer has left and of the ledger.
"""

from order_money import Refused

ACTS = ("accept", "ship", "parcel", "deliver", "cancel", "reject", "refund")
# What mostly comes next; every now and then something else does, which then must change nothing.
NEXT = {"PLACED": ("accept", "accept", "cancel", "reject", "refund"), "ACCEPTED": ("ship", "parcel", "parcel", "cancel", "refund"),
        "PARTIALLY_SHIPPED": ("ship", "parcel", "cancel", "cancel", "refund"),
        "SHIPPED": ("deliver", "refund"), "DELIVERED": ("refund",), "CANCELLED": ("refund",), "REJECTED": ("refund",),
        "FAILED": ACTS}
OPEN_ORDERS = 6    # that acts are about; the newest


class Other:
    """What a play asks of the marketplace beside the model. Orders are named by the model's number of them. An act says whether it was done;
    False is a refusal."""

    acts = frozenset(ACTS)           # that it has
    cancels_units = True             # or whole seller orders alone
    refunds_orders = True            # by amount, or seller orders alone
    waits_for_another_method = True  # a declined order does, and `pay` goes on with it
    shows = frozenset()              # the kinds of places it shows: (what, word)

    def place(self, number, items, declined): ...
    def pay(self, number): ...
    def is_voided(self, number):
        """Once its money stands still: whether the hold was let go of, not captured."""
    def accept(self, number, shop): ...
    def ship(self, number, shop): ...
    def parcel(self, number, shop, units): ...
    def deliver(self, number, shop): ...
    def reject(self, number, shop): ...
    def cancel(self, number, units): ...
    def refund(self, number, amount, shop): ...
    def restock(self, offer, units): ...
    def shown(self, number): ...
    def at_last(self, differences):
        """What differences() says once it says nothing, or at the end of all patience."""


def differences(expected, shown, shows):
    """What is shown otherwise than expected, and what should be shown and is not. More than expected may be shown."""
    found = [f"{where}: {'.'.join(place)} is {value}, expected {expected[place]}"
             for place, where, value in shown if place in expected and expected[place] != value]
    seen = {place for place, _, _ in shown}
    return found + [f"{'.'.join(place)} is not shown" for place in expected
                    if (place[0], place[-1]) in shows and place not in seen]


class Play:
    def __init__(self, rng, market, other):
        self.rng, self.market, self.other = rng, market, other
        self.story = []    # what was done, for whoever reads a difference

    def run(self, acts):
        for _ in range(acts):
            self.step()
        for order in self.market.orders:
            self.check(order)

    def step(self):
        # Something declined waits for another method.
        for order in self.market.orders[-OPEN_ORDERS:]:
            if order.pending() and self.rng.random() < 0.5:
                return self.pay(order)
        if not self.market.orders or self.rng.random() < 0.35:
            return self.place()
        if self.rng.random() < 0.08:
            return self.restock(self.rng.choice(list(self.market.offers)))
        order = self.rng.choice(self.market.orders[-OPEN_ORDERS:])
        shop = self.rng.choice(list(order.parts))
        usual = self.rng.random() < 0.85 and not order.pending()
        wanted = [act for act in (NEXT[order.parts[shop].state] if usual else ACTS) if act in self.other.acts]
        if wanted:
            getattr(self, "do_" + self.rng.choice(wanted))(order, shop)

    def both(self, order, told, act, arguments):
        """What the model does the other must do; what the model refuses must change nothing there."""
        self.story.append(f"{told} of order {order.number}")
        try:
            getattr(order, act)(*arguments)
            expected = True
        except Refused as reason:
            self.story[-1] += f", refused: {reason}"
            expected = False
        done = getattr(self.other, act)(order.number, *arguments)
        assert done or not expected, f"refused: {self.told()}"
        self.check(order)

    def place(self):
        names = self.rng.sample(list(self.market.offers), self.rng.randint(1, min(4, len(self.market.offers))))
        items = {name: self.rng.randint(1, 5) for name in names}
        declined, hasty = self.rng.random() < 0.1, self.rng.random() < 0.15
        number = len(self.market.orders)
        self.story.append(f"place order {number}: {items}{' declined' if declined else ''}")
        try:
            order = self.market.place(items)
        except Refused:
            self.story[-1] += ", refused"
            assert not self.other.place(number, items, declined), f"sold what is not there: {self.told()}"
            for name in items:
                if self.market.offers[name].available() < 5 and self.rng.random() < 0.5:
                    self.restock(name)
            return
        placed = self.other.place(number, items, declined)
        if declined:
            order.decline()
            if not self.other.waits_for_another_method:
                order.fail()
        else:
            assert placed, f"refused: {self.told()}"
            order.authorize()
            if hasty and "cancel" in self.other.acts:
                self.cancel_at_once(order)
            self.settle(order)
        self.check(order)

    def cancel_at_once(self, order):
        """While the capture is under way."""
        units = {shop: part.cancellable() for shop, part in order.parts.items()}
        self.story.append(f"cancel all of order {order.number} at once")
        order.cancel(units)
        assert self.other.cancel(order.number, units), f"refused: {self.told()}"

    def settle(self, order):
        if self.other.is_voided(order.number):
            order.void()
        else:
            order.capture()

    def pay(self, order):
        self.story.append(f"pay order {order.number}")
        assert self.other.pay(order.number), f"refused: {self.told()}"
        order.authorize()
        self.settle(order)
        self.check(order)

    def restock(self, name):
        units = self.rng.randint(1, 20)
        self.story.append(f"{units} more of {name}")
        self.market.restock(name, units)
        assert self.other.restock(name, units), f"refused: {self.told()}"

    def do_accept(self, order, shop):
        self.both(order, f"accept {shop}", "accept", (shop,))

    def do_ship(self, order, shop):
        self.both(order, f"ship {shop}", "ship", (shop,))

    def do_parcel(self, order, shop):
        units = self.units_of(order.parts[shop], whole=False)
        self.both(order, f"send {units} of {shop}", "parcel", (shop, units))

    def do_deliver(self, order, shop):
        self.both(order, f"deliver {shop}", "deliver", (shop,))

    def do_reject(self, order, shop):
        self.both(order, f"reject {shop}", "reject", (shop,))

    def do_cancel(self, order, shop):
        """Some units of that seller order, or all of it, or of it and of another."""
        shops = {shop, self.rng.choice(list(order.parts))}
        whole = not self.other.cancels_units or self.rng.random() < 0.3
        units = {one: self.units_of(order.parts[one], whole) for one in sorted(shops)}
        self.both(order, f"cancel {units}", "cancel", (units,))

    def units_of(self, part, whole):
        left = part.cancellable()
        if whole or not left:
            return left
        names = self.rng.sample(list(left), self.rng.randint(1, len(left)))
        # One too many now and then.
        return {name: self.rng.randint(1, left[name] + (self.rng.random() < 0.1)) for name in names}

    def do_refund(self, order, shop):
        part = self.rng.choice((shop, None)) if self.other.refunds_orders else shop
        left = sum(one.net() for one in ([order.parts[part]] if part else order.parts.values()))
        amount = self.rng.choice((self.rng.randint(1, max(1, left)), 1, max(1, left), left + 1))
        self.both(order, f"refund {amount} of {part or 'all'}", "refund", (amount, part))

    def check(self, order):
        found = self.other.at_last(lambda: differences(self.expected(order), self.other.shown(order.number), self.other.shows))
        assert not found, "\n".join([*found, self.told()])

    def expected(self, order):
        found = order.amounts()
        for line in order.lines():
            found["offer", line.offer, "available"] = self.market.offers[line.offer].available()
        return found | {("ledger", account): amount for account, amount in self.market.balances().items()}

    def told(self):
        return "\nafter:\n" + "\n".join(self.story)
