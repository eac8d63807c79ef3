"""Random acts on orders, each done to the model and to another marketplace; after each all amounts are compared.

The other one is asked in few words (Other). What it shows is (place, where it was read, value), with the places of
order_money.Order.amounts, and of what an offer has left, how often a coupon is used and of the ledger.
"""

from order_money import OPEN, Basket, Refused

ACTS = ("accept", "ship", "parcel", "deliver", "deliver_parcel", "confirm", "cancel", "reject", "refund", "request_return")
OF_RETURNS = ("approve_return", "reject_return", "ship_return", "receive_return", "close_return")
# What mostly comes next; every now and then something else does, which then must change nothing.
NEXT = {"PLACED": ("accept",) * 5 + ("cancel", "reject", "refund"),
        "ACCEPTED": ("ship", "parcel", "parcel", "parcel", "cancel", "refund"),
        "PARTIALLY_SHIPPED": ("parcel", "parcel", "ship", "cancel", "deliver_parcel", "request_return", "refund"),
        "SHIPPED": ("deliver", "deliver_parcel", "request_return", "request_return", "refund"),
        "DELIVERED": ("request_return", "request_return", "request_return", "refund", "confirm"), "COMPLETED": ("request_return", "refund"), "CANCELLED": ("refund",),
        "REJECTED": ("refund",), "FAILED": ACTS}
NEXT_OF_RETURN = {"REQUESTED": ("approve_return", "approve_return", "reject_return"), "APPROVED": ("ship_return", "close_return"),
                  "IN_TRANSIT": ("receive_return", "close_return"), "RECEIVED": ("close_return", "close_return", "reject_return")}
OPEN_ORDERS = 8    # that acts are about; the newest
OVER = ("COMPLETED", "CANCELLED", "REJECTED", "FAILED")    # little happens then
LARGE = 0.04       # how many orders have more than a few lines
MOST_LINES = 100


class Other:
    """What a play asks of the marketplace beside the model. Orders are named by the model's number of them, parcels and returns by theirs. An
    act says whether it was done; False is a refusal."""

    acts = frozenset(ACTS)           # that it has
    cancels_units = True             # or whole seller orders alone
    refunds_orders = True            # by amount, or seller orders alone
    waits_for_another_method = True  # a declined order does, and `pay` goes on with it
    shows = frozenset()              # the kinds of places it shows: (what, word)

    def place(self, number, basket, declined): ...
    def pay(self, number): ...
    def is_voided(self, number):
        """Once its money stands still: whether the hold was let go of, not captured."""
    def accept(self, number, shop): ...
    def ship(self, number, shop): ...
    def parcel(self, number, shop, units): ...
    def deliver(self, number, shop): ...
    def deliver_parcel(self, number, shop, parcel): ...
    def confirm(self, number, shop): ...
    def reject(self, number, shop): ...
    def cancel(self, number, units): ...
    def refund(self, number, amount, shop): ...
    def request_return(self, number, shop, units): ...
    def approve_return(self, number, wanted): ...
    def reject_return(self, number, wanted): ...
    def ship_return(self, number, wanted): ...
    def receive_return(self, number, wanted): ...
    def close_return(self, number, wanted, restock): ...
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


def expected(market, order):
    """{place: value} of the order, of what of its offers and coupons is left, of what its shops have, and of the ledger."""
    found = order.amounts()
    for line in order.lines():
        found["offer", line.offer, "available"] = market.offers[line.offer].available()
    for code in order.coupons:
        found["coupon", code, "redeemed"] = market.used(code)
    for shop in order.parts:
        found["shop", shop, "pending"], found["shop", shop, "available"] = market.of_shop(shop)
    return found | {("ledger", account): amount for account, amount in market.balances().items()}


class Play:
    """`places` are those that orders go to, (country, region)."""

    def __init__(self, rng, market, other, places=(("", ""),)):
        self.rng, self.market, self.other, self.places = rng, market, other, places
        self.story = []    # what was done, for whoever reads a difference

    def run(self, acts):
        for _ in range(acts):
            self.step()
        for order in self.market.orders:
            self.check(order)

    def step(self):
        recent = self.market.orders[-OPEN_ORDERS:]
        # Something declined waits for another method.
        for order in recent:
            if order.pending() and self.rng.random() < 0.5:
                return self.pay(order)
        if not recent or self.rng.random() < 0.25:
            return self.place()
        if self.rng.random() < 0.06:
            return self.restock([self.rng.choice(list(self.market.offers))])
        returns = [(order, number) for order in recent for number, one in enumerate(order.returns) if one.state in OPEN]
        if returns and self.rng.random() < 0.5:
            return self.go_on_with(*self.rng.choice(returns))
        order = self.rng.choice(recent)
        shop = self.rng.choice(list(order.parts))
        if order.parts[shop].state in OVER and self.rng.random() < 0.7:
            return
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

    def basket(self):
        offers = list(self.market.offers)
        large = len(offers) > 5 and (not self.market.orders or self.rng.random() < LARGE)    # a short play has one, too
        lines = self.rng.randint(5, len(offers)) if large else self.rng.randint(1, 4)
        items = {name: self.rng.choice((1, 1, 2, 3, 5)) for name in self.rng.sample(offers, min(lines, len(offers), MOST_LINES))}
        country, region = self.rng.choice(self.places)
        coupons = list(self.market.prices.coupons)
        wanted = self.rng.sample(coupons, min(len(coupons), self.rng.choice((0, 0, 1, 1, 1, 2, 3))))
        if self.rng.random() < 0.9:
            wanted = [code for code in wanted if self.applies(code, items)]
        choices = {}
        for shop in sorted({self.market.offers[name].shop for name in items}):
            methods = list(self.market.prices.deliveries.get(shop, ()))
            if methods and self.rng.random() < 0.3:
                choices[shop] = self.rng.choice(methods)
        return Basket(items, country, region, tuple(wanted), choices)

    def applies(self, code, items):
        """Probably: something there is for it, alone."""
        coupon = self.market.prices.coupons[code]
        return any(self.market.offers[name].shop == (coupon.shop or coupon.only_shop or self.market.offers[name].shop)
                   and (coupon.offers is None or name in coupon.offers) for name in items)

    def place(self):
        basket = self.basket()
        declined, hasty = self.rng.random() < 0.1, self.rng.random() < 0.15
        number = len(self.market.orders)
        self.story.append(f"place order {number}: {basket}{' declined' if declined else ''}")
        try:
            order = self.market.place(basket)
        except Refused as reason:
            self.story[-1] += f", refused: {reason}"
            assert not self.other.place(number, basket, declined), f"sold what can't be had: {self.told()}"
            self.restock([name for name in basket.items if self.market.offers[name].available() < 5 and self.rng.random() < 0.7])
            return
        declined = declined and order.total() > 0    # nobody is asked for nothing
        placed = self.other.place(number, basket, declined)
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

    def restock(self, names):
        for name in names:
            units = self.rng.randint(5, 20)
            self.story.append(f"{units} more of {name}")
            self.market.restock(name, units)
            assert self.other.restock(name, units), f"refused: {self.told()}"

    def do_accept(self, order, shop):
        self.both(order, f"accept {shop}", "accept", (shop,))

    def do_ship(self, order, shop):
        self.both(order, f"ship {shop}", "ship", (shop,))

    def do_parcel(self, order, shop):
        units = self.units_of(order.parts[shop].cancellable(), self.rng.random() < 0.3)
        if units:
            self.both(order, f"parcel of {shop}: {units}", "parcel", (shop, units))

    def do_deliver(self, order, shop):
        self.both(order, f"deliver {shop}", "deliver", (shop,))

    def do_deliver_parcel(self, order, shop):
        under_way = [number for number, arrived in enumerate(order.parts[shop].parcels) if not arrived]
        if under_way:
            number = self.rng.choice(under_way)
            self.both(order, f"deliver parcel {number} of {shop}", "deliver_parcel", (shop, number))

    def do_confirm(self, order, shop):
        self.both(order, f"confirm {shop}", "confirm", (shop,))

    def do_reject(self, order, shop):
        self.both(order, f"reject {shop}", "reject", (shop,))

    def do_cancel(self, order, shop):
        """Some units of that seller order, or all of it, or of it and of another."""
        shops = {shop, self.rng.choice(list(order.parts))}
        whole = not self.other.cancels_units or self.rng.random() < 0.3
        units = {one: self.units_of(order.parts[one].cancellable(), whole) for one in sorted(shops)}
        self.both(order, f"cancel {units}", "cancel", (units,))

    def units_of(self, left, whole):
        """Some of these, {offer: units}."""
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

    def do_request_return(self, order, shop):
        units = self.units_of(order.returnable(shop), self.rng.random() < 0.4)
        if units:
            self.both(order, f"return of {shop}: {units}", "request_return", (shop, units))

    def go_on_with(self, order, number):
        state = order.returns[number].state
        act = self.rng.choice(NEXT_OF_RETURN[state] if self.rng.random() < 0.85 else OF_RETURNS)
        # Whether a shop may receive what was never sent the contract does not say.
        if (state, act) != ("APPROVED", "receive_return"):
            arguments = (number, self.rng.random() < 0.5) if act == "close_return" else (number,)
            self.both(order, f"{act} {arguments}", act, arguments)

    def check(self, order):
        found = self.other.at_last(lambda: differences(expected(self.market, order), self.other.shown(order.number), self.other.shows))
        assert not found, "\n".join([*found, self.told()])

    def told(self):
        return "\nafter:\n" + "\n".join(self.story)
