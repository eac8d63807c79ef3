"""Commission rules: written, tried on what was sold, published by two operators, followed by the next version, and ended."""

import datetime

import pytest

import market
from key_scenes_commission import draft
from market import Person, new_key
from test_bad_input import problem
from test_grpc import by_name, channel, request_of, unary  # noqa: F401: a fixture is among them

RULES = "/v1/commissionRules"


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


def at(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def made(somebody, **members):
    return somebody.ok("POST", RULES, draft(**members), key=new_key())


@pytest.fixture
def second(stack, operator):
    """Another one who may: as long as there is, publishing needs two."""
    fred = Person(stack["url"], stack["caFile"], "Fred")
    operator.ok("POST", f"/v1/accounts/{fred.id}:grantRole", {"role": "finance"})
    yield Person(stack["url"], stack["caFile"], email=fred.email, password=fred.password)
    operator.ok("POST", f"/v1/accounts/{fred.id}:revokeRole", {"role": "finance"})


@pytest.mark.operations("payment.CreateCommissionRule", "payment.GetCommissionRule", "payment.UpdateCommissionRule", "payment.ListCommissionRules",
                        "payment.PublishCommissionRule", "payment.ApproveCommissionRule", "payment.SimulateCommissionRule")
@pytest.mark.values("payment.CommissionRule.State.DRAFT", "payment.CommissionRule.State.PROPOSED", "payment.CommissionRule.State.PUBLISHED")
def test_two_operators_publish_and_the_next_version_follows(operator, second):
    answer = operator.post(RULES, draft(fixed=eur(30), floor=eur(50), cap=eur(500), priceFrom=eur(100), taxPpm=190_000), key=new_key())
    rule = answer.json()
    path = f"{RULES}/{rule['id']}"
    assert (answer.status_code, answer.headers["location"]) == (201, path)
    assert (rule["version"], rule["state"], rule["fixed"], rule["onDelivery"]) == (1, "DRAFT", eur(30), False) and "validFrom" not in rule
    changed = operator.call("PATCH", path, {"percentagePpm": 60_000}, headers={"If-Match": rule["etag"]}).json()
    assert (changed["version"], changed["percentagePpm"], changed["cap"]) == (1, 60_000, eur(500))
    problem(operator.call("PATCH", path, {"cap": eur(900)}, headers={"If-Match": rule["etag"]}), 412, "ETAG_MISMATCH")
    tried = operator.ok("POST", f"{path}:simulate", {"days": 1})
    assert tried["lines"] == [], "it is of a shop that has sold nothing"

    proposed = operator.ok("POST", f"{path}:publish", {"validFrom": at(1)})
    assert (proposed["state"], proposed["proposedBy"]) == ("PROPOSED", operator.id)
    refusal = problem(operator.post(f"{path}:approve", {"version": 1}), 409, "COMMISSION_RULE_OWN_PROPOSAL")
    assert "somebody else" in refusal["detail"]
    problem(second.post(f"{path}:approve", {"version": 2}), 412, "ETAG_MISMATCH")
    problem(operator.call("PATCH", path, {"percentagePpm": 1}), 409, "ILLEGAL_TRANSITION")
    published = second.ok("POST", f"{path}:approve", {"version": 1})
    assert (published["state"], published["approvedBy"], published["validFrom"]) == ("PUBLISHED", second.id, proposed["validFrom"])
    problem(second.post(f"{path}:approve", {"version": 1}), 409, "ILLEGAL_TRANSITION")

    following = operator.ok("PATCH", path, {"percentagePpm": 70_000})
    assert (following["version"], following["state"], following["percentagePpm"]) == (2, "DRAFT", 70_000)
    second.ok("POST", f"{path}:publish", {"validFrom": at(2)})
    begins = operator.ok("POST", f"{path}:approve", {"version": 2})["validFrom"]
    assert operator.ok("GET", path, params={"version": 1})["validUntil"] == begins, "one ends when the next begins"
    listed = operator.ok("GET", RULES, params={"sellerId": rule["sellerId"], "state": "PUBLISHED"})["commissionRules"]
    assert [one["version"] for one in listed] == [2, 1] and listed[0] == operator.ok("GET", path)


@pytest.mark.operations("payment.WithdrawCommissionRule", "payment.EndCommissionRule")
@pytest.mark.values("payment.CommissionRule.State.WITHDRAWN")
@pytest.mark.alone
def test_where_no_second_one_is_asked_for_one_publishes_withdraws_and_ends(stack, operator):
    with market.set_to(stack, "payment", payment_second_person="never"):
        publishes_withdraws_and_ends(operator)


def publishes_withdraws_and_ends(operator):
    rule = made(operator)
    path = f"{RULES}/{rule['id']}"
    published = operator.ok("POST", f"{path}:publish", {})
    assert published["state"] == "PUBLISHED" and "approvedBy" not in published
    problem(operator.post(f"{path}:publish", {}), 409, "ILLEGAL_TRANSITION")
    problem(operator.post(f"{path}:withdraw", {}), 409, "ILLEGAL_TRANSITION")
    operator.ok("PATCH", path, {"name": "Later"})
    assert operator.ok("POST", f"{path}:publish", {"validFrom": at(24)})["version"] == 2
    assert operator.ok("POST", f"{path}:withdraw", {})["state"] == "WITHDRAWN"
    assert "validUntil" not in operator.ok("GET", path, params={"version": 1}), "it goes on"
    ended = operator.ok("POST", f"{path}:end", {})
    assert ended["version"] == 1 and operator.ok("POST", f"{path}:end", {})["validUntil"] == ended["validUntil"]


def test_what_contradicts_itself_is_refused_by_field(operator):
    for members, field in (({"priceFrom": eur(500), "priceBelow": eur(500)}, "priceBelow"), ({"floor": eur(5), "cap": eur(4)}, "cap"),
                           ({"floor": eur(5), "cap": {"amount": 9, "currency": "USD"}}, "cap"), ({"percentagePpm": 1_000_001}, "percentagePpm"),
                           ({"name": ""}, "name"), ({"sellerId": "me"}, "sellerId"), ({"fixed": eur(0)}, "fixed.amount")):
        refusal = problem(operator.post(RULES, draft(**members), key=new_key()), 400, "INVALID_ARGUMENT")
        assert [one["field"] for one in refusal["fields"]] == [field], refusal
    path = f"{RULES}/{made(operator)['id']}"
    assert problem(operator.post(f"{path}:publish", {"validFrom": at(-1)}), 400, "INVALID_ARGUMENT")["fields"][0]["field"] == "validFrom"
    assert problem(operator.post(f"{path}:simulate", {"days": 91}), 400, "INVALID_ARGUMENT")["fields"][0]["field"] == "days"
    assert operator.post(RULES, draft()).json()["reason"] == "IDEMPOTENCY_KEY_REQUIRED"
    operator.ok("POST", f"{path}:withdraw", {})
    problem(operator.post(f"{path}:end", {}), 409, "ILLEGAL_TRANSITION")


def test_over_grpc(channel, operator):  # noqa: F811
    as_operator = [("authorization", f"Bearer {operator.token}")]
    create = by_name("CreateCommissionRule")
    request = request_of(create)
    request.commission_rule.name, request.commission_rule.percentage_ppm = "A test", 10
    request.commission_rule.seller_id = draft()["sellerId"]
    rule = unary(channel, create)(request, metadata=[*as_operator, ("idempotency-key", new_key())], timeout=15)
    get = by_name("GetCommissionRule")
    request = request_of(get)
    request.commission_rule_id = rule.id
    assert unary(channel, get)(request, metadata=as_operator, timeout=15) == rule and not rule.HasField("valid_from")
