"""Charges, captures, refunds and finds at the sandbox through Stripe's own library. Prints what it saw, one thing a line. Leaves no money."""

import os
import uuid

import stripe

client = stripe.StripeClient(os.environ["STRIPE_KEY"], base_addresses={"api": os.environ["STRIPE_URL"]}, max_network_retries=0)
group = os.environ["STRIPE_GROUP"]


def card(method, amount=1999):
    return {"amount": amount, "currency": "eur", "payment_method": method, "payment_method_types": ["card"], "capture_method": "manual",
            "confirm": True, "transfer_group": group, "metadata": {"reference": group}}


key = str(uuid.uuid4())
held = client.v1.payment_intents.create(card("pm_card_visa"), {"idempotency_key": key})
print(held.status, held.amount_capturable, held.metadata["reference"] == group)
print(client.v1.payment_intents.create(card("pm_card_visa"), {"idempotency_key": key}).id == held.id)
try:
    client.v1.payment_intents.create(card("pm_card_visa", 1), {"idempotency_key": key})
except stripe.IdempotencyError as error:
    print("IdempotencyError", error.http_status)
taken = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 1999})
print(taken.status, taken.amount_received)
for amount in (1000, 999):
    refund = client.v1.refunds.create({"payment_intent": held.id, "amount": amount, "metadata": {"reference": f"r{amount}"}})
    print(refund.status, refund.amount)
print([one.metadata["reference"] for one in client.v1.refunds.list({"payment_intent": held.id, "limit": 1}).auto_paging_iter()])
shown = client.v1.payment_intents.retrieve(held.id, {"expand": ["latest_charge"]})
print(shown.latest_charge.refunded, shown.latest_charge.amount_refunded)
try:
    client.v1.payment_intents.create(card("pm_card_visa_chargeDeclined"))
except stripe.CardError as error:
    print("CardError", error.code, error.http_status, error.error.decline_code, error.error.payment_intent.status)
try:
    client.v1.payment_intents.capture(held.id)
except stripe.InvalidRequestError as error:
    print("InvalidRequestError", error.code)
other = client.v1.payment_intents.create(card("pm_card_visa"))
print(client.v1.payment_intents.cancel(other.id).status)
print([one.status for one in client.v1.charges.list({"transfer_group": group})])
moved = client.v1.balance_transactions.list({"limit": 3, "expand": ["data.source"]}).data
print([(one.type, one.amount) for one in moved if one.source.payment_intent == held.id])
