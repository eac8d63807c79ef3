"""The scene of key_scenes.py, and the act of test_audit.py, of what operators book on shops' accounts by hand; and a commission invoice."""

import uuid

from market import new_key, psql, until
from scene import Scene


def wish(minor):
    return {"cause": "GOODWILL", "amount": {"amount": minor, "currency": "EUR"}, "reason": "a long wait"}


def create_entry(world):
    seller = world.seller.seller
    path = f"/v1/sellers/{seller}/ledgerEntries"
    booked = f"SELECT count(*) FROM operator_entry WHERE seller_id = '{seller}'"
    return Scene(world.operator, (path, wish(500)), (path, wish(600)), lambda: int(psql("payment", booked)), (200, 1))


def act(operator, owner, shop, category):
    owner.open_seller()
    path = f"/v1/sellers/{owner.seller}/ledgerEntries"
    until(lambda: operator.post(path, wish(500), key=new_key()).status_code == 200, "the goodwill")
    return "seller", owner.seller, "a long wait"


def commission_invoice(seller):
    """Id of one over 0.05, for a month long ago."""
    entry, at = uuid.uuid4(), "'2020-01-15T12:00:00Z'"
    psql("payment", f"WITH entry AS (INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('{entry}', 'PAYOUT_FAILED', '{entry}', {at}))"
                    " INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor) VALUES"
                    f" ('{entry}', 1, 'seller_available', '{seller}', 'EUR', 5), ('{entry}', 2, 'commission_revenue', NULL, 'EUR', -5);"
                    " INSERT INTO commission_charge (entry_id, rate_ppm, seller_id, currency, net_minor, tax_minor, booked_at)"
                    f" VALUES ('{entry}', 0, '{seller}', 'EUR', 5, 0, {at});"
                    f" INSERT INTO commission_month (seller_id, currency, month) VALUES ('{seller}', 'EUR', '2020-01')")
    return until(lambda: psql("payment", f"SELECT id FROM commission_invoice WHERE seller_id = '{seller}'").strip(), "the commission invoice")
