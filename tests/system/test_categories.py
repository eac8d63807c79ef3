"""The tree of categories: renamed, moved and pruned by operators."""

import uuid

import pytest

from market import new_key
from test_bad_input import problem


def made(operator, parent=None):
    body = {"name": "Looms", "slug": "looms-" + new_key()[:12], **({"parentId": parent} if parent else {})}
    return operator.ok("POST", "/v1/categories", body)


def path_of(category):
    return f"/v1/categories/{category['id']}"


@pytest.mark.operations("product.UpdateCategory")
def test_a_category_is_renamed_and_moved(operator, anonymous):
    a = made(operator)
    b = made(operator, a["id"])
    assert (b["parentId"], b["etag"]) == (a["id"], "1")
    slug = "jacquard-" + new_key()[:12]
    renamed = operator.call("PATCH", path_of(a), {"name": "Jacquard looms", "slug": slug}, headers={"If-Match": f'"{a["etag"]}"'})
    assert renamed.json() == {"id": a["id"], "name": "Jacquard looms", "textLanguage": "en", "translations": [], "slug": slug, "etag": "2"}
    assert operator.ok("PATCH", path_of(a), {"slug": slug})["etag"] == "2", "nothing was changed"
    listed = {each["id"]: each for each in anonymous.ok("GET", "/v1/categories")["categories"]}
    assert listed[a["id"]] == renamed.json()
    problem(operator.call("PATCH", path_of(a), {"name": "Late"}, headers={"If-Match": '"1"'}), 412, "ETAG_MISMATCH")

    root = operator.ok("PATCH", path_of(b), {"parentId": ""})
    assert "parentId" not in root
    assert operator.ok("PATCH", path_of(b), {"parentId": a["id"].upper()})["parentId"] == a["id"]
    assert "parentId" not in operator.ok("PATCH", path_of(b), {}, params={"updateMask": "parentId"})


def test_what_a_category_can_not_become(operator):
    a = made(operator)
    b = made(operator, a["id"])
    c = made(operator, b["id"])
    for parent in (a, b, c):
        problem(operator.call("PATCH", path_of(a), {"parentId": parent["id"]}), 409, "CATEGORY_CYCLE")
    other = made(operator, a["id"])
    problem(operator.call("PATCH", path_of(other), {"slug": b["slug"]}), 409, "SLUG_TAKEN")
    problem(operator.call("PATCH", path_of(other), {"parentId": str(uuid.uuid4())}), 404, "NOT_FOUND")
    problem(operator.call("PATCH", f"/v1/categories/{uuid.uuid4()}", {"name": "Nothing"}), 404, "NOT_FOUND")
    for body, field in (({"name": " "}, "name"), ({"slug": "No slug"}, "slug"), ({"parentId": "engines"}, "parentId")):
        refusal = problem(operator.call("PATCH", path_of(other), body), 400, "INVALID_ARGUMENT")
        assert [each["field"] for each in refusal["fields"]] == [field]


@pytest.mark.operations("product.DeleteCategory")
def test_only_an_empty_category_is_deleted(operator, anonymous, person):
    a = made(operator)
    b = made(operator, a["id"])
    problem(operator.call("DELETE", path_of(a)), 409, "CATEGORY_NOT_EMPTY")
    problem(operator.call("DELETE", path_of(b), headers={"If-Match": '"7"'}), 412, "ETAG_MISMATCH")
    assert operator.call("DELETE", path_of(b), headers={"If-Match": '"1"'}).status_code == 204
    problem(operator.call("DELETE", path_of(b)), 404, "NOT_FOUND")
    owner = person("Sam")
    owner.open_seller()
    owner.create_product(a["id"], publish=False)
    problem(operator.call("DELETE", path_of(a)), 409, "CATEGORY_NOT_EMPTY")
    assert a["id"] in [each["id"] for each in anonymous.ok("GET", "/v1/categories")["categories"]]


def test_the_tree_is_the_operators(person, category):
    owner = person("Sam")
    owner.open_seller()
    problem(owner.call("PATCH", f"/v1/categories/{category}", {"name": "Mine"}), 403, "PERMISSION_DENIED")
    problem(owner.call("DELETE", f"/v1/categories/{category}"), 403, "PERMISSION_DENIED")
