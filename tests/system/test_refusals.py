"""What a refusal says beyond its reason is what the contract shows of that reason, all of it; market.Client holds every other
refusal of these suites to no more than that."""

import pytest

import key_scenes_disputes
import key_scenes_payouts
import market
from contract import refusal_metadata, shown_metadata
from key_scenes_coupons import code
from key_scenes_delivery import parcel
from key_scenes_returns import sent, wish
from market import new_key, until
from test_second_factor import App

ADDRESSES_MAX = 50


def out_of_stock(buyer, sold):
    return buyer.place((sold.offer, 999))


def offer_unavailable(buyer, sold):
    market.psql("product", f"UPDATE offer SET state = 'ARCHIVED' WHERE id = '{sold.offer}'")
    return buyer.place((sold.offer, 1))


def no_price_in_currency(buyer, sold):
    return buyer.post("/v1/orders", {**buyer.order_body((sold.offer, 1)), "currency": "USD"}, key=new_key())


def price_changed(buyer, sold):
    quote = buyer.ok("POST", "/v1/orders:quote", {"items": [{"offerId": sold.offer, "quantity": 1}]})
    sold.owner.ok("PATCH", f"/v1/offers/{sold.offer}", {"price": {"amount": 2500, "currency": "EUR"}})
    return buyer.post("/v1/orders", {**buyer.order_body((sold.offer, 1)), "quoteHash": quote["quoteHash"]}, key=new_key())


def delivery_unavailable(buyer, sold):
    path = f"/v1/sellers/{sold.owner.seller}/deliveryMethods"
    method = sold.owner.ok("POST", path, parcel(countries=["FR"]), key=new_key())["id"]
    body = buyer.order_body((sold.offer, 1))
    chosen = [{"sellerId": sold.owner.seller, "deliveryMethodId": method}]
    return buyer.post("/v1/orders", body, key=new_key()), buyer.post("/v1/orders", {**body, "deliveryChoices": chosen}, key=new_key())


def payment_declined(buyer, sold):
    return buyer.place((sold.offer, 1), method="pm_card_visa_chargeDeclined")


def unknown_payment_method(buyer, sold):
    return buyer.place((sold.offer, 1), method="pm_nonesuch")


def placed(buyer, sold):
    answer = buyer.place((sold.offer, 1))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["sellerOrders"][0]["id"]


def illegal_transition(buyer, sold):
    order, part = placed(buyer, sold)
    line = buyer.ok("GET", f"/v1/orders/{order}")["sellerOrders"][0]["lines"][0]["id"]
    return (sold.owner.post(f"/v1/sellerOrders/{part}:deliver", {}),
            buyer.post(f"/v1/orders/{order}:cancel", {"lines": [{"lineId": line, "quantity": 2}]}, key=new_key()))


def orders_open(buyer, sold):
    placed(buyer, sold)
    return buyer.post("/v1/accounts/me:close", {"password": buyer.password})


def payment_not_secured(buyer, sold):
    order, part = placed(buyer, sold)
    until(lambda: buyer.ok("GET", f"/v1/orders/{order}")["payment"]["state"] == "CAPTURED", "the capture")
    sold.owner.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    now_is = f"UPDATE orders SET payment_state = '{{}}' WHERE id = '{order}'".format
    market.psql("order", now_is("CAPTURE_FAILED"))
    try:
        return sold.owner.post(f"/v1/sellerOrders/{part}:ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    finally:
        market.psql("order", now_is("CAPTURED"))


def limit_reached(buyer, sold):
    for _ in range(ADDRESSES_MAX):  # one is there
        answer = buyer.post("/v1/users/me/addresses", {"recipient": "Ada", "lines": ["1 Street"], "city": "London",
                                                       "postalCode": "SW1Y 4JH", "countryCode": "GB"})
    assert answer.json()["metadata"]["limit"] == ADDRESSES_MAX
    return answer


def address_changes_price(buyer, sold):
    london = {"recipient": "Ada", "lines": ["12 St James's Square"], "city": "London", "region": "Westminster", "postalCode": "SW1Y 4JH", "countryCode": "GB"}
    body = {**buyer.order_body((sold.offer, 1)), "shippingAddress": london}
    del body["shippingAddressId"]
    order = buyer.ok("POST", "/v1/orders", body, key=new_key())["id"]
    paris = {"recipient": "Ada", "lines": ["1 rue de Rivoli"], "city": "Paris", "postalCode": "75001", "countryCode": "FR"}
    answer = buyer.post(f"/v1/orders/{order}:changeAddress", {"shippingAddress": paris})
    assert answer.json()["metadata"]["countryCode"] == "GB"
    return answer


def coupon_not_applicable(buyer, sold):
    dear = {"code": code(), "kind": "FREE_DELIVERY", "minimum": {"amount": 5000, "currency": "EUR"}}
    sold.owner.ok("POST", f"/v1/sellers/{sold.owner.seller}/coupons", dear)
    return buyer.post("/v1/orders", {**buyer.order_body((sold.offer, 1)), "couponCodes": [dear["code"]]}, key=new_key())


def second_factor_required(buyer, shop):
    made = buyer.ok("POST", "/v1/accounts/me/authenticators", {"name": "Phone"})
    path = f"/v1/accounts/me/authenticators/{made['authenticator']['id']}:confirm"
    buyer.ok("POST", path, {"code": App(made["secret"]).code()})
    return buyer.post("/v1/sessions", {"email": buyer.email, "password": buyer.password})


def cart_in_checkout(buyer, sold):
    cart = f"/v1/carts/{buyer.ok('POST', '/v1/carts', {})['cart']['id']}"
    buyer.ok("PUT", f"{cart}/items/{sold.offer}", {"quantity": 1})
    how = {"shippingAddressId": buyer.address, "paymentMethod": "pm_card_visa_chargeDeclined"}
    assert buyer.post(f"{cart}:checkout", how, key=new_key()).status_code == 402
    return buyer.post(f"{cart}:checkout", how, key=new_key())


def return_window_over(buyer, sold):
    order = sent(buyer, sold.owner, sold.offer)
    market.psql("order", "SET session_replication_role = replica;"
                         f" UPDATE order_event SET at = at - interval '15 days' WHERE order_id = '{order['id']}'")
    path, body = wish(order)
    return buyer.post(path, body, key=new_key())


def payouts_held(buyer, sold):
    seller = sold.owner.seller
    key_scenes_payouts.account(seller)
    market.psql("payment", f"UPDATE payout_account SET held_until = market_now() + interval '1 day' WHERE seller_id = '{seller}'")
    return sold.owner.post(*key_scenes_payouts.wish(seller), key=new_key())


def evidence_too_late(buyer, sold):
    (dispute,), _ = key_scenes_disputes.opened(buyer, buyer.place((sold.offer, 1)).json()["id"], due_in_s=-1)
    return sold.owner.post(f"/v1/disputes/{dispute}:submitEvidence", {"text": "It was sent."}, key=new_key())


def nothing_to_pay_out(buyer, sold):
    key_scenes_payouts.account(sold.owner.seller)
    return sold.owner.post(*key_scenes_payouts.wish(sold.owner.seller), key=new_key())


def amount_over_limit(buyer, sold):
    market.psql("auth", f"INSERT INTO account_role (account_id, role) VALUES ('{buyer.id}', 'finance')")
    buyer.refresh()
    fine = {"cause": "FINE", "amount": {"amount": 1_000_001, "currency": "EUR"}, "reason": "late"}
    return buyer.post(f"/v1/sellers/{sold.owner.seller}/ledgerEntries", fine, key=new_key())


PROVOKED = {each.__name__.upper(): each for each in (orders_open, address_changes_price, out_of_stock, offer_unavailable, no_price_in_currency, price_changed, delivery_unavailable, payment_declined,
                                                    unknown_payment_method, illegal_transition, payment_not_secured, limit_reached,
                                                    cart_in_checkout, evidence_too_late, payouts_held, nothing_to_pay_out, amount_over_limit, second_factor_required, coupon_not_applicable, return_window_over)}


def test_each_that_says_more_is_provoked_here():
    assert set(PROVOKED) == {reason for reason, names in shown_metadata().items() if names}


@pytest.mark.parametrize("reason", PROVOKED)
def test_it_carries_what_the_contract_shows(anonymous, buyer, shop, reason):
    provoked = PROVOKED[reason](buyer, shop())
    refusals = [refusal.json() for refusal in (provoked if isinstance(provoked, tuple) else (provoked,))]
    assert all(refusal["reason"] == reason for refusal in refusals), refusals
    assert set().union(*map(refusal_metadata, refusals)) == shown_metadata()[reason]
    page = anonymous.get(refusals[0]["type"]).text
    for name in shown_metadata()[reason]:
        assert f"<code>{name.replace('.', '[].')}</code>" in page
