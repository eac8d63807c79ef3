"""What shoppers find: words, mistakes, filters, counts, suggestions, and how soon what changed is found changed."""

import pathlib
import time
import urllib.parse
import uuid

import grpc
import pytest

from market import new_key, until
from test_grpc import by_name, request_of, unary

FELT_S = 2


class Shelf:
    """A shop whose things have a word of their own in their titles, so that nobody else's are found by it."""

    def __init__(self, owner, category, anybody):
        self.owner, self.category, self.anybody = owner, category, anybody
        self.word = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:14])

    def put(self, title, price=1000, stock=5, attributes=None, description="", sku=None, currency="EUR"):
        body = {"title": title.replace("WORD", self.word.title()), "description": description, "categoryId": self.category,
                "attributes": attributes or {},
                "offers": [{"sku": sku or "S-" + uuid.uuid4().hex[:12], "price": {"amount": price, "currency": currency}, "stock": stock}]}
        product = self.owner.ok("POST", f"/v1/sellers/{self.owner.seller}/products", body, key=new_key())
        return self.owner.ok("POST", f"/v1/products/{product['id']}:publish", {})

    def search(self, **parameters):
        return self.anybody.ok("GET", "/v1/products", params={"query": self.word, **parameters})

    def found(self, **parameters):
        return [product["id"] for product in self.search(**parameters).get("products", [])]

    def until_found(self, count):
        until(lambda: self.search().get("total") == count, f"{count} products to be found")


@pytest.fixture(scope="module")
def channel(stack):
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as opened:
        yield opened


@pytest.fixture
def shelf(person, category, anonymous):
    owner = person("Sam")
    owner.open_seller()
    return Shelf(owner, category, anonymous)


@pytest.fixture
def lamps(shelf):
    """A cheap red one, a dear blue one, a green one that is sold out."""
    red = shelf.put("WORD lamp red", 900, attributes={"colour": "red", "socket": "E27"})
    blue = shelf.put("WORD lamp blue", 5000, attributes={"colour": "blue", "socket": "E27"})
    green = shelf.put("WORD lamp green", 700, stock=0, attributes={"colour": "green", "socket": "E14"})
    shelf.until_found(3)
    return shelf, red["id"], blue["id"], green["id"]


def within(condition, what):
    begun = time.monotonic()
    until(condition, what, limit_s=FELT_S, pause_s=0.02)
    return time.monotonic() - begun


def test_what_is_published_is_found_within_two_seconds(shelf):
    product = shelf.put("WORD gramophone")
    within(lambda: shelf.found() == [product["id"]], "the product to be found")


def test_words_in_any_order_beginnings_and_mistakes(shelf):
    product = shelf.put("WORD grinder for coffee", description="Crème brûlée, 3,5 mm, C++")["id"]
    shelf.until_found(1)
    word = shelf.word
    swapped = word[:4] + word[5] + word[4] + word[6:] if word[4] != word[5] else word[:-1]
    for query in (word, f"coffee {word}", f"grind {word}", word[:9], word.upper(), swapped, f"{word} cofee gridner", f"{word} creme brulee",
                  f"{word} 3.5mm", f"{word} c++"):
        assert product in shelf.found(query=query), query
    for query in (f"{word} tea", "?!"):
        assert product not in shelf.found(query=query), query


def test_numbers_of_articles_and_names_of_shops(shelf, anonymous):
    sku = "QX-" + uuid.uuid4().hex[:10].upper()
    product = shelf.put("WORD thing", sku=sku)["id"]
    shelf.until_found(1)
    assert shelf.found(query=sku.lower()) == [product]
    name = anonymous.ok("GET", f"/v1/sellers/{shelf.owner.seller}")["displayName"]
    until(lambda: product in shelf.found(query=f"{name} {shelf.word}"), "the shop's name to be known")


def test_the_title_that_is_meant_comes_first(shelf):
    other = shelf.put("WORD holder of wood")["id"]
    text = shelf.put("Something else", description=f"Goes with {shelf.word}")["id"]
    meant = shelf.put("WORD")["id"]
    shelf.until_found(3)
    shelf.put("WORD holder of steel")
    shelf.until_found(4)
    found = shelf.found()
    assert found[0] == meant and found[-1] == text and other in found


@pytest.mark.operations("product.SearchProducts")
def test_filters_narrow_and_orders_order(lamps):
    shelf, red, blue, green = lamps
    assert shelf.found(orderBy="price") == [red, blue, green]
    assert shelf.found(orderBy="-price") == [blue, red, green]
    assert shelf.found(orderBy="newest") == [green, blue, red]
    assert set(shelf.found(orderBy="rating")) == {red, blue, green}
    assert set(shelf.found(inStock="true")) == {red, blue}
    assert shelf.found(maxPrice=800) == [green]  # it keeps its price
    assert shelf.found(maxPrice=800, inStock="true") == []
    assert set(shelf.found(minPrice=800, maxPrice=5000)) == {red, blue}
    assert set(shelf.found(attributes="socket=E27")) == {red, blue}
    assert set(shelf.found(attributes=["colour=red", "colour=green"])) == {red, green}
    assert shelf.found(attributes=["colour=red", "colour=green", "socket=E14"]) == [green]
    assert shelf.found(currency="USD") == [] and len(shelf.found(currency="EUR")) == 3
    assert shelf.found(minRating=4) == []
    assert shelf.search(pageSize=1)["total"] == 3
    sold_out = next(product for product in shelf.search()["products"] if product["id"] == green)
    assert sold_out["offers"][0]["price"]["amount"] == 700


def test_counts_are_of_the_other_filters(lamps):
    shelf, *_ = lamps
    facets = shelf.search(facets="true", attributes="colour=red")["facets"]
    by_name = {name["name"]: {value["value"]: value["count"] for value in name["values"]} for name in facets["attributes"]}
    assert by_name == {"colour": {"red": 1, "blue": 1, "green": 1}, "socket": {"E27": 1}}
    assert facets["inStock"] == 1
    assert [(band["minPrice"], band["maxPrice"], band["count"]) for band in facets["prices"]] == [(0, 999, 1)]
    facets = shelf.search(facets="true")["facets"]
    assert facets["inStock"] == 2
    assert [(entry["sellerId"], entry["count"]) for entry in facets["sellers"]] == [(shelf.owner.seller, 3)]
    assert (shelf.category, 3) in [(entry["categoryId"], entry["count"]) for entry in facets["categories"]]
    assert "facets" not in shelf.search()


def test_attributes_that_are_none_are_refused(anonymous):
    for bad in ("colour", "=red", "colour=", ["a=b"] * 21):
        answer = anonymous.get("/v1/products", params={"attributes": bad})
        assert (answer.status_code, answer.json()["reason"]) == (400, "INVALID_ARGUMENT"), bad


def test_pages_join_while_others_publish(shelf):
    made = {shelf.put(f"WORD number {i}")["id"] for i in range(9)}
    shelf.until_found(9)
    for order in ("relevance", "newest", "price", "-price", "rating"):
        found, token = [], ""
        while True:
            page = shelf.search(orderBy=order, pageSize=4, **({"pageToken": token} if token else {}))
            found += [product["id"] for product in page["products"]]
            token = page.get("nextPageToken")
            if not token:
                break
        assert len(found) == len(set(found)) and made <= set(found), order
        shelf.put(f"WORD another {order}")


@pytest.mark.operations("product.SuggestProducts")
def test_suggestions_while_typing(lamps):
    shelf, red, *_ = lamps

    def suggested(query, **parameters):
        return shelf.anybody.ok("GET", "/v1/products:suggest", params={"query": query, **parameters}).get("suggestions", [])

    typed = suggested(shelf.word[:8])
    assert typed[0] == {"text": shelf.word.title(), "productId": ""} or typed[0] == {"text": shelf.word.title()}
    assert {suggestion["text"] for suggestion in typed[1:]} == {f"{shelf.word.title()} lamp {colour}" for colour in ("red", "blue", "green")}
    assert red in [suggestion.get("productId") for suggestion in suggested(f"{shelf.word} lamp r")]
    assert suggested(shelf.word[:8], categoryId=str(uuid.uuid4())) == []
    assert shelf.anybody.get("/v1/products:suggest").status_code == 400


def test_what_changes_is_found_changed(lamps, buyer):
    shelf, red, blue, _ = lamps
    offer = shelf.anybody.ok("GET", f"/v1/products/{red}")["offers"][0]["id"]
    shelf.owner.ok("PATCH", f"/v1/offers/{offer}", {"price": {"amount": 9000, "currency": "EUR"}})
    within(lambda: shelf.found(orderBy="price")[:2] == [blue, red], "the new price to be known")
    assert buyer.place((offer, 5)).status_code == 201
    within(lambda: shelf.found(inStock="true") == [blue], "the last ones to be sold")
    shelf.owner.ok("POST", f"/v1/offers/{offer}:adjustStock", {"delta": 1, "reason": "found one"}, key=new_key())
    within(lambda: set(shelf.found(inStock="true")) == {red, blue}, "the new stock to be known")


def test_nothing_of_a_shop_that_may_not_sell_is_found_and_pages_are_full(lamps, person, operator):
    """What may not be found is left out before pages are cut."""
    shelf, *_ = lamps
    other = person("Una")
    other.open_seller()
    theirs = Shelf(other, shelf.category, shelf.anybody)
    theirs.word = shelf.word
    for i in range(5):
        theirs.put(f"WORD lamp of theirs {i}")
    shelf.until_found(8)
    assert len(shelf.found(pageSize=3)) == 3
    operator.ok("POST", f"/v1/sellers/{other.seller}:suspend", {"reason": "a complaint"})
    within(lambda: shelf.search(facets="true").get("total") == 3, "theirs to be gone")
    page = shelf.search(pageSize=3, facets="true")
    assert len(page["products"]) == 3 and "nextPageToken" not in page
    assert [entry["sellerId"] for entry in page["facets"]["sellers"]] == [shelf.owner.seller]


def test_search_over_grpc(lamps, channel):
    shelf, red, *_ = lamps
    request = request_of(by_name("SearchProducts"))
    request.query, request.facets, request.page_size = shelf.word, True, 2
    request.attributes.append("socket=E27")
    answer = unary(channel, by_name("SearchProducts"))(request, timeout=15)
    assert answer.total == 2 and red in [product.id for product in answer.products] and answer.facets.in_stock == 2
    request = request_of(by_name("SuggestProducts"))
    request.query = shelf.word
    assert len(unary(channel, by_name("SuggestProducts"))(request, timeout=15).suggestions) == 3
