"""Every answer fits, whatever others put into it: pages end at a byte budget, what is embedded is limited and listed elsewhere."""

import json
import pathlib
import urllib.parse

import grpc
import pytest

import contract
import market
from market import new_key, until
from pictures import drawn, uploaded
from test_grpc import by_name, request_of, unary

pytestmark = pytest.mark.alone

PAGE_BYTES = 1 << 20  # in the wire form; docs/architecture.md
CATEGORIES_MAX = 1_600  # product.categories_max
NOTE = {"n" * 90 + str(number): "x" * 100 for number in range(10)}


@pytest.fixture(scope="module")
def channel(stack):
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, grpc.ssl_channel_credentials(roots)) as opened:
        yield opened


def pages(client, path, list_name, **parameters):
    """All pages of a list, each as it came."""
    token = ""
    while True:
        page = client.ok("GET", path, params={"pageSize": 100, **parameters, **({"pageToken": token} if token else {})})
        assert page[list_name], "a page with nothing on it"
        yield page
        token = page.get("nextPageToken")
        if not token:
            return


def draft(price, options=None):
    """A variant of its own, as large as asked for."""
    sku = "E-" + new_key()[:16]
    name = next(iter(options or {}), "variant")
    return {"sku": sku, "options": {**(options or {}), name: sku.ljust(len((options or {}).get(name, "")), "x")}, "price": {"amount": price, "currency": "EUR"}, "stock": 10}


def test_every_list_has_pages_or_a_limit():
    whole = {str(method) for method in contract.methods() if method.route and method.name.startswith("List")
             and "page_size" not in method.descriptor.input_type.fields_by_name}
    # what is told at once, a hundred at a time; four kinds of terms, 20,000 characters each; auth.sessions_max, kAuthenticatorsMax, 50 (test_refusals.py), CATEGORIES_MAX, as many as there are roles, and
    # what a shop may have of members and open invitations; 10 translations of 10,200 characters each; 20 methods of some 30 KiB at most
    assert whole == {"auth.ListSessions", "auth.ListAuthenticators", "user.ListMyAddresses", "product.ListCategories", "auth.ListRoles", "user.ListMembers",
                     "user.ListInvitations", "product.ListTranslations", "notification.ListTerms", "notification.ListLiveEvents",
                     "order.ListDeliveryMethods"}


def test_history_of_an_order(buyer, shop, channel):
    sold = shop()
    order = buyer.place((sold.offer, 1)).json()
    part = order["sellerOrders"][0]["id"]
    sold.owner.ok("POST", f"/v1/sellerOrders/{part}:accept", {})
    path = f"/v1/orders/{order['id']}/events"
    states = ["PENDING_PAYMENT", "PLACED", "ACCEPTED"]
    for client in (buyer, sold.owner):
        found = list(pages(client, path, "events", pageSize=2))
        assert [[event["to"] for event in page["events"]] for page in found] == [states[:2], states[2:]]
    token = next(pages(buyer, path, "events", pageSize=2))["nextPageToken"]
    assert sold.owner.get(path, params={"pageToken": token}).json()["reason"] == "INVALID_PAGE_TOKEN", "of another's list"

    list_events = by_name("ListOrderEvents")
    request = request_of(list_events)
    request.order_id, request.page_size = order["id"], 2
    told = []
    while not told or request.page_token:
        answer = unary(channel, list_events)(request, metadata=[("authorization", f"Bearer {buyer.token}")], timeout=15)
        told += [event.to for event in answer.events]
        request.page_token = answer.next_page_token
    assert len(told) == len(states)


@pytest.mark.operations("product.ListCategories")
def test_the_largest_tree_of_categories(anonymous, operator):
    """Names as long as they may be, of characters that take four bytes, or two with what JSON puts before them."""
    there = len(anonymous.ok("GET", "/v1/categories")["categories"])
    market.psql("product", f"""
      INSERT INTO category (id, parent_id, name, names, slug)
      SELECT gen_random_uuid(), (SELECT id FROM category ORDER BY id LIMIT 1), name, jsonb_build_object('zh-Hant-TW', name),
             rpad('full-' || i || '-', 60, 'x')
      FROM generate_series(1, {CATEGORIES_MAX - there}) i, repeat(CASE i % 2 WHEN 0 THEN '𝄞' ELSE '"' END, 100) AS name""")
    try:
        answer = anonymous.get("/v1/categories", params={"language": "zh-Hant-TW"})
        assert len(answer.json()["categories"]) == CATEGORIES_MAX
        refusal = operator.post("/v1/categories", {"name": "One more", "slug": "one-more"}).json()
        assert (refusal["reason"], refusal["metadata"]["limit"]) == ("LIMIT_REACHED", CATEGORIES_MAX)
        # As if all had the longest names there are.
        longest = max(len(json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode()) for each in answer.json()["categories"])
        assert longest * CATEGORIES_MAX + 1000 <= PAGE_BYTES
    finally:
        market.psql("product", "DELETE FROM category WHERE slug LIKE 'full-%'")


@pytest.mark.operations("product.ListOffersOfProduct", "product.ListSellerProducts")
def test_many_fat_offers_of_others_on_a_product(anonymous, person, shop, channel):
    victim = shop()
    product = victim.product["id"]
    for rival in range(4):
        stranger = person(f"Rival{rival}")
        stranger.open_seller()
        for number in range(50):
            stranger.ok("POST", f"/v1/products/{product}/offers", draft(3000 + number, NOTE), key=new_key())

    shown = anonymous.ok("GET", f"/v1/products/{product}")
    assert len(shown["offers"]) == 20 and shown["offers"][0]["id"] == victim.offer
    assert len(victim.owner.ok("POST", f"/v1/products/{product}:publish", {})["offers"]) == 20
    own = victim.owner.ok("GET", f"/v1/sellers/{victim.owner.seller}/products")
    assert [len(each["offers"]) for each in own["products"]] == [20]
    everything = [offer for page in pages(anonymous, f"/v1/products/{product}/offers", "offers") for offer in page["offers"]]
    assert len({offer["id"] for offer in everything}) == len(everything) == 201
    assert [offer["id"] for offer in everything[:20]] == [offer["id"] for offer in shown["offers"]]

    list_offers = by_name("ListOffersOfProduct")
    request = request_of(list_offers)
    request.product_id = product
    request.page_size = 100
    answer = unary(channel, list_offers)(request, timeout=15)
    assert len(answer.offers) == 100 and answer.next_page_token and answer.ByteSize() <= PAGE_BYTES + 1000


def test_offers_of_a_draft_are_its_sellers_alone(anonymous, person, category):
    owner = person("Dora")
    owner.open_seller()
    path = f"/v1/products/{owner.create_product(category, publish=False)['id']}/offers"
    assert anonymous.get(path).status_code == 404
    assert person("Eve").get(path).status_code == 404
    assert len(owner.ok("GET", path)["offers"]) == 1


def test_a_hundred_fat_products(anonymous, person, category, channel):
    owner = person("Faye")
    seller = owner.open_seller()
    body = {"title": "Fat", "description": "€" * 4_000, "categoryId": category,
            "attributes": {f"{i:02}" + "n" * 198: "v" * 200 for i in range(30)},
            "pictureIds": [uploaded(owner, drawn(2000, 10), "€" * 300)["id"] for _ in range(10)]}
    made = set()
    for _ in range(100):
        product = owner.ok("POST", f"/v1/sellers/{seller}/products", {**body, "offers": [draft(100)]}, key=new_key())["id"]
        owner.ok("POST", f"/v1/products/{product}:publish", {})
        made.add(product)
    until(lambda: anonymous.ok("GET", "/v1/products", params={"sellerId": seller, "pageSize": 1}).get("total") == len(made), "all to be found")
    for client, path, parameters in [(owner, f"/v1/sellers/{seller}/products", {}),
                                     (anonymous, "/v1/products", {"sellerId": seller}),
                                     (anonymous, "/v1/products", {"sellerId": seller, "orderBy": "price"})]:
        found = list(pages(client, path, "products", **parameters))
        assert len(found) > 1
        assert {product["id"] for page in found for product in page["products"]} == made

    search = by_name("SearchProducts")
    request = request_of(search)
    request.seller_id = seller
    request.page_size = 100
    answer = unary(channel, search)(request, timeout=15)
    assert answer.next_page_token and answer.ByteSize() <= PAGE_BYTES + 1000


def test_large_orders(person, category):
    owner, buyer = person("Gus"), person("Hal")
    seller = owner.open_seller()
    buyer.add_address()
    offers = []
    for _ in range(5):
        product = owner.ok("POST", f"/v1/sellers/{seller}/products",
                           {"title": "Wide", "categoryId": category, "offers": [draft(100, NOTE) for _ in range(20)]}, key=new_key())
        offers += [offer["id"] for offer in product["offers"]]
        owner.ok("POST", f"/v1/products/{product['id']}:publish", {})
    assert len(offers) == 100
    placed = set()
    for _ in range(6):
        answer = buyer.place(*((offer, 1) for offer in offers))
        assert answer.status_code == 201, answer.text[:500]
        placed.add(answer.json()["id"])
    mine = list(pages(buyer, "/v1/orders", "orders"))
    assert len(mine) > 1 and {order["id"] for page in mine for order in page["orders"]} == placed
    sold = list(pages(owner, f"/v1/sellers/{seller}/orders", "sellerOrders"))
    assert len(sold) > 1 and {part["orderId"] for page in sold for part in page["sellerOrders"]} == placed


def test_pairs_too_large_together_are_refused(person, category):
    owner = person("Ida")
    seller = owner.open_seller()
    for field, body in [("attributes", {"attributes": {str(i): "€" * 200 for i in range(30)}}),
                        ("offers[0].options", {"offers": [draft(100, {str(i): "€" * 100 for i in range(10)})]})]:
        answer = owner.post(f"/v1/sellers/{seller}/products", {"title": "Wide", "categoryId": category, **body}, key=new_key())
        assert answer.status_code == 400, answer.text[:300]
        assert [(each["field"], each["reason"]) for each in answer.json()["fields"]] == [(field, "TOO_LARGE")]
