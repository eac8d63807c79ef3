"""The model of races by itself: in cases that can be thought through, and that it refuses what must not be."""

import pytest
from histories import CUT, OF_PART, PAIRS, WAY, begun, done, is_legal, legal, living, order_state

PLACED, ACCEPTED, SHIPPED = WAY[:2], WAY[:3], WAY[:4]
CANCELLED = (*PLACED, ("CANCELLED", "buyer"))


def test_there_are_thirty_pairs_and_each_is_a_race():
    assert len(PAIRS) == len(set(PAIRS)) >= 30
    for pair in PAIRS:
        begin, shops, *acts = pair
        assert 1 <= len(legal(pair)) <= 6
        # One of them at least can be done, first or second.
        assert any(done(begun(begin, shops), act)[1] is not False for act in acts)


def test_of_two_that_exclude_each_other_one_is_done():
    pair = ("PLACED", 1, "cancel", "reject")
    assert legal(pair) == {((True, False), (CANCELLED,)), ((False, True), ((*PLACED, ("REJECTED", "seller")),))}
    for answers, last in (((True, True), "CANCELLED"), ((False, False), "CANCELLED"), ((True, False), "REJECTED"), ((False, True), "CANCELLED")):
        actor = "seller" if last == "REJECTED" else "buyer"
        assert not is_legal(pair, answers, ((*PLACED, (last, actor)),))
    assert not is_legal(pair, (True, False), (PLACED,)), "done, and nothing came of it"
    assert not is_legal(pair, (True, False), ((*CANCELLED, ("REJECTED", "seller")),)), "both"


def test_one_may_open_the_way_to_the_other():
    pair = ("PLACED", 1, "accept", "ship")
    assert legal(pair) == {((True, True), (SHIPPED,)), ((True, False), (ACCEPTED,))}


def test_an_unpaid_order_is_undone_or_was_paid_before():
    pair = ("PENDING_PAYMENT", 1, "cancel", "place again")
    failed = (WAY[0], ("FAILED", "buyer"))
    assert legal(pair) == {((True, None), (failed,)), ((True, None), (CANCELLED,))}
    assert is_legal(pair, (True, False), (failed,)) and is_legal(pair, (True, True), (CANCELLED,))
    assert not is_legal(pair, (True, True), (PLACED,)), "cancelled, and sold all the same"
    assert not is_legal(pair, (True, True), (WAY[:1],)), "undecided for ever"
    both = ("PENDING_PAYMENT", 1, "cancel", "cancelByOperator")
    assert is_legal(both, (True, True), (failed,)), "one undoes it, the other finds it undone"
    assert not is_legal(both, (True, True), (CANCELLED,)), "what is cancelled is not cancelled again"


def test_parts_of_two_shops_end_by_themselves():
    pair = ("PLACED", 2, "cancel", "reject 2")
    rejected = (*PLACED, ("REJECTED", "seller"))
    assert legal(pair) == {((True, False), (CANCELLED, CANCELLED)), ((True, True), (CANCELLED, rejected))}
    assert order_state((CANCELLED, rejected)) == "CANCELLED"
    assert order_state((CANCELLED, SHIPPED)) == "SHIPPED"
    assert order_state((ACCEPTED, SHIPPED)) == "ACCEPTED"
    # Something is on its way: the whole can't be cancelled any more.
    assert legal(("ACCEPTED", 2, "cancel", "ship 2")) == {
        ((True, False), ((*ACCEPTED, ("CANCELLED", "buyer")),) * 2), ((False, True), (ACCEPTED, SHIPPED))}


def test_what_was_sent_in_part_goes_on_without_the_rest():
    partly = begun("PARTIALLY_SHIPPED", 1)[0]
    assert legal(("PARTIALLY_SHIPPED", 1, "parcel", "cancel")) == {
        ((True, False), ((*partly, ("SHIPPED", "seller")),)), ((False, True), ((*partly, ("SHIPPED" + CUT, "buyer")),))}
    assert legal(("ACCEPTED", 1, "parcel", "parcel")) == {((True, True), ((*partly, ("SHIPPED", "seller")),))}
    assert legal(("ACCEPTED", 1, "parcel", "reject")) == {((True, False), (partly,)), ((False, True), ((*ACCEPTED, ("REJECTED", "seller")),))}
    assert order_state((partly, SHIPPED)) == "PARTIALLY_SHIPPED" and order_state((partly, ACCEPTED)) == "ACCEPTED"
    assert living((partly, (*partly, ("SHIPPED" + CUT, "buyer")), CANCELLED)) == [1, 0.5, 0]


@pytest.mark.parametrize("act", OF_PART)
def test_nothing_is_done_to_what_is_over(act):
    assert done((CANCELLED,), act) == ((CANCELLED,), False)
    assert done(begun("PENDING_PAYMENT", 1), act)[1] is False
