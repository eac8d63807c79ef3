"""The scenes of product's methods: categories, products, offers, stock, reviews, reports (key_scenes.py)."""

import uuid

from market import Person, new_key, psql
from pictures import drawn, path_of, uploaded
from scene import ACCEPT, SHIP, Scene, version


def offer_draft(**changed):
    sku = "K-" + uuid.uuid4().hex[:12]
    return {"sku": sku, "options": {"variant": sku}, "price": {"amount": 500, "currency": "EUR"}, "stock": 1, **changed}


def create_category(world):
    slugs = ["keys-" + uuid.uuid4().hex[:12] for _ in range(2)]
    one, two = (("/v1/categories", {"name": "Keys", "slug": slug}) for slug in slugs)
    return Scene(world.operator, one, two,
                 lambda: sum(c["slug"] in slugs for c in world.operator.ok("GET", "/v1/categories")["categories"]), (409, 0))


def create_search_rule(world):
    words = [uuid.uuid4().hex for _ in range(2)]
    one, two = (("/v1/admin/searchRules", {"synonyms": [word, "keys"]}) for word in words)
    return Scene(world.operator, one, two,
                 lambda: sum(rule["synonyms"][0] in words for rule in world.operator.ok("GET", "/v1/admin/searchRules")["searchRules"]
                             if rule["synonyms"]), (201, 1))


def delete_search_rule(world):
    path = "/v1/admin/searchRules"
    made = [world.operator.ok("POST", path, {"synonyms": [uuid.uuid4().hex, "keys"]})["id"] for _ in range(2)]
    one, two = ((f"{path}/{rule}", None) for rule in made)
    return Scene(world.operator, one, two,
                 lambda: -sum(rule["id"] in made for rule in world.operator.ok("GET", path)["searchRules"]), (404, 0),
                 lambda: [world.operator.call("DELETE", target[0]) for target in (one, two)])


def fresh_categories(world):
    return [world.operator.ok("POST", "/v1/categories", {"name": "Keys", "slug": "keys-" + uuid.uuid4().hex[:12]})["id"] for _ in range(2)]


def update_category(world):
    made = fresh_categories(world)
    one, two = ((f"/v1/categories/{category}", {"name": "Locks"}) for category in made)
    return Scene(world.operator, one, two,
                 lambda: sum(int(c["etag"]) for c in world.operator.ok("GET", "/v1/categories")["categories"] if c["id"] in made))


def delete_category(world):
    made = fresh_categories(world)
    one, two = ((f"/v1/categories/{category}", None) for category in made)
    return Scene(world.operator, one, two,
                 lambda: -sum(c["id"] in made for c in world.operator.ok("GET", "/v1/categories")["categories"]), (404, 0))


def create_product(world):
    path = f"/v1/sellers/{world.seller.seller}/products"
    title = "Keys " + uuid.uuid4().hex
    one, two = ((path, {"title": title, "description": text, "categoryId": world.category, "offers": []}) for text in ("one", "two"))
    return Scene(world.seller, one, two,
                 lambda: sum(p["title"] == title for p in world.seller.ok("GET", path + "?pageSize=100")["products"]), (201, 1))


def update_product(world):
    path = f"/v1/products/{world.seller.create_product(world.category)['id']}"
    one, two = ((path, {"title": title}) for title in ("One", "Two"))
    return Scene(world.seller, one, two, lambda: version(world.seller, path))


def put_translation(world):
    path = f"/v1/products/{world.seller.create_product(world.category)['id']}"
    one, two = ((f"{path}/translations/{language}", {"title": language}) for language in ("de", "ru"))
    return Scene(world.seller, one, two, lambda: version(world.seller, path))


def delete_translation(world):
    path = f"/v1/products/{world.seller.create_product(world.category)['id']}"
    for language in ("de", "ru"):
        world.seller.ok("PUT", f"{path}/translations/{language}", {"title": language})
    one, two = ((f"{path}/translations/{language}", None) for language in ("de", "ru"))
    return Scene(world.seller, one, two, lambda: version(world.seller, path), (404, 0))


def create_import(world):
    """Files without rows: each is soon over, so that the next one finds room."""
    path = f"/v1/sellers/{world.seller.seller}/imports"
    one, two = ((f"{path}?dryRun={dry}", b"sku\n") for dry in ("true", "false"))
    mine = f"SELECT count(*) FROM product_import WHERE seller_id = '{world.seller.seller}'"
    return Scene(world.seller, one, two, lambda: int(psql("product", mine)), (201, 1))


def act_on_product(verb, caller="seller", before=(), **body):
    def scene(world):
        products = [f"/v1/products/{world.seller.create_product(world.category, publish=False)['id']}" for _ in range(2)]
        for path in products:
            for step in before:
                world.seller.ok("POST", f"{path}:{step}", {})
        one, two = ((f"{path}:{verb}", body) for path in products)
        return Scene(getattr(world, caller), one, two, lambda: sum(version(world.seller, path) for path in products))

    return scene


def pictures(seller):
    return int(psql("product", f"SELECT count(*) FROM picture WHERE seller_id = '{seller}'"))


def upload_picture(world):
    """Of somebody who has nothing else on the way: the pieces of a repeat stay there for a while."""
    owner = Person(world.stack["url"], world.stack["caFile"])
    path = path_of(owner.open_seller(), "Keys")
    return Scene(owner, (path, drawn()), (path, drawn()), lambda: pictures(owner.seller), (201, 0))


def update_picture(world):
    path = f"/v1/pictures/{uploaded(world.seller)['id']}"
    one, two = ((path, {"altText": text}) for text in ("One", "Two"))
    return Scene(world.seller, one, two, lambda: version(world.seller, path))


def delete_picture(world):
    one, two = ((f"/v1/pictures/{uploaded(world.seller)['id']}", None) for _ in range(2))
    return Scene(world.seller, one, two, lambda: -pictures(world.seller.seller), (404, 0))


def create_offer(world):
    product = world.seller.create_product(world.category)["id"]
    path = f"/v1/products/{product}/offers"
    return Scene(world.seller, (path, offer_draft()), (path, offer_draft()),
                 lambda: len(world.seller.ok("GET", f"/v1/products/{product}")["offers"]), (409, 0))


def own_offer(world):
    """(path, how to read it) of a fresh one."""
    product = world.seller.create_product(world.category, stock=10)
    return f"/v1/offers/{product['offers'][0]['id']}", lambda: world.seller.ok("GET", f"/v1/products/{product['id']}")["offers"][0]


def update_offer(world):
    path, read = own_offer(world)
    one, two = ((path, {"price": {"amount": amount, "currency": "EUR"}}) for amount in (700, 800))
    return Scene(world.seller, one, two, lambda: int(read()["etag"]))


def versions(offers):
    """Of these together; pages of products show no offer that is archived."""
    return int(psql("product", "SELECT sum(version) FROM offer WHERE id IN ('{}', '{}')".format(*offers)))


def act_on_offer(verb, caller, body, before="ACTIVE"):
    def scene(world):
        offers = [world.seller.create_product(world.category)["offers"][0]["id"] for _ in range(2)]
        for offer in offers:
            psql("product", f"UPDATE offer SET state = '{before}' WHERE id = '{offer}'")
        one, two = ((f"/v1/offers/{offer}:{verb}", body) for offer in offers)
        return Scene(getattr(world, caller), one, two, lambda: versions(offers))
    return scene


def batch_update_offers(world):
    offer = world.seller.create_product(world.category)["offers"][0]["id"]
    path = f"/v1/sellers/{world.seller.seller}/offers:batchUpdate"
    one, two = ((path, {"rows": [{"offerId": offer, "price": {"amount": amount, "currency": "EUR"}}]}) for amount in (700, 800))
    return Scene(world.seller, one, two, lambda: versions([offer, offer]))


def adjust_stock(world):
    path, read = own_offer(world)
    one, two = ((path + ":adjustStock", {"delta": 5, "reason": reason}) for reason in ("delivery", "another delivery"))
    return Scene(world.seller, one, two, lambda: read()["available"] // 5, (200, 1))


OPINION = {"rating": 4, "title": "It differs", "text": "Turns without a sound."}


def delivered_lines(world, count=2):
    lines = []
    for _ in range(count):
        order = world.buyer.place((world.offer, 1)).json()
        part = order["sellerOrders"][0]
        for verb, body in (ACCEPT, SHIP, ("deliver", {})):
            world.seller.ok("POST", f"/v1/sellerOrders/{part['id']}:{verb}", body)
        lines.append(part["lines"][0]["id"])
    return lines


def create_review(world):
    one, two = ((f"/v1/orderLines/{line}/review", OPINION) for line in delivered_lines(world))
    written = f"SELECT count(*) FROM review WHERE account_id = '{world.buyer.id}'"
    return Scene(world.buyer, one, two, lambda: int(psql("product", written)), (409, 0))


def on_reviews(caller, verb, body, once_expired=(200, 0), hidden=False):
    """Two reviews, and what `caller` does to one of them."""
    def scene(world):
        paths = [f"/v1/orderLines/{line}/review" for line in delivered_lines(world)]
        reviews = [world.buyer.ok("POST", path, OPINION, key=new_key())["id"] for path in paths]
        ids = ", ".join(f"'{review}'" for review in reviews)
        for review in reviews if hidden else ():
            world.operator.ok("POST", f"/v1/reviews/{review}:hide", {"reason": "names"})
        one, two = ((f"/v1/reviews/{review}{verb}", body) for review in reviews)
        return Scene(getattr(world, caller), one, two,
                     lambda: int(psql("product", f"SELECT sum(version) FROM review WHERE id IN ({ids})")), once_expired)
    return scene


def report_review(world):
    scene = on_reviews("kay", ":report", {"reason": "OFFENSIVE", "text": "Names."})(world)
    reported = f"SELECT count(*) FROM content_report WHERE account_id = '{world.kay.id}'"
    return Scene(scene.caller, scene.request, scene.other, lambda: int(psql("product", reported)))


def resolve_report(world):
    path = f"/v1/products/{world.product}:report"
    made = [world.kay.ok("POST", path, {"reason": "OTHER", "text": "?"})["id"] for _ in range(2)]
    one, two = ((f"/v1/admin/reports/{report}:resolve", {"decision": "NO_ACTION", "answer": "!"}) for report in made)
    resolved = "SELECT count(*) FROM content_report WHERE state = 'RESOLVED' AND id IN ('{}', '{}')".format(*made)
    return Scene(world.operator, one, two, lambda: int(psql("product", resolved)))
