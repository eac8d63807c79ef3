"""What operators do is on record, in the transaction that did it, and chained within seconds.

The acts are those of the contract: a method that operators may call and that changes something has to have an entry here, and to
leave a row.
"""

import pytest

import contract
import market
from market import new_key, until

SEALED_S = 5


def approve_seller(operator, owner, shop, category):
    owner.open_seller()
    market.psql("user", f"UPDATE seller SET state = 'PENDING' WHERE id = '{owner.seller}'")
    operator.ok("POST", f"/v1/sellers/{owner.seller}:approve", {})
    return "seller", owner.seller, ""


def move_seller(verb, before):
    def move(operator, owner, shop, category):
        owner.open_seller()
        market.psql("user", f"UPDATE seller SET state = '{before}' WHERE id = '{owner.seller}'")
        operator.ok("POST", f"/v1/sellers/{owner.seller}:{verb}", {"reason": "a complaint"})
        return "seller", owner.seller, "a complaint"
    return move


def create_category(operator, owner, shop, category):
    made = operator.ok("POST", "/v1/categories", {"name": "Audited", "slug": "audited-" + new_key()[:12], "parentId": category})
    return "category", made["id"], ""


def cancel_order(operator, owner, shop, category):
    owner.add_address()
    order = owner.place((shop().offer, 1)).json()
    operator.ok("POST", f"/v1/orders/{order['id']}:cancel", {"reason": "a mistake"}, key=new_key())
    return "order", order["id"], "a mistake"


def advance_checkout(operator, owner, shop, category):
    owner.add_address()
    order = market.parked_checkout(owner, shop().offer)
    operator.ok("POST", f"/v1/admin/checkouts/{order}:advance", {"reason": "the provider is back"})
    return "checkout", order, "the provider is back"


def refund_payment(operator, owner, shop, category):
    owner.add_address()
    order = owner.place((shop().offer, 1)).json()
    path = f"/v1/orders/{order['id']}/payment"
    until(lambda: owner.ok("GET", path)["state"] == "CAPTURED", "the capture")
    payment = owner.ok("GET", path)["id"]
    operator.ok("POST", f"/v1/payments/{payment}:refund", {"sellerOrderId": order["sellerOrders"][0]["id"], "reason": "a scratch"},
                key=new_key())
    return "payment", payment, "a scratch"


def act_on_account(verb, body, ready="SELECT"):
    def act(operator, owner, shop, category):
        market.psql("auth", ready.format(owner.id))
        operator.ok("POST", f"/v1/accounts/{owner.id}:{verb}", {**body, "reason": "asked by telephone"})
        return "account", owner.id, "asked by telephone"
    return act


DISABLED = "UPDATE account SET state = 'DISABLED', disabled_at = market_now(), disabled_reason = 'stolen' WHERE id = '{}'"
SUPPORT = "INSERT INTO account_role (account_id, role) VALUES ('{}', 'support')"


def create_api_key(operator, owner, shop, category):
    # The account of the marketplace's first operator has keys of other tests.
    for key in operator.ok("GET", "/v1/apiKeys?pageSize=100")["apiKeys"]:
        operator.call("DELETE", f"/v1/apiKeys/{key['id']}")
    made = operator.ok("POST", "/v1/apiKeys", {"name": "report", "permissions": ["ledger.read"]})
    return "api_key", made["apiKey"]["id"], ""


def revoke_api_key(operator, owner, shop, category):
    owner.open_seller()
    path = f"/v1/sellers/{owner.seller}/apiKeys"
    market.psql("auth", "INSERT INTO api_key (id, digest, prefix, name, account_id, permissions, expires_at) VALUES "
                f"('{owner.seller}', sha256('{owner.seller}'), 'mk_', 'k', '{owner.id}', '{{orders.read}}', market_now() + interval '1 day')")
    assert owner.call("DELETE", f"{path}/{owner.seller}").status_code == 404, "it is not the shop's"
    assert operator.call("DELETE", f"/v1/apiKeys/{owner.seller}").status_code == 204
    return "api_key", owner.seller, ""


ACTS = {"auth.DisableAccount": act_on_account("disable", {}), "auth.EnableAccount": act_on_account("enable", {}, DISABLED),
        "auth.GrantRole": act_on_account("grantRole", {"role": "support"}),
        "auth.RevokeRole": act_on_account("revokeRole", {"role": "support"}, SUPPORT),
        "auth.CreateApiKey": create_api_key, "auth.RevokeApiKey": revoke_api_key, "user.ApproveSeller": approve_seller, "user.SuspendSeller": move_seller("suspend", "ACTIVE"),
        "user.ReinstateSeller": move_seller("reinstate", "SUSPENDED"), "user.CloseSeller": move_seller("close", "SUSPENDED"),
        "product.CreateCategory": create_category, "order.CancelOrder": cancel_order,
        "order.AdvanceCheckout": advance_checkout, "payment.RefundPayment": refund_payment}


def acts(service, target):
    columns = ("account_id", "permission", "method", "target_type", "reason", "length(trace_id)", "request_id <> ''")
    rows = market.psql(service, f"SELECT concat_ws('|', {', '.join(columns)}) FROM audit_event WHERE target_id = '{target}'")
    return [row.split("|") for row in rows.splitlines()]


def broken(service):
    """Positions of the chain whose digest is not that of its act after the one before."""
    return market.psql(service, """
SELECT position FROM (
  SELECT s.position, s.digest, audit_digest(coalesce(lag(s.digest) OVER (ORDER BY s.position), ''), e) AS wanted,
         lag(s.position) OVER (ORDER BY s.position) AS before
  FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.event_id) AS chain
WHERE digest IS DISTINCT FROM wanted OR position <> coalesce(before, 0) + 1""").split()


def await_seal(service, target):
    until(lambda: market.psql(service, f"SELECT 1 FROM audit_seal s JOIN audit_event e ON e.id = s.event_id WHERE target_id = '{target}'"),
          "the act to be sealed", limit_s=2 * SEALED_S)


def test_every_act_of_an_operator_is_known_here():
    assert {str(method) for method in contract.methods() if "OPERATOR" in method.audiences and not method.safe} == set(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_on_record_and_sealed(operator, person, shop, category, name):
    service = name.partition(".")[0]
    method, = (one for one in contract.methods() if str(one) == name)
    kind, target, reason = ACTS[name](operator, person(), shop, category)
    assert acts(service, target) == [[operator.id, method.permission_name, method.path.removeprefix("/"), kind, reason, "32", "t"]]
    await_seal(service, target)
    assert broken(service) == []


def test_what_people_do_to_their_own_things_is_no_act(buyer, shop):
    order = buyer.place((shop().offer, 1)).json()
    buyer.ok("POST", f"/v1/orders/{order['id']}:cancel", {}, key=new_key())
    assert acts("order", order["id"]) == []


def test_the_first_operator_is_on_record(operator):
    rows = market.psql("auth", f"SELECT actor, method FROM audit_event WHERE target_id = '{operator.id}'").splitlines()
    assert len(rows) == 1 and rows[0].startswith("marketctl by ") and rows[0].endswith("|marketctl operator create")
    assert broken("auth") == []


def test_the_checker_names_an_act_that_was_changed(operator, person, shop, category):
    _, target, _ = create_category(operator, person(), shop, category)
    await_seal("product", target)
    market.psql("product", f"UPDATE audit_event SET reason = 'another' WHERE target_id = '{target}'")
    try:
        assert "R3" in {finding["check"] for finding in market.check_invariants()["findings"]}
    finally:
        market.psql("product", f"UPDATE audit_event SET reason = '' WHERE target_id = '{target}'")
    assert broken("product") == []
