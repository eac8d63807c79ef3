"""The life of an offer: what its shop, others and operators see and may do, one by one and many at once."""

import uuid

import pytest

from market import join, new_key, psql
from test_bad_input import problem
from test_notifications import told
from test_order_acts import ask, channel  # noqa: F401: fixtures

EUR = {"currency": "EUR"}


def draft(size=None, **changed):
    return {"sku": "O-" + uuid.uuid4().hex[:12], "options": {"size": size} if size else {}, "price": {"amount": 500, **EUR}, "stock": 5, **changed}


def offers_of(sold):
    return f"/v1/products/{sold.product['id']}/offers"


def path_of(offer):
    return f"/v1/offers/{offer}"


def state(person, offer):
    return person.ok("GET", path_of(offer))["state"]


@pytest.mark.operations("product.GetOffer", "product.CreateOffer", "product.UpdateOffer")
def test_what_is_its_shops_alone_nobody_else_sees(anonymous, operator, person, shop):
    sold = shop()
    made = sold.owner.ok("POST", offers_of(sold), draft("L", lowStockThreshold=2, weightGrams=1200, taxClass="reduced"), key=new_key())
    own = sold.owner.get(path_of(made["id"]))
    shown = own.json()
    assert own.headers["ETag"].strip('W/"') == shown["etag"] and shown["etag"].startswith(made["etag"] + "-")
    assert (shown["onHand"], shown["lowStockThreshold"], shown["weightGrams"], shown["taxClass"]) == (5, 2, 1200, "reduced")
    assert operator.ok("GET", path_of(made["id"]))["lowStockThreshold"] == 2
    for client in (anonymous, person("Eve")):
        seen = client.ok("GET", path_of(made["id"]))
        assert seen["weightGrams"] == 1200 and not {"onHand", "lowStockThreshold", "detachedReason"} & set(seen)
    product = sold.owner.ok("GET", f"/v1/products/{sold.product['id']}")
    assert all("lowStockThreshold" not in offer for offer in product["offers"])

    masked = path_of(made["id"]) + "?updateMask=lowStockThreshold,weightGrams,taxClass"
    cleared = sold.owner.ok("PATCH", masked, {"weightGrams": 7})
    assert cleared["weightGrams"] == 7 and not {"lowStockThreshold", "taxClass"} & set(cleared)
    assert sold.owner.get(path_of(made["id"]), headers={"If-None-Match": own.headers["ETag"]}).status_code == 200
    problem(sold.owner.get(path_of(uuid.uuid4())), 404, "NOT_FOUND")


def test_a_tag_of_an_offer_covers_what_can_be_bought(anonymous, buyer, shop):
    sold = shop()
    tag = anonymous.get(path_of(sold.offer)).headers["ETag"]
    assert anonymous.get(path_of(sold.offer), headers={"If-None-Match": tag}).status_code == 304
    buyer.place((sold.offer, 1))
    assert anonymous.get(path_of(sold.offer), headers={"If-None-Match": tag}).status_code == 200
    changed = sold.owner.call("PATCH", path_of(sold.offer), {"price": {"amount": 1, **EUR}}, headers={"If-Match": tag})
    assert changed.status_code == 200, "a precondition is about what the shop changes"


@pytest.mark.operations("product.ArchiveOffer", "product.RestoreOffer")
@pytest.mark.values("product.Offer.State.ARCHIVED", "product.Offer.State.ACTIVE")
def test_archived_and_restored(anonymous, operator, buyer, shop):
    sold = shop(stock=5)
    order = buyer.place((sold.offer, 2)).json()
    archived = sold.owner.ok("POST", path_of(sold.offer) + ":archive", {})
    assert archived["state"] == "ARCHIVED"
    assert sold.owner.ok("POST", path_of(sold.offer) + ":archive", {})["etag"] == archived["etag"]
    problem(buyer.place((sold.offer, 1)), 409, "OFFER_UNAVAILABLE")
    problem(anonymous.get(path_of(sold.offer)), 404, "NOT_FOUND")
    assert state(sold.owner, sold.offer) == state(operator, sold.offer) == "ARCHIVED"
    assert anonymous.ok("GET", offers_of(sold)).get("offers", []) == []
    own, = sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/products")["products"]
    assert [offer["state"] for offer in own["offers"]] == ["ARCHIVED"]
    part = order["sellerOrders"][0]["id"]
    sold.owner.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    sold.owner.ok("POST", f"/v1/sellerOrders/{part}:ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    assert sold.owner.ok("POST", path_of(sold.offer) + ":restore", {})["state"] == "ACTIVE"
    assert anonymous.ok("GET", path_of(sold.offer))["available"] == 3


def test_an_offer_of_a_draft_is_its_shops(anonymous, person, category):
    owner = person("Dora")
    owner.open_seller()
    offer = owner.create_product(category, publish=False)["offers"][0]["id"]
    problem(anonymous.get(path_of(offer)), 404, "NOT_FOUND")
    assert state(owner, offer) == "ACTIVE"


def test_a_variant_is_offered_once_by_a_shop(person, shop):
    sold = shop()
    owner, path = sold.owner, offers_of(sold)
    large = owner.ok("POST", path, draft("L"), key=new_key())["id"]
    problem(owner.post(path, draft("L"), key=new_key()), 409, "OPTIONS_TAKEN")
    problem(owner.call("PATCH", path_of(large), {"options": {"size": "M"}}), 409, "OPTIONS_TAKEN")
    owner.ok("POST", path_of(large) + ":archive", {})
    again = owner.ok("POST", path, draft("L"), key=new_key())["id"]
    problem(owner.post(path_of(large) + ":restore", {}), 409, "OPTIONS_TAKEN")
    owner.ok("POST", path_of(again) + ":archive", {})
    owner.ok("POST", path_of(large) + ":restore", {})
    other = person("Rival")
    other.open_seller()
    other.ok("POST", path, draft("L"), key=new_key())


def test_a_member_of_several_shops_names_one(person, shop):
    one, two, sold = shop(), shop(), shop()
    many = join(one.owner, person("Many"), "manager")
    join(two.owner, many, "manager")
    refusal = problem(many.post(offers_of(sold), draft("S"), key=new_key()), 400, "INVALID_ARGUMENT")
    assert [field["reason"] for field in refusal["fields"]] == ["AMBIGUOUS_SELLER"]
    for owner in (one.owner, two.owner):
        made = many.ok("POST", offers_of(sold) + f"?sellerId={owner.seller}", draft("S"), key=new_key())
        assert made["sellerId"] == owner.seller
    problem(many.post(offers_of(sold) + f"?sellerId={sold.owner.seller}", draft("S"), key=new_key()), 404, "NOT_FOUND")


def test_who_sells_alone_is_joined_by_nobody(person, shop):
    sold, rival = shop(), person("Rival")
    rival.open_seller()
    psql("product", f"UPDATE product SET offers_by = 'OWN_SHOP' WHERE id = '{sold.product['id']}'")
    problem(rival.post(offers_of(sold), draft("S"), key=new_key()), 409, "OFFERS_CLOSED")
    sold.owner.ok("POST", offers_of(sold), draft("S"), key=new_key())


@pytest.mark.operations("product.DetachOffer")
@pytest.mark.values("notification.Notification.Kind.OFFER_DETACHED")
def test_withdrawn_by_operators(anonymous, operator, shop):
    sold = shop()
    detached = operator.ok("POST", path_of(sold.offer) + ":detach", {"reason": "is another thing"})
    assert (detached["state"], detached["detachedReason"]) == ("ARCHIVED", "is another thing")
    assert sold.owner.ok("GET", path_of(sold.offer))["detachedReason"] == "is another thing"
    problem(anonymous.get(path_of(sold.offer)), 404, "NOT_FOUND")
    refusal = problem(sold.owner.post(path_of(sold.offer) + ":restore", {}), 409, "ILLEGAL_TRANSITION")
    assert "withdrawn" in refusal["detail"]
    one = told(sold.owner, "OFFER_DETACHED")
    assert (one["title"], one["productId"]) == (sold.product["offers"][0]["sku"], sold.product["id"])
    problem(operator.post(path_of(uuid.uuid4()) + ":detach", {"reason": "is nothing"}), 404, "NOT_FOUND")


# --- many at once

def batch(person, rows, key=None, seller=None):
    return person.post(f"/v1/sellers/{seller or person.seller}/offers:batchUpdate", {"rows": rows}, key=key or new_key())


@pytest.fixture
def stall(person, category):
    """A shop with four variants of a product: (owner, ids of offers)."""
    owner = person("Sam")
    owner.open_seller()
    body = {"title": "Stall", "categoryId": category, "offers": [draft(size) for size in "SMLX"]}
    product = owner.ok("POST", f"/v1/sellers/{owner.seller}/products", body, key=new_key())
    owner.ok("POST", f"/v1/products/{product['id']}:publish", {})
    return owner, [offer["id"] for offer in product["offers"]]


@pytest.mark.operations("product.BatchUpdateOffers")
def test_each_row_by_itself(stall, shop):
    owner, offers = stall
    stranger = shop().offer
    rows = [{"offerId": offers[0], "price": {"amount": 700, **EUR}, "stock": 8, "expectedStock": 5, "ifMatch": "1"},
            {"offerId": offers[1], "price": {"amount": 700, **EUR}, "ifMatch": "7"},
            {"offerId": offers[2], "state": "ARCHIVED"},
            {"offerId": offers[3], "stock": 2, "expectedStock": 9, "price": {"amount": 700, **EUR}},
            {"offerId": stranger, "state": "ARCHIVED"}]
    key = new_key()
    answer = batch(owner, rows, key)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [result["offerId"] for result in results] == [row["offerId"] for row in rows]
    assert results[0]["offer"] == {"price": {"amount": 700, **EUR}, "available": 8, "onHand": 8, "state": "ACTIVE", "etag": "2"}
    assert results[2]["offer"]["state"] == "ARCHIVED"
    assert [(results[n]["problem"]["reason"], results[n]["problem"].get("field")) for n in (1, 3, 4)] == \
        [("ETAG_MISMATCH", "ifMatch"), ("ETAG_MISMATCH", "expectedStock"), ("NOT_FOUND", None)]
    assert [owner.ok("GET", path_of(offer))["price"]["amount"] for offer in offers] == [700, 500, 500, 500]
    again = batch(owner, rows, key)
    assert again.json() == answer.json() and again.headers["Idempotent-Replayed"] == "true"
    movements = owner.ok("GET", path_of(offers[0]) + "/stockMovements")["movements"]
    assert [(one["kind"], one["onHand"]) for one in movements] == [("ADJUSTMENT", 3), ("INITIAL", 5)]


def test_a_repeat_after_a_crash_in_the_middle_does_the_rest(stall):
    """As if the process had died after the first row: its key has no answer, and its row is done."""
    owner, offers = stall
    key = new_key()
    rows = [{"offerId": offer, "stock": 9, "expectedStock": 5, "ifMatch": "1", "price": {"amount": 700, **EUR}} for offer in offers[:2]]
    assert all("offer" in result for result in batch(owner, rows, key).json()["results"])
    operation = psql("product", f"SELECT operation_id FROM idempotency_key WHERE key = '{key}'").strip()
    # Movements hold on to what was, and the second row was not.
    psql("product", "SET session_replication_role = replica;"
                    f" UPDATE idempotency_key SET answer = NULL, leased_until = market_now() WHERE key = '{key}';"
                    f" UPDATE offer SET last_batch = NULL, version = 1 WHERE id = '{offers[1]}';"
                    f" SELECT FROM set_prices('{offers[1]}', '{{EUR}}', '{{NULL}}', '{{NULL}}', '{{500}}', '{{NULL}}');"
                    f" UPDATE stock SET on_hand = 5 WHERE offer_id = '{offers[1]}';"
                    f" DELETE FROM stock_movement WHERE cause_id = '{operation}' AND offer_id = '{offers[1]}'")
    answer = batch(owner, rows, key)
    assert answer.status_code == 200, answer.text
    assert [(result["offer"]["onHand"], result["offer"]["etag"]) for result in answer.json()["results"]] == [(9, "2"), (9, "2")]
    for offer in offers[:2]:
        movements = owner.ok("GET", path_of(offer) + "/stockMovements")["movements"]
        assert [one["onHand"] for one in movements] == [4, 5]


def test_what_no_row_can_be_right_with(person, stall, shop):
    owner, offers = stall
    twice = problem(batch(owner, [{"offerId": offers[0]}, {"offerId": offers[0].upper()}]), 400, "INVALID_ARGUMENT")
    assert [(field["field"], field["reason"]) for field in twice["fields"]] == [("rows[1].offerId", "DUPLICATE")]
    for rows in ([], [{"offerId": offers[0]}] * 101):
        problem(batch(owner, rows), 400, "INVALID_ARGUMENT")
    alone = problem(batch(owner, [{"offerId": offers[0], "expectedStock": 1}]), 400, "INVALID_ARGUMENT")
    assert [field["field"] for field in alone["fields"]] == ["rows[0].stock"]
    staff = join(owner, person("Hal"), "staff")
    problem(batch(staff, [{"offerId": offers[0]}]), 403, "PERMISSION_DENIED")
    problem(batch(shop().owner, [{"offerId": offers[0]}], seller=owner.seller), 404, "NOT_FOUND")


def test_a_hundred_rows(person, category):
    owner = person("Sam")
    owner.open_seller()
    offers = []
    for _ in range(2):
        body = {"title": "Many", "categoryId": category, "offers": [draft(str(number)) for number in range(50)]}
        product = owner.ok("POST", f"/v1/sellers/{owner.seller}/products", body, key=new_key())
        offers += psql("product", f"SELECT id FROM offer WHERE product_id = '{product['id']}'").split()
    results = batch(owner, [{"offerId": offer, "stock": 7, "price": {"amount": 900, **EUR}} for offer in offers]).json()["results"]
    assert len(results) == 100 and all(result["offer"]["onHand"] == 7 for result in results)


def test_an_offer_over_grpc(ask, shop):  # noqa: F811
    sold = shop()
    assert ask(sold.owner, "ArchiveOffer", offer_id=sold.offer).state == 2
    assert ask(sold.owner, "GetOffer", offer_id=sold.offer).on_hand == 10

    def fill(request):
        row = request.rows.add(offer_id=sold.offer, stock=4)
        row.state = 1

    answer = ask(sold.owner, "BatchUpdateOffers", new_key(), fill, seller_id=sold.owner.seller)
    assert (answer.results[0].offer.on_hand, answer.results[0].offer.state) == (4, 1)
