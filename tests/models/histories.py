"""What the contract allows when two acts come to one order at once: one of them is first, and each is done or refused as it then finds the
order. So there are few histories that may stand there afterwards, and every other one is a fault.

Written from contract.md, "States", alone; shares no code with the services. A history is what became of each seller order since it was
bought: ((state, actor), ...).
"""

import itertools

# How far a seller order is when the race begins.
WAY = (("PENDING_PAYMENT", "buyer"), ("PLACED", "system"), ("ACCEPTED", "seller"), ("SHIPPED", "seller"), ("DELIVERED", "seller"))
# Instead of SHIPPED: a parcel with one of its units is on its way, and the other one is left.
PARTLY = ("PARTIALLY_SHIPPED", "seller")
DEAD = ("CANCELLED", "REJECTED", "FAILED")
# At the end of a state: what was left is cancelled with that step.
CUT = " without the rest"
# Of one seller order: who, and what it becomes from which state.
OF_PART = {
    "accept": ("seller", {"PLACED": ["ACCEPTED"]}),
    "reject": ("seller", {"PLACED": ["REJECTED"], "ACCEPTED": ["REJECTED"]}),
    "cancelBySeller": ("seller", {"PLACED": ["CANCELLED"], "ACCEPTED": ["CANCELLED"], "PARTIALLY_SHIPPED": ["SHIPPED" + CUT]}),
    "ship": ("seller", {"ACCEPTED": ["SHIPPED"], "PARTIALLY_SHIPPED": ["SHIPPED"]}),
    "parcel": ("seller", {"ACCEPTED": ["PARTIALLY_SHIPPED"], "PARTIALLY_SHIPPED": ["SHIPPED"]}),    # with one unit of two
    "deliver": ("seller", {"SHIPPED": ["DELIVERED"]}),
    "confirmReceipt": ("buyer", {"SHIPPED": ["DELIVERED", "COMPLETED"], "DELIVERED": ["COMPLETED"]}),
}
CANCELS = {"cancel": "buyer", "cancelByOperator": "operator"}
# They bring on what is under way anyway, and what they answer depends on how far that is: this model does not say.
DRIVE_ON = ("place again", "advance")
ANSWERS = "the provider answers"    # an act of nobody here

# (how far the order is, of how many shops, the two acts). An act is about all of the order or its first seller order, "reject 2" about the
# second. Acts to come (`pay` of a declined order, a cancellation by lines) are a line above, and pairs here.
PAIRS = (
    ("PLACED", 1, "place again", "cancel"),
    ("PLACED", 1, "place again", "reject"),
    ("PLACED", 1, "advance", "cancel"),
    ("PLACED", 1, "cancel", "cancel"),
    ("PLACED", 1, "cancel", "cancelByOperator"),
    ("PLACED", 1, "cancel", "reject"),
    ("PLACED", 1, "cancel", "cancelBySeller"),
    ("PLACED", 1, "cancel", "accept"),
    ("PLACED", 1, "cancelByOperator", "accept"),
    ("PLACED", 1, "cancelByOperator", "reject"),
    ("PLACED", 1, "reject", "reject"),
    ("PLACED", 1, "reject", "accept"),
    ("PLACED", 1, "reject", "cancelBySeller"),
    ("PLACED", 1, "accept", "accept"),
    ("PLACED", 1, "accept", "ship"),
    ("PLACED", 2, "cancel", "reject 2"),
    ("PLACED", 2, "cancel 1", "cancel 2"),
    ("PLACED", 2, "reject", "cancelBySeller 2"),
    ("ACCEPTED", 1, "cancel", "ship"),
    ("ACCEPTED", 1, "cancelByOperator", "ship"),
    ("ACCEPTED", 1, "reject", "ship"),
    ("ACCEPTED", 1, "cancelBySeller", "ship"),
    ("ACCEPTED", 1, "ship", "ship"),
    ("ACCEPTED", 1, "ship", "deliver"),
    ("ACCEPTED", 1, "ship", "confirmReceipt"),
    ("ACCEPTED", 2, "cancel", "ship 2"),
    ("ACCEPTED", 1, "parcel", "parcel"),
    ("ACCEPTED", 1, "parcel", "ship"),
    ("ACCEPTED", 1, "parcel", "cancel"),
    ("ACCEPTED", 1, "parcel", "reject"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "parcel"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "cancel"),
    ("PARTIALLY_SHIPPED", 1, "ship", "cancelByOperator"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "cancelBySeller"),
    ("PARTIALLY_SHIPPED", 1, "parcel", "confirmReceipt"),
    ("SHIPPED", 1, "deliver", "confirmReceipt"),
    ("SHIPPED", 1, "confirmReceipt", "confirmReceipt"),
    ("SHIPPED", 1, "cancel", "deliver"),
    ("PENDING_PAYMENT", 1, "cancel", "place again"),
    ("PENDING_PAYMENT", 1, "cancel", "advance"),
    ("PENDING_PAYMENT", 1, "cancel", "cancelByOperator"),
    ("PENDING_PAYMENT", 2, "cancelByOperator", "place again"),
)


def begun(state, shops):
    """The history so far."""
    if state == PARTLY[0]:
        return ((*WAY[:3], PARTLY),) * shops
    steps = [step for step, _ in WAY]
    return (WAY[:steps.index(state) + 1],) * shops


def state(part):
    return part[-1][0].removesuffix(CUT)


def order_state(parts):
    """The least advanced of those that live; else how it ended."""
    states = [state(part) for part in parts]
    order = [step for step, _ in WAY[:3]] + [PARTLY[0]] + [step for step, _ in WAY[3:]] + ["COMPLETED"]
    living = [one for one in states if one not in DEAD]
    return min(living, key=order.index) if living else next(dead for dead in DEAD if dead in states)


def done(history, act):
    """(the history after it, True), or (the same, False): refused. None in place of True: this model does not say what it answers."""
    word, _, number = act.partition(" ") if act not in (*DRIVE_ON, ANSWERS) else (act, "", "")
    waits = state(history[0]) == "PENDING_PAYMENT"
    if act in DRIVE_ON:
        return history, None
    if act == ANSWERS:
        return (tuple(part + (("PLACED", "system"),) for part in history) if waits else history), True
    if word in OF_PART:
        return of_part(history, word, int(number or 1) - 1)
    actor = CANCELS[word]
    if waits:
        # Paid in one, so undone in one: no part of it was placed.
        return (history, False) if number else (tuple(part + (("FAILED", actor),) for part in history), True)
    if all(state(part) == "FAILED" for part in history):
        return history, True    # by a cancellation: nothing else ends one here
    chosen = [int(number) - 1] if number else [i for i, part in enumerate(history) if state(part) not in DEAD]
    if not chosen or any(state(history[i]) not in ("PLACED", "ACCEPTED", "PARTIALLY_SHIPPED") for i in chosen):
        return history, False
    return tuple(part + ((("SHIPPED" + CUT if state(part) == PARTLY[0] else "CANCELLED"), actor),) if i in chosen else part
                 for i, part in enumerate(history)), True


def of_part(history, word, number):
    actor, moves = OF_PART[word]
    steps = moves.get(state(history[number]))
    if not steps:
        return history, False
    moved = history[number] + tuple((step, actor) for step in steps)
    return (*history[:number], moved, *history[number + 1:]), True


def legal(pair):
    """{(answers of the two acts, history)}: each order of them, and of the provider's answer where the order waits for that."""
    begin, shops, *acts = pair
    found = set()
    hidden = [2] if begin == "PENDING_PAYMENT" else []
    for order in itertools.permutations([0, 1, *hidden]):
        history, answers = begun(begin, shops), [None, None, None]
        for which in order:
            history, answers[which] = done(history, ANSWERS if which == 2 else acts[which])
        found.add((tuple(answers[:2]), history))
    return found


def is_legal(pair, answers, history):
    """`answers`: whether each was done."""
    return any(history == one and all(said in (None, answer) for said, answer in zip(expected, answers))
               for expected, one in legal(pair))


def living(history):
    """How much of their units and their money the parts keep: all, half or nothing."""
    return [0 if state(part) in DEAD else 0.5 if any(step.endswith(CUT) for step, _ in part) else 1 for part in history]
