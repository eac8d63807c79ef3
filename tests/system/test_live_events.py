"""Live events: who is told of what at once, and that nothing is missed or told twice, whoever dies meanwhile.

MARKET_LISTENERS streams are held while every process is killed once; `./market test --long listeners` has 1,000.
"""

import concurrent.futures
import math
import os
import re
import signal
import time

import httpx
import pytest

import market
from live import PATH, Listeners
from market import join, new_key, psql, until
from test_kill import SIGNALS

pytestmark = pytest.mark.alone

LISTENERS = int(os.environ.get("MARKET_LISTENERS", "100"))
EACH = 6          # streams of one account
ROUNDS = 2        # orders of each account, before and after the deaths
KIB_EACH = 96     # of a gateway and a notification together, for one listener
SLACK_MIB = 48


@pytest.fixture
def streams(stack):
    opened = Listeners(stack)
    yield opened
    opened.stop()


def begun(streams, person, **how):
    """A listener that has been told where it begins."""
    listener = streams.listen(person, **how)
    until(lambda: listener.named("begin") or listener.refusal, "the first event")
    assert not listener.refusal, listener.refusal
    return listener


def told(listener, name, **wanted):
    """The data of its events of this name that have these values."""
    return [event.data for event in listener.named(name) if wanted.items() <= event.data.items()]


def note_values(*listeners):
    """Lets the marks of the test count what the streams have said."""
    import contract
    message = next(method for method in contract.methods() if method.name == "ListLiveEvents").descriptor.output_type
    event = message.fields_by_name["events"].message_type
    for listener in listeners:
        for one in listener.events:
            market.answered.update(contract.values_in(one.data, event))


def write(person, order, text="Is it on its way?"):
    return person.ok("POST", "/v1/conversations", {"sellerOrderId": order["sellerOrders"][0]["id"], "text": text}, key=new_key())


@pytest.mark.operations("notification.ListLiveEvents")
@pytest.mark.values("notification.LiveEvent.Kind.ORDER", "notification.LiveEvent.Kind.NOTIFICATION", "notification.LiveEvent.Kind.MESSAGE")
def test_an_order_and_a_message_are_told_to_both_sides_and_nobody_else(streams, buyer, shop, person):
    sold = shop()
    staff = join(sold.owner, person("Tim"), "staff")
    stranger, rival = person("Eve"), shop().owner
    of_buyer, of_owner, of_staff = (begun(streams, one) for one in (buyer, sold.owner, staff))
    of_others = [begun(streams, one) for one in (stranger, rival)]
    assert buyer.get(PATH).status_code == 200

    order = buyer.place((sold.offer, 1)).json()
    part = order["sellerOrders"][0]["id"]
    until(lambda: told(of_buyer, "order", orderId=order["id"], state="PLACED"), "the order at the buyer")
    for listener in (of_owner, of_staff):
        until(lambda: told(listener, "order", sellerOrderId=part, sellerId=sold.owner.seller, state="PLACED"), "the order at the shop")  # noqa: B023
    until(lambda: told(of_owner, "notification", notificationKind="SALE"), "the sale")
    until(lambda: told(of_buyer, "notification", notificationKind="ORDER_PLACED"), "the notification")
    listed = {one["id"] for one in buyer.ok("GET", "/v1/notifications")["notifications"]}
    assert {one["notificationId"] for one in told(of_buyer, "notification")} <= listed

    staff.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    for listener in (of_buyer, of_owner, of_staff):
        until(lambda: told(listener, "order", sellerOrderId=part, state="ACCEPTED"), "that it was accepted")  # noqa: B023
    staff.ok("POST", f"/v1/sellerOrders/{part}:ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    buyer.ok("POST", f"/v1/sellerOrders/{part}:confirmReceipt", {})
    for state in ("SHIPPED", "DELIVERED", "COMPLETED"):
        for listener in (of_buyer, of_owner, of_staff):
            until(lambda: told(listener, "order", sellerOrderId=part, state=state), f"that it is {state}")  # noqa: B023
    conversation = write(buyer, order)
    for listener in (of_buyer, of_owner, of_staff):
        until(lambda: told(listener, "message", conversationId=conversation["id"], side="BUYER"), "the message")  # noqa: B023
    note_values(of_buyer)

    everything = str([event.data for listener in streams.all for event in listener.events])
    for secret in (buyer.email, buyer.id, staff.id, sold.owner.id, "on its way"):
        assert secret not in everything, "ids of things, and nothing of people"
    assert all([event.name for event in listener.events] == ["begin"] for listener in of_others)


def test_a_stream_goes_on_where_it_was(streams, buyer, shop):
    sold = shop()
    first = begun(streams, buyer)
    orders = [buyer.place((sold.offer, 1)).json()["id"] for _ in range(2)]
    until(lambda: {one["orderId"] for one in told(first, "order")} == set(orders), "both orders")
    streams.stop(first)
    seen = told(first, "order")    # of two orders either may be told first
    middle = seen[0]["position"]
    orders.append(buyer.place((sold.offer, 1)).json()["id"])
    second = streams.listen(buyer, last_id=middle)
    until(lambda: told(second, "order", orderId=orders[2]), "what was missed")
    assert [one["orderId"] for one in told(second, "order")] == [seen[1]["orderId"], orders[2]]
    assert not second.named("begin") and not second.named("reset")
    assert all(event.id == event.data["position"] for event in second.events)


@pytest.mark.parametrize("position", ["nonsense", "00000000-0000-7000-8000-000000000001.1.1", "x" * 3000])
def test_a_position_that_nobody_knows_begins_anew(streams, buyer, shop, position):
    listener = streams.listen(buyer, last_id=position)
    until(lambda: listener.events, "the first event")
    assert (listener.events[0].name, listener.events[0].data) == ("reset", {})
    order = buyer.place((shop().offer, 1)).json()["id"]
    until(lambda: told(listener, "order", orderId=order), "the order")


def test_a_position_that_was_forgotten_begins_anew(streams, buyer, shop):
    first = begun(streams, buyer)
    order = buyer.place((shop().offer, 1)).json()["id"]
    until(lambda: told(first, "order", orderId=order), "the order")
    streams.stop(first)
    psql("notification", "UPDATE live_log SET forgotten_xid = pg_snapshot_xmin(pg_current_snapshot())")  # as when a day is over
    again = streams.listen(buyer, last_id=first.named("begin")[0].id)
    until(lambda: again.events, "the first event")
    assert [event.name for event in again.events] == ["reset"]


def test_too_many_streams_of_an_account_are_refused(streams, person):
    ada, bea = person("Ada"), person("Bea")
    open_ones = [begun(streams, ada) for _ in range(EACH)] if market.info()["replicas"] == 1 else []
    if not open_ones:
        pytest.skip("each replica of the gateway counts for itself")
    refused = streams.listen(ada)
    until(lambda: refused.refusal, "the refusal")
    assert refused.statuses == [429] and refused.refusal["reason"] == "RATE_LIMITED" and "Retry-After" in refused.refusal["head"]
    begun(streams, bea)
    streams.stop(open_ones[0])

    def there_is_room():
        once = streams.listen(ada, comes_back=False)
        until(lambda: once.statuses, "an answer")
        return once.statuses == [200]

    until(there_is_room, "room for another one")


def test_a_stream_ends_with_its_session(streams, stack, person):
    ada = person("Ada")
    other = market.Person(stack["url"], stack["caFile"], email=ada.email, password=ada.password)
    listener, goes_on = begun(streams, ada), begun(streams, other)
    assert ada.call("DELETE", "/v1/sessions/current").status_code == 204
    since = time.monotonic()
    until(lambda: listener.ended, "the end of the stream")
    assert listener.ended[0] - since < 2, "what has ended is refused within 2 s"
    until(lambda: listener.refusal, "the answer to who comes back")
    assert listener.statuses == [200, 401]
    assert not goes_on.ended


def test_a_stream_ends_with_a_disabled_account(streams, operator, person):
    ada = person("Ada")
    listener = begun(streams, ada)
    operator.ok("POST", f"/v1/accounts/{ada.id}:disable", {"reason": "a test"})
    since = time.monotonic()
    until(lambda: listener.ended, "the end of the stream")
    assert listener.ended[0] - since < 2


def test_a_stream_says_that_it_lives(streams, buyer):
    listener = begun(streams, buyer)
    until(lambda: listener.comments >= 2, "heartbeats", limit_s=60)
    assert not listener.ended


# --- restarts


def end(name, how):
    """Ends one process; its supervisor starts it anew."""
    old = market.info()["pids"].get(name)
    if old is None:
        return
    os.kill(old, how)
    until(lambda: market.info()["pids"].get(name) not in (None, old), f"another {name}", limit_s=60)


def bought(buyer, offer):
    """The id of an order that is placed in the end, whoever is dead meanwhile."""
    key = new_key()

    def placed():
        try:
            answer = buyer.place((offer, 1), key=key)
        except httpx.HTTPError:
            return None
        return answer.json()["id"] if answer.status_code == 201 else None

    return until(placed, "an order", limit_s=90, pause_s=0.5)


def assert_all_told(listener, orders):
    """Each order and its notification once, none of anybody else."""
    for name in ("order", "notification"):
        ids = [event.data["orderId"] for event in listener.named(name) if event.data.get("state", "PLACED") == "PLACED"]
        assert sorted(ids) == sorted(orders), f"{name}: {len(ids)} told, {len(orders)} placed"
    positions = [event.data["position"] for event in listener.events if event.data]
    assert len(set(positions)) == len(positions)
    assert [event.name for event in listener.events if not event.data] == ["begin"]


def has_heard(listener, orders):
    return all({event.data.get("orderId") for event in listener.named(name)} >= set(orders) for name in ("order", "notification"))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
@pytest.mark.parametrize("service", ["notification", "gateway"])
def test_nothing_is_missed_when_a_process_dies(stack, streams, buyer, shop, service, how):
    stack["pids"]  # only where processes can be started anew
    offer = shop(stock=100).offer
    listeners = [begun(streams, buyer) for _ in range(3)]
    orders = [bought(buyer, offer)]
    for name in market.processes(service):
        end(name, how)
        orders.append(bought(buyer, offer))
    for listener in listeners:
        until(lambda: has_heard(listener, orders), "all orders", limit_s=90)  # noqa: B023
        assert_all_told(listener, orders)


def memory_mib(stack, *programs):
    """Of the processes of these programs, by process."""
    found = {}
    for name, url in stack["metrics"].items():
        if re.sub(r"-\d+$", "", name) in programs:
            text = httpx.get(url, timeout=10).text
            found[name] = float(re.search(r"^process_resident_memory_bytes (\S+)$", text, re.MULTILINE)[1]) / 2**20
    return found


def test_many_listeners_miss_nothing_while_every_process_dies(stack, streams, shop, person):
    stack["pids"]
    offer = shop(stock=100_000).offer

    def listener_of(number):
        somebody = person("Lis")
        somebody.add_address()
        return somebody

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        people = list(pool.map(listener_of, range(math.ceil(LISTENERS / EACH))))
        programs = ("marketplace",) if stack["shape"] == "single" else ("gateway", "notification")
        before = memory_mib(stack, *programs)
        heard = {somebody: [] for somebody in people}
        for number in range(LISTENERS):
            heard[people[number // EACH]].append(streams.listen(people[number // EACH]))
        until(lambda: all(listener.named("begin") for listener in streams.all), "all streams to begin", limit_s=180)
        held = memory_mib(stack, *programs)
        grown = sum(held.values()) - sum(before.values())

        orders = {somebody: [] for somebody in people}

        def everybody_buys():
            for somebody, order in zip(people, pool.map(lambda one: bought(one, offer), people)):
                orders[somebody].append(order)

        for _ in range(ROUNDS):
            everybody_buys()
        for name in [one for one in market.info()["pids"] if one != "supervisord"]:
            end(name, SIGNALS.get(name, signal.SIGKILL))
        for _ in range(ROUNDS):
            everybody_buys()

    def all_heard():
        return all(has_heard(listener, orders[somebody]) for somebody in people for listener in heard[somebody])

    until(all_heard, "all events at all listeners", limit_s=300, pause_s=0.5)
    for somebody in people:
        for listener in heard[somebody]:
            assert_all_told(listener, orders[somebody])
    after = memory_mib(stack, *programs)
    print(f"{LISTENERS} listeners, {sum(map(len, orders.values()))} orders, {sum(len(one.statuses) for one in streams.all)} streams;"
          f" MiB before {before}, with all streams open {held}, at the end {after}")
    assert grown < SLACK_MIB + LISTENERS * KIB_EACH / 1024, f"{grown:.0f} MiB for {LISTENERS} listeners"
