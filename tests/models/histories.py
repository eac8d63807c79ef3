"""What the contract allows when two acts come to one order at once: one of them is first, and each is done or refused as it then finds the
order. So there are few histories that may stand there afterwards, and every other one is a fault.

Written from contract.md, "States", alone; shares no code with the services. A history is what became of each seller order since it was
bought: of its state, and of the units of its one line.
"""

import itertools
import typing

UNITS = 2    # of each seller order
DEAD = ("CANCELLED", "REJECTED", "FAILED")
RANKS = ("PENDING_PAYMENT", "PLACED", "ACCEPTED", "PARTIALLY_SHIPPED", "SHIPPED", "DELIVERED", "COMPLETED")
PENDING = (("PENDING_PAYMENT", "buyer"),)
# How far an order is when the race begins, by what was done with each of its parts since it was placed.
BEGINS = {"PENDING_PAYMENT": None, "PLACED": (), "ACCEPTED": ("accept",), "PARTIALLY_SHIPPED": ("accept", "parcel"), "SHIPPED": ("accept", "ship"),
          "DELIVERED": ("accept", "ship", "deliver"), "RETURN_REQUESTED": ("accept", "ship", "deliver", "requestReturn"),
          "RETURN_APPROVED": ("accept", "ship", "deliver", "requestReturn", "approveReturn")}


class Part(typing.NamedTuple):
    """A seller order."""
    steps: tuple           # ((state, actor), ...), each another state than the one before
    parcels: tuple = ()    # of each (units, whether it has arrived)
    cancelled: int = 0     # units
    returns: tuple = ()    # of each (units, state)

    @property
    def state(self):
        return self.steps[-1][0]

    @property
    def sent(self):
        return sum(units for units, _ in self.parcels)

    @property
    def left(self):
        return UNITS - self.sent - self.cancelled

    @property
    def returned(self):
        return sum(units for units, state in self.returns if state == "CLOSED")

    def seen(self):
        """As much of it as everybody is shown. Nobody cancelled the units of what failed."""
        return Seen(self.steps, self.sent, self.cancelled if self.state != "FAILED" else 0, self.returned,
                    tuple(state for _, state in self.returns))

    def become(self, state, actor):
        return self if state == self.state else self._replace(steps=(*self.steps, (state, actor)))


class Seen(typing.NamedTuple):
    steps: tuple
    sent: int = 0
    cancelled: int = 0
    returned: int = 0
    returns: tuple = ()    # their states

    @property
    def state(self):
        return self.steps[-1][0]

    def is_gone(self):
        """No unit is with the buyer, or to come."""
        return self.state in DEAD or self.cancelled + self.returned == UNITS


# --- what is done with a part: the part afterwards, or nothing where it is refused -----------------------------------------------------

def moves(actor, **ways):
    def act(part):
        return part.become(ways[part.state], actor) if part.state in ways else None
    return act


def end(actor, state):
    """Of all, or of what is left to send: then the rest is what there is."""
    def act(part):
        if part.state == "PARTIALLY_SHIPPED" and state == "CANCELLED":
            return under_way(part._replace(cancelled=part.cancelled + part.left), actor)
        return part._replace(cancelled=UNITS).become(state, actor) if part.state in ("PLACED", "ACCEPTED") else None
    return act


def under_way(part, actor):
    """Something of it has left."""
    if part.left:
        return part.become("PARTIALLY_SHIPPED", actor)
    arrived = all(has for _, has in part.parcels)
    # Who cancels what was left of one that has arrived so far makes it sent, and with that delivered.
    if not arrived or part.state == "PARTIALLY_SHIPPED":
        part = part.become("SHIPPED", actor)
    return part.become("DELIVERED", actor) if arrived else part


def send(units=None):
    """In one parcel: all that is left, or so many."""
    def act(part):
        if part.state not in ("ACCEPTED", "PARTIALLY_SHIPPED") or (units or 0) > part.left:
            return None
        return under_way(part._replace(parcels=(*part.parcels, (units or part.left, False))), "seller")
    return act


def cancel_unit(actor):
    def act(part):
        if part.state not in ("PLACED", "ACCEPTED", "PARTIALLY_SHIPPED") or not part.left:
            return None
        part = part._replace(cancelled=part.cancelled + 1)
        if part.parcels:
            return under_way(part, actor)
        return part if part.left else part.become("CANCELLED", actor)
    return act


def arrive(actor, then=()):
    """All of it."""
    def act(part):
        if part.state != "SHIPPED" and not (then and part.state == "DELIVERED"):
            return None
        part = part._replace(parcels=tuple((units, True) for units, _ in part.parcels)).become("DELIVERED", actor)
        for state in then:
            part = part.become(state, actor)
        return part
    return act


def deliver_parcel(part):
    """Its first one."""
    if part.state not in ("PARTIALLY_SHIPPED", "SHIPPED") or part.parcels[0][1]:
        return None
    return under_way(part._replace(parcels=((part.parcels[0][0], True), *part.parcels[1:])), "seller")


def request_return(part):
    """Of all that was sent."""
    if part.state not in ("PARTIALLY_SHIPPED", "SHIPPED", "DELIVERED", "COMPLETED") or any(state != "REJECTED" for _, state in part.returns):
        return None
    return part._replace(returns=(*part.returns, (part.sent, "REQUESTED")))


def of_return(after, *before):
    """Of its last one."""
    def act(part):
        if not part.returns or part.returns[-1][1] not in before:
            return None
        return part._replace(returns=(*part.returns[:-1], (part.returns[-1][0], after)))
    return act


def time_passes(part):
    """Until it does not stay in its state any more; only what the race began with is that old."""
    way = {"PLACED": "REJECTED", "SHIPPED": "DELIVERED", "DELIVERED": "COMPLETED"}
    return (part._replace(cancelled=UNITS) if part.state == "PLACED" else part).become(way[part.state], "system")


def give_back(part):
    """A cent of what is left of its money."""
    return None if part.seen().is_gone() else part


OF_PART = {
    "accept": moves("seller", PLACED="ACCEPTED"), "reject": end("seller", "REJECTED"), "cancelBySeller": end("seller", "CANCELLED"),
    "ship": send(), "deliver": arrive("seller"), "confirmReceipt": arrive("buyer", then=("COMPLETED",)),
    "parcel": send(1), "parcelRest": send(), "deliverParcel": deliver_parcel,
    "cancelUnit": cancel_unit("buyer"), "cancelUnitBySeller": cancel_unit("seller"), "refund": give_back,
    "requestReturn": request_return, "approveReturn": of_return("APPROVED", "REQUESTED"),
    "rejectReturn": of_return("REJECTED", "REQUESTED", "RECEIVED"), "shipReturn": of_return("IN_TRANSIT", "APPROVED"),
    "closeReturn": of_return("CLOSED", "APPROVED", "IN_TRANSIT", "RECEIVED"),
}
CANCELS = {"cancel": "buyer", "cancelByOperator": "operator"}
# They bring on what is under way anyway, and what they answer depends on how far that is: this model does not say.
DRIVE_ON = ("place again", "advance")
TIMER = "timer"
ANSWERS = "the provider answers"    # an act of nobody here

# (how far the order is, of how many shops, the two acts). An act is about all of the order or its first seller order, "reject 2" about the
# second.
PAIRS = (
    ("PLACED", 1, "place again", "cancel"), ("PLACED", 1, "place again", "reject"), ("PLACED", 1, "advance", "cancel"),
    ("PLACED", 1, "cancel", "cancel"), ("PLACED", 1, "cancel", "cancelByOperator"), ("PLACED", 1, "cancel", "reject"),
    ("PLACED", 1, "cancel", "cancelBySeller"), ("PLACED", 1, "cancel", "accept"), ("PLACED", 1, "cancelByOperator", "accept"),
    ("PLACED", 1, "cancelByOperator", "reject"), ("PLACED", 1, "reject", "reject"), ("PLACED", 1, "reject", "accept"),
    ("PLACED", 1, "reject", "cancelBySeller"), ("PLACED", 1, "accept", "accept"), ("PLACED", 1, "accept", "ship"),
    ("PLACED", 2, "cancel", "reject 2"), ("PLACED", 2, "cancel 1", "cancel 2"), ("PLACED", 2, "reject", "cancelBySeller 2"),
    ("PLACED", 1, "cancelUnit", "cancelUnit"), ("PLACED", 1, "cancelUnit", "cancelUnitBySeller"), ("PLACED", 1, "cancelUnit", "cancel"),
    ("PLACED", 1, "cancelUnit", "reject"), ("PLACED", 1, "cancelUnit", "accept"), ("PLACED", 2, "cancelUnit", "cancel 2"),
    ("PLACED", 1, "timer", "accept"), ("PLACED", 1, "timer", "reject"), ("PLACED", 1, "timer", "cancel"), ("PLACED", 1, "timer", "cancelUnit"),
    ("ACCEPTED", 1, "cancel", "ship"), ("ACCEPTED", 1, "cancelByOperator", "ship"), ("ACCEPTED", 1, "reject", "ship"),
    ("ACCEPTED", 1, "cancelBySeller", "ship"), ("ACCEPTED", 1, "ship", "ship"), ("ACCEPTED", 1, "ship", "deliver"),
    ("ACCEPTED", 1, "ship", "confirmReceipt"), ("ACCEPTED", 2, "cancel", "ship 2"),
    ("ACCEPTED", 1, "cancelUnit", "ship"), ("ACCEPTED", 1, "refund", "refund"), ("ACCEPTED", 1, "refund", "cancel"),
    ("ACCEPTED", 1, "refund", "cancelUnit"), ("ACCEPTED", 1, "refund", "reject"), ("ACCEPTED", 1, "refund", "ship"),
    ("ACCEPTED", 1, "parcel", "parcel"), ("ACCEPTED", 1, "parcel", "parcelRest"), ("ACCEPTED", 1, "parcel", "cancel"),
    ("ACCEPTED", 1, "parcel", "reject"), ("ACCEPTED", 1, "parcel", "cancelUnit"), ("ACCEPTED", 1, "parcelRest", "cancelUnit"),
    ("ACCEPTED", 2, "parcel", "cancel"), ("ACCEPTED", 1, "parcel", "ship"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "parcel"), ("PARTIALLY_SHIPPED", 1, "parcel", "cancelUnit"), ("PARTIALLY_SHIPPED", 1, "parcel", "cancel"),
    ("PARTIALLY_SHIPPED", 1, "ship", "cancelByOperator"), ("PARTIALLY_SHIPPED", 1, "parcel", "cancelBySeller"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "confirmReceipt"), ("PARTIALLY_SHIPPED", 1, "cancel", "cancelBySeller"), ("PARTIALLY_SHIPPED", 1, "cancelByOperator", "cancelUnit"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "deliverParcel"), ("PARTIALLY_SHIPPED", 1, "cancelUnit", "cancelUnitBySeller"),
    ("PARTIALLY_SHIPPED", 1, "cancelUnit", "deliverParcel"), ("PARTIALLY_SHIPPED", 1, "cancelUnit", "refund"),
    ("PARTIALLY_SHIPPED", 1, "cancelUnit", "requestReturn"), ("PARTIALLY_SHIPPED", 1, "parcel", "reject"),
    ("SHIPPED", 1, "deliver", "confirmReceipt"), ("SHIPPED", 1, "confirmReceipt", "confirmReceipt"), ("SHIPPED", 1, "cancel", "deliver"),
    ("SHIPPED", 1, "timer", "deliver"), ("SHIPPED", 1, "timer", "confirmReceipt"), ("SHIPPED", 1, "refund", "deliver"),
    ("SHIPPED", 1, "deliverParcel", "deliver"), ("SHIPPED", 1, "requestReturn", "requestReturn"), ("SHIPPED", 1, "requestReturn", "deliver"),
    ("SHIPPED", 1, "requestReturn", "refund"), ("SHIPPED", 1, "requestReturn", "confirmReceipt"),
    ("DELIVERED", 1, "confirmReceipt", "timer"), ("DELIVERED", 1, "confirmReceipt", "refund"), ("DELIVERED", 1, "requestReturn", "requestReturn"),
    ("RETURN_REQUESTED", 1, "approveReturn", "rejectReturn"), ("RETURN_REQUESTED", 1, "approveReturn", "approveReturn"),
    ("RETURN_APPROVED", 1, "closeReturn", "closeReturn"), ("RETURN_APPROVED", 1, "closeReturn", "shipReturn"),
    ("RETURN_REQUESTED", 1, "approveReturn", "confirmReceipt"), ("RETURN_APPROVED", 1, "closeReturn", "confirmReceipt"),
    ("RETURN_APPROVED", 1, "closeReturn", "refund"), ("RETURN_APPROVED", 1, "shipReturn", "shipReturn"),
    ("PENDING_PAYMENT", 1, "cancel", "place again"), ("PENDING_PAYMENT", 1, "cancel", "advance"),
    ("PENDING_PAYMENT", 1, "cancel", "cancelByOperator"), ("PENDING_PAYMENT", 2, "cancelByOperator", "place again"),
)


def acts_of(pair):
    """Of the preparation, too."""
    begin, _, *acts = pair
    return {act.partition(" ")[0] if act not in DRIVE_ON else act for act in (*(BEGINS[begin] or ()), *acts)}


def begun(begin, shops):
    """The history so far."""
    part = Part(PENDING)
    if BEGINS[begin] is not None:
        part = part.become("PLACED", "system")
        for act in BEGINS[begin]:
            part = OF_PART[act](part)
    return (part,) * shops


def order_state(parts):
    """The least advanced of those that live; else how it ended."""
    states = [part.state for part in parts]
    living = [one for one in states if one not in DEAD]
    return min(living, key=RANKS.index) if living else next(dead for dead in DEAD if dead in states)


def done(history, act):
    """(the history after it, True), or (the same, False): refused. None in place of True: this model does not say what it answers."""
    word, _, number = act.partition(" ") if act not in (*DRIVE_ON, ANSWERS) else (act, "", "")
    waits = history[0].state == "PENDING_PAYMENT"
    if act in DRIVE_ON:
        return history, None
    if act == ANSWERS:
        return (tuple(part.become("PLACED", "system") for part in history) if waits else history), True
    if word in OF_PART:
        return of_part(history, OF_PART[word], int(number or 1) - 1)
    actor = CANCELS[word]
    if waits:
        # Paid in one, so undone in one: no part of it was placed.
        return (history, False) if number else (tuple(part.become("FAILED", actor) for part in history), True)
    if all(part.state == "FAILED" for part in history):
        return history, True    # by a cancellation: nothing else ends one here
    chosen = [int(number) - 1] if number else [i for i, part in enumerate(history) if part.state not in DEAD]
    ended = {i: end(actor, "CANCELLED")(history[i]) for i in chosen}
    if not chosen or None in ended.values():
        return history, False
    return tuple(ended.get(i, part) for i, part in enumerate(history)), True


def of_part(history, act, number):
    after = act(history[number])
    return (history, False) if after is None else ((*history[:number], after, *history[number + 1:]), True)


def legal(pair):
    """{(answers of the two acts, what is seen of the history)}: each order of them, and of the provider's answer where the order waits for
    that."""
    begin, shops, *acts = pair
    found = set()
    hidden = [2] if begin == "PENDING_PAYMENT" else []
    for order in itertools.permutations([0, 1, *hidden]):
        history, answers = begun(begin, shops), [None, None, None]
        for which in order:
            act = ANSWERS if which == 2 else acts[which]
            if act != TIMER:
                history, answers[which] = done(history, act)
            elif history[0].state == begun(begin, shops)[0].state:
                history, _ = of_part(history, time_passes, 0)
        found.add((tuple(answers[:2]), tuple(part.seen() for part in history)))
    return found


def is_legal(pair, answers, history):
    """`answers`: whether each was done; `history` as it is seen."""
    return any(history == one and all(said in (None, answer) for said, answer in zip(expected, answers))
               for expected, one in legal(pair))
