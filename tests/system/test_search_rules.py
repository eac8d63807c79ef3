"""What operators tell the search: words that mean the same, and what comes first for a query."""

import uuid

import pytest

from market import until

PATH = "/v1/admin/searchRules"


def found(client, query, **more):
    return [one["title"] for one in client.ok("GET", "/v1/products", params={"query": query, **more}).get("products", [])]


def word():
    return "w" + uuid.uuid4().hex[:10]


@pytest.mark.operations("product.CreateSearchRule", "product.ListSearchRules", "product.DeleteSearchRule")
def test_synonyms_hold_until_they_are_deleted(operator, anonymous, shop):
    known, other = word(), word()
    shop(title=f"Old {known}")
    until(lambda: found(anonymous, known) == [f"Old {known}"], "the product to be found")
    assert found(anonymous, other) == []
    made = operator.post(PATH, {"synonyms": [known, other]})
    rule = made.json()
    assert made.status_code == 201 and made.headers["location"] == f"{PATH}/{rule['id']}"
    assert rule["synonyms"] == [known, other] and rule["productIds"] == []
    until(lambda: found(anonymous, other) == [f"Old {known}"], "the synonym to be known")
    assert rule in operator.ok("GET", PATH)["searchRules"]
    operator.ok("DELETE", f"{PATH}/{rule['id']}")
    until(lambda: found(anonymous, other) == [], "the synonym to be forgotten")


def test_what_is_pinned_comes_first(operator, anonymous, shop):
    query = word()
    shop(title=f"Plain {query}")
    pinned = shop(title="Something else " + word())
    until(lambda: found(anonymous, query) == [f"Plain {query}"] and found(anonymous, pinned.product["title"]), "the products to be found")
    rule = operator.ok("POST", PATH, {"query": query.upper(), "productIds": [pinned.product["id"]]})
    until(lambda: found(anonymous, query) == [pinned.product["title"], f"Plain {query}"], "the pin to hold")
    assert found(anonymous, query, orderBy="newest") == [f"Plain {query}"]
    operator.ok("DELETE", f"{PATH}/{rule['id']}")


@pytest.mark.parametrize(("body", "field"), [
    ({}, "synonyms"), ({"synonyms": ["alone"]}, "synonyms"), ({"synonyms": ["Sofa", "SOFA!"]}, "synonyms"), ({"synonyms": ["a", "!?"]}, "synonyms"),
    ({"synonyms": ["a", "b"], "query": "a", "productIds": [str(uuid.uuid4())]}, "synonyms"), ({"query": "mug"}, "productIds"),
    ({"productIds": [str(uuid.uuid4())]}, "query"),
])
def test_a_rule_is_one_or_the_other(operator, body, field):
    answer = operator.post(PATH, body)
    assert (answer.status_code, [one["field"] for one in answer.json()["fields"]]) == (400, [field]), answer.text


def test_only_operators_who_may(person):
    assert person().get(PATH).status_code == 403
