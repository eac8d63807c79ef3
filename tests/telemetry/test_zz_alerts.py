"""Alerts fire at injected faults: a cause, a symptom between processes, and what buyers feel. Slow: they wait out their "for".

Last of the suite: breakers that were open a moment ago are no start for other tests."""

import market
from stores import frozen

PRODUCT = "/v1/products/01890000-0000-7000-8000-000000000001"


def test_faults_are_told_and_their_ends(stores, stack, anonymous):
    causes = {("TargetDown", "user"), ("BreakerOpen", "gateway")}

    def firing():
        # Calls that fail are what opens a breaker and uses up the budget; one that works closes it.
        for _ in range(10):
            anonymous.get(PRODUCT)
        return {(labels["alertname"], labels.get("job")) for labels in stores.firing()}

    market.until(lambda: not causes & firing(), "a marketplace in health", limit_s=60, pause_s=1)
    worker = ("WorkerFails", "product")
    # Away until it is told; the end of that alert comes while the next faults are waited out.
    market.psql("product", "ALTER TABLE audit_unsealed RENAME TO audit_away")
    try:
        market.until(lambda: worker in firing(), "the alert about product.seal", limit_s=120, pause_s=1)
    finally:
        market.psql("product", "ALTER TABLE audit_away RENAME TO audit_unsealed")
    with frozen(stack, "user", "product"):
        market.until(lambda: causes | {("AvailabilityBurnsFast", None)} <= firing(), "three alerts", limit_s=330, pause_s=1)
    market.until(lambda: not (causes | {worker}) & firing(), "the end of the alerts about causes", limit_s=180, pause_s=1)
