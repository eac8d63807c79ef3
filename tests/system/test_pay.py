"""A declined payment keeps the order and its stock; its buyer goes on with another method, or it ends."""

import concurrent.futures

import grpc
import pytest

from market import check_invariants, new_key, psql, until
from test_bad_input import problem
from test_order_acts import MISSING, SHIPMENT, ask, channel, history, path_of  # noqa: F401: fixtures

DECLINES = "pm_card_visa_chargeDeclined"
PAIRS = 50


@pytest.fixture
def declined(buyer):
    """Places an order whose payment is declined, and gives its path."""

    def place(sold, quantity=1, method=DECLINES):
        refusal = problem(buyer.place((sold.offer, quantity), method=method), 402, "PAYMENT_DECLINED")
        path = f"/v1/orders/{refusal['metadata']['orderId']}"
        assert refusal["metadata"]["payUntil"] == buyer.ok("GET", path)["payUntil"]
        return path

    return place


def pay(buyer, path, method="pm_card_visa", key=None):
    return buyer.post(path + ":pay", {"paymentMethod": method}, key=key or new_key())


def let_time_pass(path):
    """As if the buyer had waited too long: the next look of the recovery worker is after `payUntil`."""
    assert psql("order", "UPDATE checkout SET next_run_at = market_now() - interval '1 second'"
                         f" WHERE order_id = '{id_of(path)}' AND step = 'WAIT' RETURNING 1").strip()


def id_of(path):
    return path.rpartition("/")[2]


def becomes(buyer, path, state):
    until(lambda: buyer.ok("GET", path)["state"] == state, f"the order to be {state}", limit_s=60)
    return buyer.ok("GET", path)


def captured(buyer, path):
    until(lambda: buyer.ok("GET", path)["payment"]["state"] == "CAPTURED", "the capture", limit_s=60)


def test_another_card_places_it(buyer, shop, declined):
    sold = shop(stock=3)
    path = declined(sold, quantity=2)
    order = buyer.ok("GET", path)
    assert (order["state"], order["payment"]["state"], sold.available()) == ("PENDING_PAYMENT", "DECLINED", 1)
    assert "failureReason" not in order
    assert [one["id"] for one in buyer.ok("GET", "/v1/orders")["orders"]] == [order["id"]]
    key = new_key()
    answer = pay(buyer, path, key=key)
    assert (answer.status_code, answer.json()["state"]) == (200, "PLACED"), answer.text
    assert "payUntil" not in answer.json()
    replay = pay(buyer, path, key=key)
    assert (replay.status_code, replay.json()) == (200, answer.json()) and replay.headers["Idempotent-Replayed"] == "true"
    problem(pay(buyer, path, "pm_card_nobody_has", key=key), 422, "IDEMPOTENCY_KEY_REUSED")
    captured(buyer, path)
    payment = buyer.ok("GET", path + "/payment")
    assert (payment["number"], payment["captured"]["amount"]) == (2, 2 * 1999)
    assert sold.available() == 1
    assert "paid already" in problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")["detail"]
    assert [state for state, *_ in history(buyer, order)] == ["PENDING_PAYMENT", "PLACED"]


def test_several_cards_may_be_tried(buyer, shop, declined):
    sold = shop(stock=1)
    path = declined(sold)
    kept = buyer.ok("GET", path)["payUntil"]
    for method, status, reason in [("pm_card_visa_chargeDeclinedInsufficientFunds", 402, "PAYMENT_DECLINED"),
                                   ("pm_card_nobody_has", 400, "UNKNOWN_PAYMENT_METHOD")]:
        key = new_key()
        refusal = problem(pay(buyer, path, method, key), status, reason)
        assert refusal["metadata"]["orderId"] == id_of(path) and refusal["metadata"]["payUntil"] == kept, "not longer"
        again = pay(buyer, path, method, key)
        assert again.headers["Idempotent-Replayed"] == "true" and again.json()["metadata"] == refusal["metadata"]
    assert sold.available() == 0
    assert pay(buyer, path).status_code == 200
    assert buyer.ok("GET", path + "/payment")["number"] == 4


def test_an_unknown_method_keeps_it_as_well(buyer, shop):
    sold = shop(stock=1)
    refusal = problem(buyer.place((sold.offer, 1), method="pm_card_nobody_has"), 400, "UNKNOWN_PAYMENT_METHOD")
    assert sold.available() == 0
    assert pay(buyer, f"/v1/orders/{refusal['metadata']['orderId']}").status_code == 200


def test_in_the_end_it_fails(buyer, shop):
    sold = shop(stock=2)
    key = new_key()
    refusal = problem(buyer.place((sold.offer, 1), method=DECLINES, key=key), 402, "PAYMENT_DECLINED")
    path = f"/v1/orders/{refusal['metadata']['orderId']}"
    problem(pay(buyer, path, DECLINES), 402, "PAYMENT_DECLINED")
    assert sold.available() == 1
    let_time_pass(path)
    order = becomes(buyer, path, "FAILED")
    assert (order["failureReason"], order["payment"]["state"]) == ("PAYMENT_DECLINED", "DECLINED") and "payUntil" not in order
    assert sold.available() == 2
    problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")
    again = buyer.place((sold.offer, 1), method=DECLINES, key=key)
    assert again.status_code == 402 and again.json()["metadata"] == refusal["metadata"]


def test_cancelled_while_it_waits(buyer, shop, declined):
    sold = shop(stock=2)
    path = declined(sold)
    answer = buyer.post(path + ":cancel", {}, key=new_key())
    assert answer.status_code in (200, 202), answer.text
    assert becomes(buyer, path, "FAILED")["failureReason"] == "CANCELLED_BY_BUYER"
    assert sold.available() == 2
    problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")


def test_it_is_its_buyers_alone(buyer, shop, declined, person, operator, anonymous, ask):
    path = declined(shop())
    problem(pay(person("Eve"), path), 404, "NOT_FOUND")
    problem(pay(operator, path), 404, "NOT_FOUND")
    assert pay(anonymous, path).status_code == 401
    problem(buyer.post(path + ":pay", {"paymentMethod": "pm_card_visa"}), 400, "IDEMPOTENCY_KEY_REQUIRED")
    problem(buyer.post(path + ":pay", {}, key=new_key()), 400, "INVALID_ARGUMENT")
    assert ask(buyer, "PayOrder", new_key(), order_id=MISSING, payment_method="pm_card_visa") == (
        grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    refused = ask(buyer, "PayOrder", new_key(), order_id=id_of(path), payment_method=DECLINES)
    assert refused == (grpc.StatusCode.FAILED_PRECONDITION, "PAYMENT_DECLINED")
    assert ask(buyer, "PayOrder", new_key(), order_id=id_of(path), payment_method="pm_card_visa").state == 2


def test_two_at_once_are_one_payment(buyer, shop, declined):
    sold = shop(stock=2 * PAIRS)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for _ in range(PAIRS):
            path = declined(sold)
            answers = list(pool.map(lambda _: pay(buyer, path), range(2)))
            assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
            assert {answer.json().get("reason") for answer in answers} == {None, "ILLEGAL_TRANSITION"}
            assert buyer.ok("GET", path + "/payment")["number"] == 2
    assert sold.available() == PAIRS


def test_a_late_decline_waits_too(buyer, shop):
    sold = shop(stock=2)
    key = new_key()
    answer = buyer.place((sold.offer, 1), method="pm_sandbox_timeout_declined", key=key)
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    path = f"/v1/orders/{answer.json()['id']}"
    assert "under way" in problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")["detail"]
    until(lambda: "payUntil" in buyer.ok("GET", path), "the decline", limit_s=60)
    assert (buyer.ok("GET", path)["state"], sold.available()) == ("PENDING_PAYMENT", 1)
    refusal = problem(buyer.place((sold.offer, 1), method="pm_sandbox_timeout_declined", key=key), 402, "PAYMENT_DECLINED")
    assert refusal["metadata"]["orderId"] == id_of(path)
    key = new_key()
    answer = pay(buyer, path, "pm_sandbox_timeout_authorized", key)
    assert (answer.status_code, answer.json()["state"]) == (202, "PENDING_PAYMENT"), answer.text
    becomes(buyer, path, "PLACED")
    again = pay(buyer, path, "pm_sandbox_timeout_authorized", key)
    assert (again.status_code, again.json()["state"]) == (200, "PLACED"), again.text
    captured(buyer, path)


@pytest.mark.values("order.Checkout.Step.WAIT")
def test_nobody_looks_at_it_while_it_waits(buyer, operator, shop, declined):
    path = declined(shop())
    stuck = operator.ok("GET", "/v1/admin/checkouts?pageSize=100").get("checkouts", [])
    assert id_of(path) not in [one["orderId"] for one in stuck]
    advanced = operator.post(f"/v1/admin/checkouts/{id_of(path)}:advance", {})
    assert (advanced.status_code, advanced.json()["step"]) == (202, "WAIT"), advanced.text
    assert buyer.ok("GET", path)["payment"]["state"] == "DECLINED"
    assert buyer.post(path + ":cancel", {}, key=new_key()).is_success


@pytest.fixture
def lost(buyer):
    """Places an order whose capture is refused for good, and gives its path."""

    def place(*items):
        answer = buyer.place(*items, method="pm_sandbox_capture_refused")
        assert answer.status_code == 201, answer.text
        path = f"/v1/orders/{answer.json()['id']}"
        until(lambda: buyer.ok("GET", path)["payment"]["state"] == "CAPTURE_FAILED", "the loss of the money", limit_s=60)
        return path

    return place


def test_a_lost_payment_is_made_again(buyer, shop, lost):
    sold = shop(stock=3)
    path = lost((sold.offer, 2))
    order = buyer.ok("GET", path)
    part = order["sellerOrders"][0]
    assert (order["state"], part["shippable"]) == ("PLACED", False) and order["payUntil"]
    sold.owner.ok("POST", path_of(order) + ":accept", {})
    problem(sold.owner.post(path_of(order) + ":ship", SHIPMENT), 409, "PAYMENT_NOT_SECURED")
    problem(pay(buyer, path, DECLINES), 402, "PAYMENT_DECLINED")
    assert buyer.ok("GET", path)["payUntil"] == order["payUntil"]
    answer = pay(buyer, path)
    assert (answer.status_code, answer.json()["state"]) == (200, "ACCEPTED"), answer.text
    assert answer.json()["sellerOrders"][0]["shippable"] and "payUntil" not in answer.json()
    captured(buyer, path)
    payment = buyer.ok("GET", path + "/payment")
    assert (payment["number"], payment["captured"]["amount"]) == (3, 2 * 1999)
    assert sold.owner.ok("POST", path_of(order) + ":ship", SHIPMENT)["state"] == "SHIPPED"
    assert sold.available() == 1


@pytest.mark.values("payment.Payment.State.CAPTURE_FAILED", "payment.Payment.State.VOIDED")
def test_a_lost_payment_that_is_not_made_again_ends_the_order(buyer, shop, lost):
    sold = shop(stock=2)
    path = lost((sold.offer, 1))
    assert buyer.ok("GET", path + "/payment")["state"] == "CAPTURE_FAILED"
    let_time_pass(path)
    order = becomes(buyer, path, "CANCELLED")
    assert history(buyer, order)[-1] == ("CANCELLED", "system", "the payment failed")
    until(lambda: sold.available() == 2, "the stock to come back")
    assert buyer.ok("GET", path + "/payment")["state"] == "VOIDED"
    problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")


def test_what_is_cancelled_before_it_is_paid_again_is_given_back(buyer, shop, lost):
    """The payment is for the whole order, as every one is; what was cancelled comes back at once."""
    kept, gone = shop(), shop()
    path = lost((kept.offer, 1), (gone.offer, 1))
    order = buyer.ok("GET", path)
    part = next(one["id"] for one in order["sellerOrders"] if one["sellerId"] == gone.owner.seller)
    buyer.ok("POST", path + ":cancel", {"sellerOrderIds": [part]}, key=new_key())
    assert pay(buyer, path).status_code == 200
    until(lambda: buyer.ok("GET", path)["payment"]["refunded"]["amount"] == 1999, "the refund", limit_s=60)
    assert buyer.ok("GET", path)["net"]["amount"] == 1999


def test_cancelled_after_its_payment_was_lost(buyer, shop, lost):
    sold = shop(stock=2)
    path = lost((sold.offer, 1))
    assert buyer.ok("POST", path + ":cancel", {}, key=new_key())["state"] == "CANCELLED"
    problem(pay(buyer, path), 409, "ILLEGAL_TRANSITION")
    until(lambda: buyer.ok("GET", path + "/payment")["state"] == "VOIDED", "the hold to be given up", limit_s=60)
    assert sold.available() == 2


def test_all_of_it_is_true():
    assert check_invariants(wait_s=60)["findings"] == []
