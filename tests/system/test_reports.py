"""What people report as illegal, by name or without, and what operators answer."""

import pytest

from market import new_key, psql
from test_bad_input import problem
from test_reviews import written

pytestmark = pytest.mark.alone

REASONS = ("ILLEGAL_PRODUCT", "COUNTERFEIT", "DANGEROUS", "OFFENSIVE", "OTHER")
REPORTS = "/v1/admin/reports"


def reports(operator, product, state=None):
    """All of one product, the oldest first."""
    found, token = [], ""
    while token is not None:
        page = operator.ok("GET", REPORTS, params={"pageSize": 100, **({"state": state} if state else {}), **({"pageToken": token} if token else {})})
        found += [one for one in page["reports"] if one["productId"] == product]
        token = page.get("nextPageToken")
    return found


@pytest.mark.operations("product.ReportContent", "product.ListReports", "product.ResolveReport")
@pytest.mark.values("product.ContentReport.Reason.ILLEGAL_PRODUCT", "product.ContentReport.Reason.COUNTERFEIT",
                    "product.ContentReport.Reason.DANGEROUS", "product.ContentReport.Reason.OFFENSIVE",
                    "product.ContentReport.Reason.OTHER", "product.ContentReport.State.OPEN",
                    "product.ContentReport.State.RESOLVED", "product.ContentReport.Decision.NO_ACTION",
                    "product.ContentReport.Decision.CONTENT_REMOVED")
def test_a_product_is_reported_and_answered(person, shop, operator):
    sold, ada = shop(), person("Ada")
    product = sold.product["id"]
    path = f"/v1/products/{product}:report"
    made = [ada.ok("POST", path, {"reason": reason, "text": f"It is {reason}."})["id"] for reason in REASONS]
    for wrong in ({"reason": "OTHER"}, {"text": "It is."}, {"reason": "UGLY", "text": "It is."}, {"reason": "OTHER", "text": "t" * 2001},
                  {"reason": "OTHER", "text": "It is.", "contactEmail": "nobody"}):
        problem(ada.post(path, wrong), 400)
    for somebody in (ada, sold.owner):
        problem(somebody.get(REPORTS), 403, "PERMISSION_DENIED")
        problem(somebody.post(f"{REPORTS}/{made[0]}:resolve", {"decision": "NO_ACTION", "answer": "Mine."}), 403, "PERMISSION_DENIED")
    found = reports(operator, product)
    assert [(one["id"], one["reason"], one["state"]) for one in found] == list(zip(made, REASONS, ["OPEN"] * 5))
    assert {one["accountId"] for one in found} == {ada.id} and {one["sellerId"] for one in found} == {sold.owner.seller}

    resolve = f"{REPORTS}/{made[1]}:resolve"
    answer = {"decision": "CONTENT_REMOVED", "answer": "It is gone."}
    resolved = operator.ok("POST", resolve, answer, key=new_key())
    assert (resolved["state"], resolved["decision"], resolved["answer"]) == ("RESOLVED", "CONTENT_REMOVED", "It is gone.")
    assert operator.ok("POST", resolve, answer) == resolved
    problem(operator.post(resolve, {**answer, "decision": "NO_ACTION"}), 409, "ILLEGAL_TRANSITION")
    operator.ok("POST", f"{REPORTS}/{made[0]}:resolve", {"decision": "NO_ACTION", "answer": "It may be sold."})
    assert [one["id"] for one in reports(operator, product, "OPEN")] == made[2:]
    assert [one["decision"] for one in reports(operator, product, "RESOLVED")] == ["NO_ACTION", "CONTENT_REMOVED"]
    problem(operator.post(f"{REPORTS}/{product}:resolve", answer), 404, "NOT_FOUND")
    assert psql("product", f"SELECT account_id, permission, target_type FROM audit_event WHERE target_id = '{made[1]}'").strip() == (
        f"{operator.id}|content.moderate|report")
    assert psql("product", f"SELECT string_agg(type, ' ' ORDER BY aggregate_version) FROM event WHERE aggregate = 'report/{made[1]}'").strip() == (
        "product.ContentReported product.ContentReportResolved")


def test_who_is_not_signed_in_says_where_the_answer_goes(anonymous, shop, person, category, operator):
    sold = shop()
    path = f"/v1/products/{sold.product['id']}:report"
    refusal = problem(anonymous.post(path, {"reason": "DANGEROUS", "text": "It burns."}), 400, "INVALID_ARGUMENT")
    assert [(field["field"], field["reason"]) for field in refusal["fields"]] == [("contactEmail", "REQUIRED")]
    receipt = anonymous.ok("POST", path, {"reason": "DANGEROUS", "text": "It burns.", "contactEmail": "eve@example.test"})
    one, = reports(operator, sold.product["id"])
    assert (one["id"], one["contactEmail"], one["createTime"]) == (receipt["id"], "eve@example.test", receipt["createTime"])
    assert "accountId" not in one
    draft = sold.owner.create_product(category, publish=False)["id"]
    problem(person("Eve").post(f"/v1/products/{draft}:report", {"reason": "OTHER", "text": "?"}), 404, "NOT_FOUND")


def test_so_many_an_hour(person, shop):
    sold, eager = shop(), person("Zoe")
    path = f"/v1/products/{sold.product['id']}:report"
    eager.ok("POST", path, {"reason": "OTHER", "text": "One."})
    psql("product", f"UPDATE report_limit SET busy_until = market_now() + interval '1 hour' WHERE digest = sha256('{eager.id}')")
    refused = eager.post(path, {"reason": "OTHER", "text": "Two."})
    problem(refused, 429, "RATE_LIMITED")
    assert int(refused.headers["Retry-After"]) > 0
    assert person("Ann").post(path, {"reason": "OTHER", "text": "One."}).status_code == 200, "others are not held back"


@pytest.mark.operations("product.ReportReview")
def test_a_review_is_reported_once_by_each(buyer, shop, person, anonymous, operator):
    sold = shop()
    review = written(buyer, sold)["id"]
    path, body = f"/v1/reviews/{review}:report", {"reason": "OFFENSIVE", "text": "It calls people names."}
    problem(anonymous.post(path, body), 401, "UNAUTHENTICATED")
    eve = person("Eve")
    first = eve.ok("POST", path, body, key=new_key())
    assert eve.ok("POST", path, {**body, "text": "Again."}) == first
    second = sold.owner.ok("POST", path, body)
    found = reports(operator, sold.product["id"], "OPEN")
    assert [(one["id"], one["reviewId"], one["text"]) for one in found] == [(one["id"], review, body["text"]) for one in (first, second)]
    operator.ok("POST", f"/v1/reviews/{review}:hide", {"reason": "names"})
    problem(person("Ann").post(path, body), 404, "NOT_FOUND")
