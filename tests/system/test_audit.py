"""What operators, members of shops and API keys do by permission is on record, in the transaction that did it, chained within seconds, and
within seconds in the one list that auth keeps of all services.

The acts are those of the contract: a method that operators may call and that changes something has to have an entry here, and to
leave a row.
"""

import os
import pathlib
import signal
import subprocess
import urllib.parse

import grpc
import pytest

import contract
import key_scenes_by_hand
import key_scenes_disputes
import key_scenes_payouts
import market
from deploy.lib import topology
from key_scenes_commission import draft as commission_draft, planted as planted_rule
from key_scenes_coupons import code, draft
from key_scenes_findings import planted as planted_finding
from key_scenes_delivery import rate
from key_scenes_returns import APPROVE, sent_back
from market import new_key, psql, until
from test_answers_fit import pages
from test_api_keys import holder, made
from test_bad_input import problem
from test_grpc import by_name, request_of, unary
from test_reviews import written

pytestmark = pytest.mark.alone

SERVICES = topology.read().services
SEALED_S = 5
LISTED_S = 10


def approve_seller(operator, owner, shop, category):
    owner.open_seller()
    psql("user", f"UPDATE seller SET state = 'PENDING' WHERE id = '{owner.seller}'")
    operator.ok("POST", f"/v1/sellers/{owner.seller}:approve", {})
    return "seller", owner.seller, ""


def move_seller(verb, before):
    def move(operator, owner, shop, category):
        owner.open_seller()
        psql("user", f"UPDATE seller SET state = '{before}' WHERE id = '{owner.seller}'")
        operator.ok("POST", f"/v1/sellers/{owner.seller}:{verb}", {"reason": "a complaint"})
        return "seller", owner.seller, "a complaint"
    return move


def create_category(operator, owner, shop, category):
    made = operator.ok("POST", "/v1/categories", {"name": "Audited", "slug": "audited-" + new_key()[:12], "parentId": category})
    return "category", made["id"], ""


def some_category():
    """One that nobody's act has made."""
    return psql("product", "INSERT INTO category (id, name, slug) VALUES (gen_random_uuid(), 'Audited', "
                          f"'audited-{new_key()[:12]}') RETURNING id").strip()


def update_category(operator, owner, shop, category):
    made = some_category()
    operator.ok("PATCH", f"/v1/categories/{made}", {"name": "Renamed"})
    return "category", made, ""


def delete_category(operator, owner, shop, category):
    made = some_category()
    operator.ok("DELETE", f"/v1/categories/{made}")
    return "category", made, ""


def moderate(verb, before, **body):
    def act(operator, owner, shop, category):
        sold = shop(publish=False)
        path = f"/v1/products/{sold.product['id']}"
        sold.owner.ok("POST", f"{path}:{before}", {})
        operator.ok("POST", f"{path}:{verb}", body)
        return "product", sold.product["id"], body.get("reason", "")
    return act


def cancel_order(operator, owner, shop, category):
    owner.add_address()
    order = owner.place((shop().offer, 1)).json()
    operator.ok("POST", f"/v1/orders/{order['id']}:cancel", {"reason": "a mistake"}, key=new_key())
    return "order", order["id"], "a mistake"


def change_address(operator, owner, shop, category):
    owner.add_address()
    order = owner.place((shop().offer, 1)).json()
    operator.ok("POST", f"/v1/orders/{order['id']}:changeAddress", {"shippingAddressId": owner.address, "reason": "the buyer has moved"})
    return "order", order["id"], "the buyer has moved"


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
        psql("auth", ready.format(owner.id))
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
    psql("auth", "INSERT INTO api_key (id, digest, prefix, name, account_id, permissions, expires_at) VALUES "
                f"('{owner.seller}', sha256('{owner.seller}'), 'mk_', 'k', '{owner.id}', '{{orders.read}}', market_now() + interval '1 day')")
    assert owner.call("DELETE", f"{path}/{owner.seller}").status_code == 404, "it is not the shop's"
    assert operator.call("DELETE", f"/v1/apiKeys/{owner.seller}").status_code == 204
    return "api_key", owner.seller, ""


def publish_terms(operator, owner, shop, category):
    version = new_key()[:12]
    operator.ok("PUT", "/v1/admin/terms/eo", {"kind": "PRIVACY", "version": version, "title": "Privateco", "body": "Nenio."})
    return "terms", f"PRIVACY/eo/{version}", ""


def act_on_review(verb):
    def act(operator, owner, shop, category):
        owner.add_address()
        review = written(owner, shop())["id"]
        if verb == "unhide":
            # As hiding it leaves it, without that act.
            uncount = "SET rating_sum = rating_sum - r.rating, rating_count = rating_count - 1 FROM review r WHERE r.id ="
            psql("product", f"UPDATE product p {uncount} '{review}' AND p.id = r.product_id;"
                            f" UPDATE seller_rating s {uncount} '{review}' AND s.seller_id = r.seller_id;"
                            f" UPDATE review SET state = 'HIDDEN', hidden_reason = 'names' WHERE id = '{review}'")
        operator.ok("POST", f"/v1/reviews/{review}:{verb}", {"reason": "a complaint"})
        return "review", review, "a complaint"
    return act


def resolve_report(operator, owner, shop, category):
    report = owner.ok("POST", f"/v1/products/{shop().product['id']}:report", {"reason": "OTHER", "text": "?"})["id"]
    operator.ok("POST", f"/v1/admin/reports/{report}:resolve", {"decision": "NO_ACTION", "answer": "!"})
    return "report", report, ""


def detach_offer(operator, owner, shop, category):
    offer = shop().offer
    operator.ok("POST", f"/v1/offers/{offer}:detach", {"reason": "is another thing"})
    return "offer", offer, "is another thing"


def create_search_rule(operator, owner, shop, category):
    made = operator.ok("POST", "/v1/admin/searchRules", {"synonyms": [new_key(), new_key()]})
    return "searchRule", made["id"], ""


def delete_search_rule(operator, owner, shop, category):
    rule = psql("product", f"INSERT INTO search_rule (id, synonyms) VALUES (gen_random_uuid(), '{{{new_key()},b}}') RETURNING id").strip()
    operator.ok("DELETE", f"/v1/admin/searchRules/{rule}")
    return "searchRule", rule, ""


def create_tax_rate(operator, owner, shop, category):
    return "taxRate", operator.ok("POST", "/v1/taxRates", rate())["id"], ""


def end_tax_rate(operator, owner, shop, category):
    made = psql("order", "INSERT INTO tax_rate (id, country_code, tax_class, rate_ppm, source)"
                         f" VALUES (gen_random_uuid(), 'GB', 'a{new_key()[:8].lower()}', 1, 'a test') RETURNING id").strip()
    operator.ok("POST", f"/v1/taxRates/{made}:end", {"validUntil": "2027-01-01T00:00:00Z", "reason": "a new law"})
    return "taxRate", made, "a new law"


def create_commission_rule(operator, owner, shop, category):
    return "commission_rule", operator.ok("POST", "/v1/commissionRules", commission_draft(), key=new_key())["id"], ""


def act_on_commission_rule(verb, state, body=None):
    def act(operator, owner, shop, category):
        rule = planted_rule(state)
        path = f"/v1/commissionRules/{rule}"
        operator.ok("PATCH", path, body) if verb == "PATCH" else operator.ok("POST", f"{path}:{verb}", body or {})
        return "commission_rule", rule, ""
    return act


def resolve_finding(operator, owner, shop, category):
    finding = planted_finding()
    operator.ok("POST", f"/v1/findings/{finding}:resolve", {"note": "a restore"}, key=new_key())
    return "finding", finding, "a restore"


def create_coupon(operator, owner, shop, category):
    return "coupon", operator.ok("POST", "/v1/coupons", draft())["id"], ""


def act_on_coupon(verb, body=None):
    def act(operator, owner, shop, category):
        coupon = psql("order", "INSERT INTO coupon (id, code, kind, category_ids, product_ids, funder) VALUES (gen_random_uuid(),"
                               f" '{code()}', 'FREE_DELIVERY', '{{}}', '{{}}', 'MARKETPLACE') RETURNING id").strip()
        operator.ok(verb, f"/v1/coupons/{coupon}", body)
        return "coupon", coupon, ""
    return act


def act_on_return(verb, before=(), reason="a complaint"):
    def act(operator, owner, shop, category):
        sold = shop()
        owner.add_address()
        path = sent_back(owner, sold.owner, sold.offer, before)
        operator.ok("POST", f"{path}:{verb}", {"reason": reason})
        return "return", path.rpartition("/")[2], reason
    return act


ACTS = {"auth.DisableAccount": act_on_account("disable", {}), "auth.EnableAccount": act_on_account("enable", {}, DISABLED),
        "auth.GrantRole": act_on_account("grantRole", {"role": "support"}),
        "auth.RevokeRole": act_on_account("revokeRole", {"role": "support"}, SUPPORT),
        "auth.CreateApiKey": create_api_key, "auth.RevokeApiKey": revoke_api_key, "user.ApproveSeller": approve_seller, "user.SuspendSeller": move_seller("suspend", "ACTIVE"),
        "user.ReinstateSeller": move_seller("reinstate", "SUSPENDED"), "user.CloseSeller": move_seller("close", "SUSPENDED"),
        "product.CreateCategory": create_category, "product.UpdateCategory": update_category, "product.DeleteCategory": delete_category,
        "product.DetachOffer": detach_offer, "product.CreateSearchRule": create_search_rule, "product.DeleteSearchRule": delete_search_rule,
        "product.ApproveProduct": moderate("approve", "propose"),
        "product.RequestChanges": moderate("requestChanges", "propose", reason="More light, please."),
        "product.TakeDownProduct": moderate("takeDown", "publish", reason="It infringes a patent."), "order.CancelOrder": cancel_order, "order.ChangeShippingAddress": change_address,
        "order.AdvanceCheckout": advance_checkout, "order.CreateTaxRate": create_tax_rate, "order.EndTaxRate": end_tax_rate, "payment.RefundPayment": refund_payment,
        "payment.MarkPayoutPaid": key_scenes_payouts.act("markPaid"), "payment.MarkPayoutReturned": key_scenes_payouts.act("markReturned"), "notification.PublishTerms": publish_terms,
        "product.HideReview": act_on_review("hide"), "product.UnhideReview": act_on_review("unhide"), "product.ResolveReport": resolve_report,
        "order.CreateCoupon": create_coupon, "order.UpdateCoupon": act_on_coupon("PATCH", {"totalLimit": 5}),
        "order.EndCoupon": act_on_coupon("DELETE"),
        "payment.ResolveFinding": resolve_finding, "payment.CreateSellerLedgerEntry": key_scenes_by_hand.act, "payment.SubmitDisputeEvidence": key_scenes_disputes.act,
        "payment.CreateCommissionRule": create_commission_rule,
        "payment.UpdateCommissionRule": act_on_commission_rule("PATCH", "DRAFT", {"percentagePpm": 1}),
        "payment.PublishCommissionRule": act_on_commission_rule("publish", "DRAFT"),
        "payment.ApproveCommissionRule": act_on_commission_rule("approve", "PROPOSED", {"version": 1}),
        "payment.WithdrawCommissionRule": act_on_commission_rule("withdraw", "DRAFT"),
        "payment.EndCommissionRule": act_on_commission_rule("end", "PUBLISHED"),
        "order.ApproveReturn": act_on_return("approve"), "order.RejectReturn": act_on_return("reject"),
        "order.ReceiveReturn": act_on_return("receive", [APPROVE]), "order.CloseReturn": act_on_return("close", [APPROVE])}


def acts(service, target):
    columns = ("account_id", "permission", "method", "target_type", "reason", "length(trace_id)", "request_id <> ''")
    rows = psql(service, f"SELECT concat_ws('|', {', '.join(columns)}) FROM audit_event WHERE target_id = '{target}'")
    return [row.split("|") for row in rows.splitlines()]


def broken(service):
    """Positions of the chain whose digest is not that of its act after the one before."""
    return psql(service, """
SELECT position FROM (
  SELECT s.position, s.digest, audit_digest(coalesce(lag(s.digest) OVER (ORDER BY s.position), ''), e) AS wanted,
         lag(s.position) OVER (ORDER BY s.position) AS before
  FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.event_id) AS chain
WHERE digest IS DISTINCT FROM wanted OR position <> coalesce(before, 0) + 1""").split()


def await_seal(service, target):
    until(lambda: psql(service, f"SELECT 1 FROM audit_seal s JOIN audit_event e ON e.id = s.event_id WHERE target_id = '{target}'"),
          "the act to be sealed", limit_s=2 * SEALED_S)


def listed(reader, target, count=1, limit_s=LISTED_S, **wanted):
    """The acts on it, once the list has as many."""
    def found():
        events = reader.ok("GET", "/v1/auditEvents", params={"targetId": target, **wanted})["auditEvents"]
        return len(events) >= count and events
    return until(found, f"the list to have the acts on {target}", limit_s=limit_s)


def test_every_act_of_an_operator_is_known_here():
    assert {str(method) for method in contract.methods() if "OPERATOR" in method.audiences and not method.safe} == set(ACTS)
    assert {name.partition(".")[0] for name in ACTS} == set(SERVICES), "of these services no act is tried"


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_on_record_sealed_and_listed(operator, person, shop, category, name):
    service = name.partition(".")[0]
    method, = (one for one in contract.methods() if str(one) == name)
    called, permission = method.path.removeprefix("/"), method.permission_name
    kind, target, reason = ACTS[name](operator, person(), shop, category)
    assert acts(service, target) == [[operator.id, permission, called, kind, reason, "32", "t"]]
    event, = listed(operator, target)
    actor = {"kind": "operator", "accountId": operator.id, "email": operator.email}
    assert [event[field] for field in ("service", "actor", "permission", "method", "target", "reason")] == \
        [service, actor, permission, called, {"type": kind, "id": target}, reason]
    session = next(one for one in operator.ok("GET", "/v1/sessions")["sessions"] if one.get("current"))
    kept = psql(service, f"SELECT id, trace_id, request_id, address FROM audit_event WHERE target_id = '{target}'").strip().split("|")
    assert [event[field] for field in ("id", "traceId", "requestId", "address")] == kept
    assert event["address"] == session["address"]
    await_seal(service, target)
    assert broken(service) == []


@pytest.fixture(scope="module")
def deeds(stack, operator):
    """People of a shop and an operator's API key, and what they did: two invitations, a member removed by another, the shop suspended by the key."""
    owner, manager, staff, root = (market.Person(stack["url"], stack["caFile"], name) for name in ("Olga", "Max", "Sue", "Root"))
    owner.open_seller()
    for member, role in ((manager, "manager"), (staff, "staff")):
        market.join(owner, member, role)
    manager.ok("DELETE", f"/v1/sellers/{owner.seller}/members/{staff.id}")
    operator.ok("POST", f"/v1/accounts/{root.id}:grantRole", {"role": "admin"})
    root.refresh()
    key = made(root, "/v1/apiKeys", "sellers.suspend", "audit.read")
    holder(root, key).ok("POST", f"/v1/sellers/{owner.seller}:suspend", {"reason": "a complaint"})
    of_shop = {"sellerId": owner.seller}
    until(lambda: len(operator.ok("GET", "/v1/auditEvents", params=of_shop)["auditEvents"]) == 4, "the list to have all of it", limit_s=LISTED_S)
    yield {"owner": owner, "manager": manager, "staff": staff, "root": root, "key": key}
    operator.call("POST", f"/v1/accounts/{root.id}:revokeRole", {"role": "admin"})


def test_an_act_of_a_member_on_another(operator, deeds):
    event, = listed(operator, deeds["staff"].id)
    assert event["actor"] == {"kind": "member", "accountId": deeds["manager"].id, "email": deeds["manager"].email}
    assert (event["service"], event["permission"], event["sellerId"]) == ("user", "members.write", deeds["owner"].seller)
    assert event["target"] == {"type": "account", "id": deeds["staff"].id} and event["before"]["role"] == "staff"


def test_an_act_by_an_api_key_over_grpc(stack, deeds):
    """Seen by the key itself, which may read the list."""
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as channel:
        request = request_of(by_name("ListAuditEvents"))
        request.api_key_id = deeds["key"]["apiKey"]["id"]
        answer = unary(channel, by_name("ListAuditEvents"))(
            request, metadata=[("authorization", f"Bearer {deeds['key']['secret']}")], timeout=15)
    event, = answer.audit_events
    assert (event.actor.kind, event.actor.api_key_id) == ("api_key", request.api_key_id)
    assert (event.actor.account_id, event.actor.email) == (deeds["root"].id, deeds["root"].email)
    assert (event.target.type, event.target.id, event.seller_id) == ("seller", deeds["owner"].seller, deeds["owner"].seller)
    assert (event.before["state"], event.after["state"], event.reason) == ("ACTIVE", "SUSPENDED", "a complaint")
    assert len(event.trace_id) == 32 and event.address


@pytest.mark.operations("auth.ListAuditEvents")
def test_filters_and_pages_of_the_list(operator, deeds):
    seller = deeds["owner"].seller
    suspension, = listed(operator, seller)

    def found(**wanted):
        return [event["id"] for event in operator.ok("GET", "/v1/auditEvents", params={"pageSize": 100, **wanted})["auditEvents"]]

    of_shop = found(sellerId=seller)
    assert len(of_shop) == 4 and of_shop[0] == suspension["id"], "two invitations, a member who was removed, the suspension"
    assert [event["id"] for page in pages(operator, "/v1/auditEvents", "auditEvents", pageSize=1, sellerId=seller)
            for event in page["auditEvents"]] == of_shop
    for wanted in ({"actorId": deeds["root"].id, "targetType": "seller"}, {"apiKeyId": deeds["key"]["apiKey"]["id"]},
                   {"targetType": "seller", "targetId": seller}, {"sellerId": seller, "service": "user", "targetType": "seller"},
                   {"method": suspension["method"], "sellerId": seller}, {"sellerId": seller, "createTimeFrom": suspension["createTime"]}):
        assert found(**wanted) == [suspension["id"]], wanted
    assert found(sellerId=seller, createTimeTo=suspension["createTime"]) == of_shop[1:]
    assert found(sellerId=seller, service="order") == found(targetId=seller, targetType="order") == []
    token = operator.ok("GET", "/v1/auditEvents", params={"sellerId": seller, "pageSize": 1})["nextPageToken"]
    problem(operator.get("/v1/auditEvents", params={"service": "user", "pageToken": token}), 400, "INVALID_PAGE_TOKEN")


def test_the_list_is_for_operators(deeds):
    for person in (deeds["owner"], deeds["manager"]):
        problem(person.get("/v1/auditEvents", params={"sellerId": deeds["owner"].seller}), 403, "PERMISSION_DENIED")


def test_an_act_is_listed_once_though_both_ends_die(stack, operator, person):
    """The list's keeper is killed, the act is done while it is away, then its source is killed before it can tell."""
    ends = ["auth", "user"] if "auth" in stack["pids"] else ["marketplace"]
    if ends[0] not in stack["pids"]:
        pytest.skip("of replicas another one goes on")
    owner = person("Olga")
    owner.open_seller()
    for end in ends:
        if end == ends[-1]:
            operator.ok("POST", f"/v1/sellers/{owner.seller}:suspend", {"reason": "a complaint"})
        os.kill(market.info()["pids"][end], signal.SIGKILL)

    def found():
        answer = operator.get("/v1/auditEvents", params={"targetId": owner.seller})
        return answer.is_success and answer.json()["auditEvents"]
    assert len(until(found, "the act to be listed", limit_s=60)) == 1
    until(lambda: psql("user", "SELECT count(*) FROM outbox WHERE topic = 'event.auth'") == "0\n", "the act to be told")
    assert psql("auth", f"SELECT count(*) FROM recorded_act WHERE target_id = '{owner.seller}'") == "1\n"


def test_what_people_do_to_their_own_things_is_no_act(buyer, shop):
    order = buyer.place((shop().offer, 1)).json()
    buyer.ok("POST", f"/v1/orders/{order['id']}:cancel", {}, key=new_key())
    assert acts("order", order["id"]) == []


def test_the_first_operator_is_on_record(operator):
    rows = psql("auth", f"SELECT actor, method FROM audit_event WHERE target_id = '{operator.id}'").splitlines()
    assert len(rows) == 1 and rows[0].startswith("marketctl by ") and rows[0].endswith("|marketctl operator create")
    assert broken("auth") == []


@pytest.mark.parametrize("service", SERVICES)
def test_marketctl_names_an_act_that_was_changed_or_taken_out(operator, person, shop, category, service):
    """In the database of each service, by who may do everything there."""
    config = market.data_directory() / "etc" / f"{'marketplace' if market.info()['shape'] == 'single' else service}.conf"

    def verified():
        command = [market.BIN / "marketctl", "audit", "verify", "--config", config, "--database", service]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout

    newest = "SELECT event_id FROM audit_seal ORDER BY position DESC LIMIT 1"
    if not psql(service, newest):
        _, target, _ = ACTS[next(name for name in ACTS if name.startswith(service + "."))](operator, person(), shop, category)
        await_seal(service, target)
    act = psql(service, newest).strip()
    assert verified()[0] == 0, verified()
    psql(service, f"UPDATE audit_event SET reason = reason || '.' WHERE id = '{act}'")
    try:
        code, told = verified()
        assert code == 4 and told.count("\n") == 1 and f"the act {act} is not what it was" in told, told
        if service == "product":    # of the rules of the others test_zz_invariants.py takes one, which is the same SQL
            assert {"R3", "X15"} <= {finding["check"] for finding in market.check_invariants()["findings"]}
    finally:
        psql(service, f"UPDATE audit_event SET reason = left(reason, -1) WHERE id = '{act}'")
    off = "SET session_replication_role = replica;"    # a seal holds on to its act
    psql(service, f"{off} CREATE TABLE taken AS SELECT * FROM audit_event WHERE id = '{act}'; DELETE FROM audit_event WHERE id = '{act}'")
    try:
        code, told = verified()
        assert code == 4 and "its act is gone" in told, told
    finally:
        psql(service, f"{off} INSERT INTO audit_event SELECT * FROM taken; DROP TABLE taken")
    assert verified()[0] == 0, verified()
