"""The model of races by itself: in cases that can be thought through, and that it refuses what must not be."""

import pytest
from histories import BEGINS, OF_PART, PAIRS, PENDING, UNITS, Part, Seen, begun, done, is_legal, legal, order_state

PLACED = (*PENDING, ("PLACED", "system"))
ACCEPTED = (*PLACED, ("ACCEPTED", "seller"))
PARTLY = (*ACCEPTED, ("PARTIALLY_SHIPPED", "seller"))
SHIPPED = (*ACCEPTED, ("SHIPPED", "seller"))
DELIVERED = (*SHIPPED, ("DELIVERED", "seller"))
CANCELLED = (*PLACED, ("CANCELLED", "buyer"))


def dead(steps):
    return Seen(steps, cancelled=UNITS)


def test_there_are_more_than_sixty_pairs_and_each_is_a_race():
    assert len(PAIRS) == len(set(PAIRS)) >= 75
    for pair in PAIRS:
        begin, shops, *acts = pair
        assert 1 <= len(legal(pair)) <= 6
        # One of them at least can be done, first or second.
        assert any(act == "timer" or done(begun(begin, shops), act)[1] is not False for act in acts)
    assert {begin for begin, *_ in PAIRS} == set(BEGINS)


def test_of_two_that_exclude_each_other_one_is_done():
    pair = ("PLACED", 1, "cancel", "reject")
    assert legal(pair) == {((True, False), (dead(CANCELLED),)), ((False, True), (dead((*PLACED, ("REJECTED", "seller"))),))}
    for answers, last in (((True, True), "CANCELLED"), ((False, False), "CANCELLED"), ((True, False), "REJECTED"), ((False, True), "CANCELLED")):
        actor = "seller" if last == "REJECTED" else "buyer"
        assert not is_legal(pair, answers, (dead((*PLACED, (last, actor))),))
    assert not is_legal(pair, (True, False), (Seen(PLACED),)), "done, and nothing came of it"
    assert not is_legal(pair, (True, False), (dead((*CANCELLED, ("REJECTED", "seller"))),)), "both"


def test_one_may_open_the_way_to_the_other():
    pair = ("PLACED", 1, "accept", "ship")
    assert legal(pair) == {((True, True), (Seen(SHIPPED, sent=2),)), ((True, False), (Seen(ACCEPTED),))}


def test_an_unpaid_order_is_undone_or_was_paid_before():
    pair = ("PENDING_PAYMENT", 1, "cancel", "place again")
    failed = Seen((*PENDING, ("FAILED", "buyer")))
    assert legal(pair) == {((True, None), (failed,)), ((True, None), (dead(CANCELLED),))}
    assert is_legal(pair, (True, False), (failed,)) and is_legal(pair, (True, True), (dead(CANCELLED),))
    assert not is_legal(pair, (True, True), (Seen(PLACED),)), "cancelled, and sold all the same"
    assert not is_legal(pair, (True, True), (Seen(PENDING),)), "undecided for ever"
    both = ("PENDING_PAYMENT", 1, "cancel", "cancelByOperator")
    assert is_legal(both, (True, True), (failed,)), "one undoes it, the other finds it undone"
    assert not is_legal(both, (True, True), (dead(CANCELLED),)), "what is cancelled is not cancelled again"


def test_parts_of_two_shops_end_by_themselves():
    pair = ("PLACED", 2, "cancel", "reject 2")
    cancelled, rejected = dead(CANCELLED), dead((*PLACED, ("REJECTED", "seller")))
    assert legal(pair) == {((True, False), (cancelled, cancelled)), ((True, True), (cancelled, rejected))}
    assert order_state((cancelled, rejected)) == "CANCELLED"
    assert order_state((cancelled, Seen(SHIPPED))) == "SHIPPED"
    assert order_state((Seen(ACCEPTED), Seen(SHIPPED))) == "ACCEPTED"
    # Something is on its way: the whole can't be cancelled any more.
    assert legal(("ACCEPTED", 2, "cancel", "ship 2")) == {
        ((True, False), (dead((*ACCEPTED, ("CANCELLED", "buyer"))),) * 2), ((False, True), (Seen(ACCEPTED), Seen(SHIPPED, sent=2)))}


def test_units_are_cancelled_or_sent_and_each_once():
    pair = ("ACCEPTED", 1, "parcelRest", "cancelUnit")
    assert legal(pair) == {((True, False), (Seen(SHIPPED, sent=2),)), ((True, True), (Seen(SHIPPED, sent=1, cancelled=1),))}
    assert not is_legal(pair, (True, True), (Seen(SHIPPED, sent=2, cancelled=1),)), "sent and cancelled"
    assert not is_legal(pair, (True, True), (Seen(SHIPPED, sent=1),)), "lost"
    last = ("PARTIALLY_SHIPPED", 1, "parcel", "cancelUnit")
    assert legal(last) == {((True, False), (Seen((*PARTLY, ("SHIPPED", "seller")), sent=2),)),
                           ((False, True), (Seen((*PARTLY, ("SHIPPED", "buyer")), sent=1, cancelled=1),))}
    # What is left is cancelled of the one part, and all of the other.
    rest = Seen((*PARTLY, ("SHIPPED", "buyer")), sent=1, cancelled=1)
    assert ((True, True), (rest, dead((*ACCEPTED, ("CANCELLED", "buyer"))))) in legal(("ACCEPTED", 2, "parcel", "cancel"))
    arrived = (*PARTLY, ("SHIPPED", "buyer"), ("DELIVERED", "buyer"))
    first = ((True, True), (Seen(arrived, sent=1, cancelled=1),))
    then = ((True, True), (Seen((*PARTLY, ("SHIPPED", "buyer"), ("DELIVERED", "seller")), sent=1, cancelled=1),))
    assert legal(("PARTIALLY_SHIPPED", 1, "cancelUnit", "deliverParcel")) == {first, then}


def test_what_comes_back_comes_once():
    assert legal(("DELIVERED", 1, "requestReturn", "requestReturn")) == {
        (answers, (Seen(DELIVERED, sent=2, returns=("REQUESTED",)),)) for answers in ((True, False), (False, True))}
    closed = Seen(DELIVERED, sent=2, returned=2, returns=("CLOSED",))
    assert closed.is_gone() and legal(("RETURN_APPROVED", 1, "closeReturn", "shipReturn")) == {((True, False), (closed,)), ((True, True), (closed,))}
    assert legal(("RETURN_APPROVED", 1, "closeReturn", "refund")) == {((True, False), (closed,)), ((True, True), (closed,))}


def test_time_that_has_passed_is_an_act_too():
    rejected = dead((*PLACED, ("REJECTED", "system")))
    assert legal(("PLACED", 1, "timer", "accept")) == {((None, False), (rejected,)), ((None, True), (Seen(ACCEPTED),))}
    # A unit that is cancelled leaves the rest as old as it was.
    assert (((None, True), (rejected,)) in legal(("PLACED", 1, "timer", "cancelUnit")))


@pytest.mark.parametrize("act", OF_PART)
def test_nothing_is_done_to_what_is_over(act):
    over = Part(CANCELLED, cancelled=UNITS)
    assert done((over,), act) == ((over,), False)
    assert done(begun("PENDING_PAYMENT", 1), act)[1] is False or act == "refund"    # of what, says the payment
