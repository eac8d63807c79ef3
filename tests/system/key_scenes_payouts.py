"""Shops with money that waits to be paid out, and the scenes of payouts."""

import uuid

from market import new_key, psql, until
from scene import Scene

STAYS = "acct_9004"      # an account at the sandbox where payouts stay under way (sandbox/payouts.hpp)


def account(seller, destination="acct_1"):
    """As if its owner had said so some time ago."""
    psql("payment", "INSERT INTO payout_account (seller_id, holder, iban_sealed, iban_last4, country, bic, provider_account, changed_at, held_until)"
                    f" VALUES ('{seller}', '', '', '', '', '', '{destination}', market_now(), market_now())"
                    " ON CONFLICT (seller_id) DO UPDATE SET provider_account = excluded.provider_account, held_until = market_now(),"
                    " holder = '', iban_sealed = '', iban_last4 = '', country = '', bic = ''")


def due(seller, minor, currency="EUR"):
    """So much more is the shop's to be paid out; negative: it owes that."""
    entry = uuid.uuid4()
    psql("payment", f"WITH entry AS (INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('{entry}', 'PAYOUT_FAILED', '{entry}', market_now()))"
                    " INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor) VALUES"
                    f" ('{entry}', 1, 'goodwill', NULL, '{currency}', {minor}), ('{entry}', 2, 'seller_available', '{seller}', '{currency}', {-minor})")


def wish(seller, minor=1500):
    return f"/v1/sellers/{seller}/payouts", {"currency": "EUR", "amount": minor}


def at_once(*payouts):
    """Nobody waits for the next question to the provider."""
    ids = ", ".join(f"'{payout}'" for payout in payouts)
    psql("payment", f"UPDATE payout SET next_run_at = '-infinity' WHERE next_run_at > market_now() AND id IN ({ids})")


def came_to(client, payout, *states):
    """The payout, once it has come to one of these states."""
    def there():
        at_once(payout)
        found = client.ok("GET", f"/v1/payouts/{payout}")
        return found["state"] in states and found
    return until(there, f"the payout to be {states}", pause_s=0.1)


def submitted(seller, minor=1500):
    """Id of a payout that the provider has, made because the shop's day had come."""
    with_bank = f"SELECT id FROM payout WHERE seller_id = '{seller}' AND state = 'SUBMITTED' ORDER BY id DESC LIMIT 1"
    before = psql("payment", with_bank).strip()
    account(seller, STAYS)
    due(seller, minor)
    psql("payment", f"UPDATE payout_turn SET planned = true, next_run_at = '-infinity' WHERE seller_id = '{seller}'")

    def another():
        newest = psql("payment", with_bank).strip()
        return newest != before and newest

    return until(another, "the payout to be with the bank")


def request_payout(world):
    seller = world.seller
    account(seller.seller, STAYS)
    due(seller.seller, 50_000)
    one, two = (wish(seller.seller, minor) for minor in (1100, 1200))
    made = f"SELECT count(*) FROM payout WHERE on_demand AND seller_id = '{seller.seller}'"
    return Scene(seller, one, two, lambda: int(psql("payment", made)), (201, 1))


def mark(verb):
    def scene(world):
        ids = [submitted(world.seller.seller, minor) for minor in (1300, 1400)]
        one, two = ((f"/v1/payouts/{payout}:{verb}", {"reason": "on the bank statement"}) for payout in ids)
        quoted = ", ".join(f"'{payout}'" for payout in ids)
        acts = f"SELECT count(*) FROM audit_event WHERE target_type = 'payout' AND target_id IN ({quoted})"
        return Scene(world.operator, one, two, lambda: int(psql("payment", acts)), (409, 0))
    return scene


SCENES = {"RequestPayout": request_payout, "MarkPayoutPaid": mark("markPaid"), "MarkPayoutReturned": mark("markReturned")}


def act(verb):
    """For test_audit.py."""
    def done(operator, owner, shop, category):
        owner.open_seller()
        payout = submitted(owner.seller)
        operator.ok("POST", f"/v1/payouts/{payout}:{verb}", {"reason": "on the bank statement"}, key=new_key())
        return "payout", payout, "on the bank statement"
    return done
