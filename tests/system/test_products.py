"""The life of a product: drafts, proposals, what operators make of them, and what everybody else sees of it."""

import pathlib
import urllib.parse
import uuid

import grpc
import pytest

import market
from market import new_key, until
from pictures import uploaded
from test_answers_fit import pages
from test_bad_input import problem
from test_grpc import by_name, request_of, unary

ADMIN = "/v1/admin/products"
SAFETY = {"manufacturer": "Clement & Sons", "manufacturerContact": "1 Prospect Place\nLondon", "responsiblePerson": "Engines Europe GmbH",
          "responsibleContact": "safety@example.org", "warnings": "Keep fingers away from the gears."}


@pytest.fixture
def channel(stack):
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, grpc.ssl_channel_credentials(roots)) as opened:
        yield opened


@pytest.fixture
def moderated(stack):
    """The marketplace, for as long as the test runs, as one whose operators look at every product first."""
    with market.set_to(stack, "product", product_moderation="all"):
        yield


def moved(refusal):
    return refusal["metadata"].get("from"), refusal["metadata"].get("to")


def act(person, product, verb, **body):
    return person.post(f"/v1/products/{product}:{verb}", body)


def done(person, product, verb, **body):
    return person.ok("POST", f"/v1/products/{product}:{verb}", body)


def version(product):
    """What its shop and operators change; the rest of the tag covers what is shown with it."""
    return int(product["etag"].split("-")[0])


def inbox(operator, seller, state="PROPOSED"):
    return [product["id"] for product in operator.ok("GET", ADMIN, params={"state": state, "sellerId": seller}).get("products", [])]


@pytest.mark.operations("product.ProposeProduct", "product.ListProducts", "product.RequestChanges", "product.ApproveProduct",
                        "product.TakeDownProduct")
@pytest.mark.values("product.Product.State.PROPOSED", "product.Product.State.CHANGES_REQUESTED", "product.Product.State.TAKEN_DOWN")
def test_what_operators_make_of_a_product(operator, buyer, anonymous, shop):
    sold = shop(publish=False)
    owner, product = sold.owner, sold.product["id"]
    path = f"/v1/products/{product}"

    def hidden():
        return {anonymous.get(path).status_code, anonymous.get(path + "/offers").status_code, buyer.get(path).status_code} == {404}

    assert done(owner, product, "propose")["state"] == done(owner, product, "propose")["state"] == "PROPOSED"
    assert hidden() and inbox(operator, owner.seller) == [product]
    assert operator.ok("GET", path)["state"] == "PROPOSED" and operator.ok("GET", path + "/offers")["offers"]
    asked = done(operator, product, "requestChanges", reason="More light, please.")
    assert (asked["state"], asked["stateReason"]) == ("CHANGES_REQUESTED", "More light, please.")
    assert owner.ok("GET", path)["stateReason"] == "More light, please."
    assert hidden() and inbox(operator, owner.seller) == []
    owner.ok("PATCH", path, {"title": "A brighter engine"})
    assert "stateReason" not in done(owner, product, "propose")
    assert done(operator, product, "approve")["state"] == "PUBLISHED"
    assert anonymous.ok("GET", path)["title"] == "A brighter engine"

    order = buyer.place((sold.offer, 1)).json()
    gone = done(operator, product, "takeDown", reason="It infringes a patent.")
    assert (gone["state"], gone["stateReason"]) == ("TAKEN_DOWN", "It infringes a patent.")
    assert version(done(operator, product, "takeDown", reason="again")) == version(gone)
    assert hidden() and owner.ok("GET", path)["stateReason"] == "It infringes a patent."
    problem(buyer.place((sold.offer, 1)), 409, "OFFER_UNAVAILABLE")
    refusal = problem(act(owner, product, "publish"), 409, "ILLEGAL_TRANSITION")
    assert moved(refusal) == ("TAKEN_DOWN", "PUBLISHED")
    for verb in ("propose", "archive", "restore"):
        problem(act(owner, product, verb), 409, "ILLEGAL_TRANSITION")
    assert moved(problem(owner.call("PATCH", path, {"title": "Mine"}), 409, "ILLEGAL_TRANSITION")) == ("TAKEN_DOWN", None)
    # What was ordered before is still sent.
    part = order["sellerOrders"][0]["id"]
    owner.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    done(operator, product, "approve")
    assert "stateReason" not in anonymous.ok("GET", path)
    assert buyer.place((sold.offer, 1)).status_code == 201


@pytest.mark.values("notification.Notification.Kind.PRODUCT_APPROVED", "notification.Notification.Kind.PRODUCT_CHANGES_REQUESTED",
                    "notification.Notification.Kind.PRODUCT_TAKEN_DOWN")
def test_the_shop_is_told_what_operators_do(operator, shop):
    sold = shop(publish=False, title="Difference engine " + "X" * 180)
    product = sold.product["id"]

    def news():
        listed = sold.owner.ok("GET", "/v1/notifications").get("notifications", [])
        return [one for one in listed if one.get("productId") == product]

    done(sold.owner, product, "propose")
    done(operator, product, "requestChanges", reason="More light, please.")
    done(sold.owner, product, "propose")
    done(operator, product, "approve")
    done(operator, product, "takeDown", reason="It infringes a patent.")
    wanted = ["PRODUCT_TAKEN_DOWN", "PRODUCT_APPROVED", "PRODUCT_CHANGES_REQUESTED"]
    told = until(lambda: len(heard := news()) == 3 and heard, "the shop to be told")
    assert [one["kind"] for one in told] == wanted
    assert {(one["sellerId"], one["title"]) for one in told} == {(sold.owner.seller, sold.product["title"])}


def test_only_operators_moderate(person, shop):
    sold, rival = shop(publish=False), person("Riv")
    rival.open_seller()
    product = sold.product["id"]
    done(sold.owner, product, "propose")
    for somebody in (sold.owner, rival, person("Eve")):
        for verb, body in (("approve", {}), ("requestChanges", {"reason": "why"}), ("takeDown", {"reason": "why"})):
            problem(act(somebody, product, verb, **body), 403, "PERMISSION_DENIED")
        problem(somebody.get(ADMIN), 403, "PERMISSION_DENIED")
    for verb in ("publish", "propose", "archive", "restore"):
        problem(act(rival, product, verb), 404, "NOT_FOUND")
    problem(rival.call("PATCH", f"/v1/products/{product}", {"title": "Theirs"}), 404, "NOT_FOUND")


def test_a_reason_must_be_given(operator, shop):
    product = shop().product["id"]
    for body in ({}, {"reason": " "}):
        refusal = problem(act(operator, product, "takeDown", **body), 400, "INVALID_ARGUMENT")
        assert [field["field"] for field in refusal["fields"]] == ["reason"]


def test_nothing_is_published_that_nobody_offers(operator, person, category):
    owner = person("Sam")
    seller = owner.open_seller()
    product = owner.ok("POST", f"/v1/sellers/{seller}/products", {"title": "Bare", "categoryId": category}, key=new_key())["id"]
    for verb in ("publish", "propose"):
        problem(act(owner, product, verb), 409, "NO_ACTIVE_OFFER")
    offer = {"sku": "E-" + new_key()[:12], "price": {"amount": 500, "currency": "EUR"}, "stock": 0}
    offer = owner.ok("POST", f"/v1/products/{product}/offers", offer, key=new_key())["id"]
    done(owner, product, "propose")
    market.psql("product", f"UPDATE offer SET state = 'ARCHIVED' WHERE id = '{offer}'")
    problem(act(operator, product, "approve"), 409, "NO_ACTIVE_OFFER")
    market.psql("product", f"UPDATE offer SET state = 'ACTIVE' WHERE id = '{offer}'")
    assert done(operator, product, "approve")["state"] == "PUBLISHED", "one that is sold out is an offer too"


@pytest.mark.operations("product.ArchiveProduct", "product.RestoreProduct", "product.ListSellerProducts")
@pytest.mark.values("product.Product.State.ARCHIVED")
def test_what_is_put_away_comes_back(operator, anonymous, buyer, shop):
    sold = shop()
    owner, product = sold.owner, sold.product["id"]
    listed = f"/v1/sellers/{owner.seller}/products"
    archived = done(owner, product, "archive")
    assert archived["state"] == "ARCHIVED" and version(done(owner, product, "archive")) == version(archived)
    assert anonymous.get(f"/v1/products/{product}").status_code == 404
    problem(buyer.place((sold.offer, 1)), 409, "OFFER_UNAVAILABLE")
    problem(act(owner, product, "publish"), 409, "ILLEGAL_TRANSITION")
    for reader in (owner, operator):
        assert [each["id"] for each in reader.ok("GET", listed, params={"state": "ARCHIVED"})["products"]] == [product]
        assert reader.ok("GET", listed, params={"state": "PUBLISHED"})["products"] == []
    assert done(owner, product, "restore")["state"] == "PUBLISHED"
    assert anonymous.ok("GET", f"/v1/products/{product}")["state"] == "PUBLISHED"
    draft = owner.create_product(sold.product["categoryId"], publish=False)["id"]
    done(owner, draft, "archive")
    assert done(owner, draft, "restore")["state"] == "DRAFT", "it never was published"
    done(owner, product, "archive")
    assert done(operator, product, "takeDown", reason="It was sold before.")["state"] == "TAKEN_DOWN"


@pytest.mark.operations("product.UpdateProduct")
@pytest.mark.values("product.Product.OffersBy.ANYBODY", "product.Product.OffersBy.OWN_SHOP")
def test_a_product_is_corrected(operator, anonymous, shop):
    sold = shop()
    path = f"/v1/products/{sold.product['id']}"
    until(lambda: "seller" in sold.owner.ok("GET", path), "the name of the shop")
    before = sold.owner.get(path)
    assert before.json()["offersBy"] == "ANYBODY" and "productSafety" not in before.json()
    answer = sold.owner.call("PATCH", path, {"title": before.json()["title"]}, headers={"If-Match": before.headers["ETag"]})
    assert version(answer.json()) == version(before.json()), "nothing was changed"

    other = operator.ok("POST", "/v1/categories", {"name": "Looms", "slug": "looms-" + new_key()[:12]})["id"]
    change = {"title": "Analytical engine", "description": "Steam.", "categoryId": other, "attributes": {"material": "iron"},
              "productSafety": SAFETY, "offersBy": "OWN_SHOP"}
    picture = uploaded(sold.owner)["id"]
    answer = sold.owner.call("PATCH", path, {**change, "pictureIds": [picture]}, headers={"If-Match": before.headers["ETag"]})
    assert answer.status_code == 200 and answer.headers["ETag"] != before.headers["ETag"], answer.text
    for reader in (anonymous, sold.owner):
        shown = reader.ok("GET", path)
        assert {name: shown[name] for name in change} == change and len(shown["offers"]) == 1 and shown["pictures"][0]["id"] == picture
    problem(sold.owner.call("PATCH", path, {"title": "Late"}, headers={"If-Match": before.headers["ETag"]}), 412, "ETAG_MISMATCH")

    cleared = sold.owner.ok("PATCH", path, {"title": "Not named"}, params={"updateMask": "description,pictureIds,productSafety"})
    assert cleared["title"] == "Analytical engine" and not any(cleared.get(name) for name in ("productSafety", "pictures", "description"))
    for body, field in (({"title": " "}, "title"), ({"categoryId": "engines"}, "categoryId"),
                        ({"attributes": {"n" * 200: "v" * 201}}, "attributes"), ({"productSafety": {"warnings": "w" * 2001}}, "productSafety.warnings")):
        refusal = problem(sold.owner.call("PATCH", path, body), 400, "INVALID_ARGUMENT")
        assert refusal["fields"][0]["field"].startswith(field), refusal
    problem(sold.owner.call("PATCH", path, {"categoryId": str(uuid.uuid4())}), 404, "NOT_FOUND")


def test_safety_is_said_when_a_product_is_made(anonymous, person, category):
    owner = person("Sam")
    body = {"title": "Safe", "categoryId": category, "productSafety": SAFETY, "offersBy": "OWN_SHOP",
            "offers": [{"sku": "S-" + new_key()[:12], "price": {"amount": 500, "currency": "EUR"}, "stock": 1}]}
    product = owner.ok("POST", f"/v1/sellers/{owner.open_seller()}/products", body, key=new_key())
    done(owner, product["id"], "publish")
    shown = anonymous.ok("GET", f"/v1/products/{product['id']}")
    assert (shown["productSafety"], shown["offersBy"]) == (SAFETY, "OWN_SHOP")


def test_products_carry_the_name_of_their_shop(anonymous, operator, shop):
    sold = shop(title="Kunstuhr")
    owner, product = sold.owner, sold.product["id"]
    card = owner.ok("GET", f"/v1/sellers/{owner.seller}")
    name = {"id": card["id"], "displayName": card["displayName"], "slug": card["slug"]}
    shown = until(lambda: anonymous.ok("GET", f"/v1/products/{product}").get("seller"), "the name of the shop")
    assert shown == name
    etag = anonymous.get(f"/v1/products/{product}").headers["ETag"]
    lists = [(owner, f"/v1/sellers/{owner.seller}/products", {}), (operator, ADMIN, {"sellerId": owner.seller}),
             (anonymous, "/v1/products", {"sellerId": owner.seller})]
    for reader, path, parameters in lists:
        # The search is told of a product a moment later.
        until(lambda: [each.get("seller") for each in reader.ok("GET", path, params=parameters)["products"]] == [name], path)  # noqa: B023

    owner.ok("PATCH", f"/v1/sellers/{owner.seller}", {"displayName": "Looms"})
    renamed = until(lambda: (answer := anonymous.get(f"/v1/products/{product}", headers={"If-None-Match": etag})).status_code == 200 and answer,
                    "the new name")
    assert renamed.json()["seller"] == {**name, "displayName": "Looms"}


def test_the_inbox_is_read_page_by_page(operator, person, category):
    owner = person("Sam")
    owner.open_seller()
    drafts = [owner.create_product(category, publish=False)["id"] for _ in range(3)]
    for product in reversed(drafts):
        done(owner, product, "propose")
    wanted = {"state": "PROPOSED", "sellerId": owner.seller}
    found = [[each["id"] for each in page["products"]] for page in pages(operator, ADMIN, "products", pageSize=2, **wanted)]
    assert found == [[drafts[2], drafts[1]], [drafts[0]]], "who waits for the longest time comes first"
    token = operator.ok("GET", ADMIN, params={**wanted, "pageSize": 1})["nextPageToken"]
    problem(operator.get(ADMIN, params={"state": "DRAFT", "pageToken": token}), 400, "INVALID_PAGE_TOKEN")


@pytest.mark.alone
def test_where_operators_look_first(moderated, operator, shop):
    sold = shop(publish=False)
    owner, product = sold.owner, sold.product["id"]
    problem(act(owner, product, "publish"), 409, "MODERATION_REQUIRED")
    done(owner, product, "propose")
    done(operator, product, "approve")
    assert done(owner, product, "publish")["state"] == "PUBLISHED", "it is so already"
    done(owner, product, "archive")
    assert done(owner, product, "restore")["state"] == "DRAFT"


def test_the_same_over_grpc(channel, operator, shop):
    sold = shop(publish=False)

    def call(person, name, **fields):
        request = request_of(by_name(name))
        for field, value in fields.items():
            setattr(request, field, value)
        return unary(channel, by_name(name))(request, metadata=[("authorization", f"Bearer {person.token}")], timeout=15)

    product = sold.product["id"]
    proposed = call(sold.owner, "ProposeProduct", product_id=product)
    listed = call(operator, "ListProducts", state=proposed.state, seller_id=sold.owner.seller)
    assert [each.id for each in listed.products] == [product]
    call(operator, "ApproveProduct", product_id=product)
    gone = call(operator, "TakeDownProduct", product_id=product, reason="It infringes a patent.")
    assert gone.state_reason == "It infringes a patent." and gone.etag.startswith("4-")
    update = request_of(by_name("UpdateProduct"))
    update.product_id, update.product.title = product, "Mine"
    with pytest.raises(grpc.RpcError) as refused:
        unary(channel, by_name("UpdateProduct"))(update, metadata=[("authorization", f"Bearer {sold.owner.token}")], timeout=15)
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
