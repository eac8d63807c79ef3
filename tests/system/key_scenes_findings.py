"""The scene of key_scenes.py that is about findings."""

import uuid

from market import psql
from scene import Scene


def planted():
    """One that no payment is behind: the marketplace closes it when it has looked again, so that waits a little."""
    finding = str(uuid.uuid4())
    psql("payment", "INSERT INTO finding (id, kind, subject, currency, amount_minor, last_seen)"
                    f" VALUES ('{finding}', 'LEDGER_UNBALANCED', 'currency/{finding}', 'EUR', 5, market_now());"
                    " UPDATE reconciliation SET next_run_at = greatest(next_run_at, market_now() + interval '20 seconds') WHERE part = 'balance'")
    return finding


def resolve_finding(world):
    findings = [planted() for _ in range(2)]
    one, two = ((f"/v1/findings/{finding}:resolve", {"note": "a restore"}) for finding in findings)
    resolved = "SELECT count(*) FROM finding WHERE reason = 'resolved' AND id IN ('{}', '{}')".format(*findings)
    return Scene(world.operator, one, two, lambda: int(psql("payment", resolved)), (409, 0))
