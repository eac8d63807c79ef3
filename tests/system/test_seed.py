"""./market seed: the demonstration is whole and shows every state, a large catalogue is right to the last row, and a second run of either
changes nothing."""

import collections
import os
import subprocess
import sys

import market
import pytest
import seed_bulk
import seed_catalogue as catalogue
from market import psql, until

pytestmark = pytest.mark.alone

MANY = 2_000
# What the goals of the demonstration's orders look like from outside. What waits for its payment fails ten minutes later.
LOOKS_LIKE = {"PARTLY_CANCELLED": "PLACED", "REFUNDED": "DELIVERED", "PARTLY_REFUNDED": "DELIVERED", "PENDING_PAYMENT": "FAILED"}
# All that a run could write.
ROWS = {"product": "product offer stock stock_movement category picture event", "order": "orders seller_order order_line event",
        "payment": "payment refund ledger_entry", "user": "seller address event", "auth": "account"}


def seed(stack, *options):
    assert stack["data"]
    done = subprocess.run([market.ROOT / "market", "seed", *map(str, options)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def count_rows():
    return {f"{database}.{table}": int(psql(database, f"SELECT count(*) FROM {table}"))
            for database, tables in ROWS.items() for table in tables.split()}


@pytest.fixture(scope="module")
def seeded(stack):
    code, lines, errors = seed(stack)
    assert code == 0 and lines[0].startswith("seed: 8 shops, 240 products, 60 orders;"), errors or lines


@pytest.fixture(scope="module")
def large(stack):
    code, lines, errors = seed(stack, "--products", MANY)
    assert code == 0 and lines[0].startswith(f"seed: 20 shops, {MANY} products;"), errors or lines


@pytest.fixture
def demo_person(seeded, stack):
    return lambda one: market.Person(stack["url"], stack["caFile"], email=one["email"], password=catalogue.PASSWORD)


def pages(client, path, field):
    token = ""
    while True:
        page = client.ok("GET", path, params={"pageSize": 100, "pageToken": token})
        yield from page.get(field, [])
        token = page.get("nextPageToken")
        if not token:
            return


def test_shelves_are_full(seeded, anonymous):
    categories = {one["id"]: one for one in anonymous.ok("GET", "/v1/categories")["categories"]}
    found = collections.Counter()
    makers, sold_out, variants = set(), 0, 0
    for seller in catalogue.SELLERS:
        shop, = anonymous.ok("GET", "/v1/sellers", params={"slug": seller["slug"]})["sellers"]
        titles = {product["title"] for product in catalogue.products(seller)}
        for product in pages(anonymous, f"/v1/products?sellerId={shop['id']}", "products"):
            if product["sellerId"] != shop["id"]:
                continue
            assert product["title"] in titles
            whole = anonymous.ok("GET", f"/v1/products/{product['id']}")
            slug = categories[product["categoryId"]]["slug"]
            parent = categories[categories[product["categoryId"]]["parentId"]]
            assert not parent.get("parentId") and catalogue.CATEGORIES[slug][2] == parent["slug"]
            found[slug] += 1
            variants += len({str(offer["options"]) for offer in whole["offers"]}) > 1
            sold_out += not any(offer["available"] for offer in whole["offers"])
            makers.add(len({offer["sellerId"] for offer in whole["offers"]}))
    assert len(found) == 20 and found.total() == 240
    assert variants > 100 and 3 <= sold_out <= 24 and makers == {1, 2}


def test_everything_can_be_read_in_english_and_in_russian(seeded, anonymous):
    for language, place in (("en", 0), ("ru", 1)):
        categories = anonymous.ok("GET", "/v1/categories", params={"language": language})["categories"]
        names = {each["name"] for each in categories if each["textLanguage"] == language}
        assert names >= {words[place] for words in catalogue.CATEGORIES.values()}
        wanted = {told["title"] for seller in catalogue.SELLERS for product in catalogue.products(seller)
                  for told in [product, *product["translations"]] if told["language"] == language}
        shown = set()
        for seller in catalogue.SELLERS:
            shop, = anonymous.ok("GET", "/v1/sellers", params={"slug": seller["slug"]})["sellers"]
            shown |= {product["title"] for product in pages(anonymous, f"/v1/products?sellerId={shop['id']}&language={language}", "products")
                      if product["textLanguage"] == language and product["sellerId"] == shop["id"]}
        assert wanted <= shown and len(wanted) >= 235, wanted - shown


def test_orders_are_in_every_state(demo_person):
    orders = [order for one in catalogue.BUYERS for path in ("/v1/orders", "/v1/orders?state=FAILED")
              for order in pages(demo_person(one), path, "orders")]
    wanted = collections.Counter()
    for goal, count in catalogue.GOALS.items():
        wanted[LOOKS_LIKE.get(goal, goal)] += count
    states = collections.Counter(order["state"] for order in orders)
    states["FAILED"] += states.pop("PENDING_PAYMENT", 0)
    assert states == wanted and len(orders) == 60
    lines = [line for order in orders if order["state"] == "PLACED" for part in order["sellerOrders"] for line in part["lines"]]
    assert sum(line.get("cancelledQuantity", 0) == 1 for line in lines) == catalogue.GOALS["PARTLY_CANCELLED"]


@pytest.mark.parametrize("goal", ["REFUNDED", "PARTLY_REFUNDED"])
def test_money_has_gone_back(demo_person, goal):
    for one in catalogue.BUYERS:
        buyer = demo_person(one)
        for wanted in catalogue.ORDERS:
            if (wanted["buyer"], wanted["goal"]) != (one["email"], goal):
                continue
            order, = [order for order in pages(buyer, "/v1/orders", "orders")
                      if {line["sku"] for part in order["sellerOrders"] for line in part["lines"]} == set(wanted["items"])]
            until(lambda: (buyer.ok("GET", f"/v1/orders/{order['id']}")["net"]["amount"] == 0) == (goal == "REFUNDED")
                  and buyer.ok("GET", f"/v1/orders/{order['id']}")["net"] != order["total"], "the news of a refund")


def test_a_second_run_changes_nothing(seeded, large, stack):
    market.check_invariants(wait_s=60)    # nothing is under way any more
    before = count_rows()
    code, lines, _ = seed(stack)
    assert code == 0 and "; 0 things new" in lines[0]
    code, lines, _ = seed(stack, "--products", MANY)
    assert code == 0 and "; 0 products new" in lines[0]
    assert count_rows() == before


def test_a_larger_catalogue_goes_on_where_the_last_ended(large, stack):
    database = seed_bulk.Database(market.psql_program(), market.data_directory() / "secrets" / "product.conninfo")
    there = database.count()
    code, lines, _ = seed(stack, "--products", there + 10)
    assert code == 0 and "; 10 products new" in lines[0] and database.count() == there + 10


def test_large_catalogue_is_right(large, anonymous):
    """Every rule of the checker holds, the events are those that the service would have written, and it looks like a market."""
    rows = seed_bulk.Rows([seed_bulk.id_at(place, seed_bulk.random.Random(place)) for place in range(seed_bulk.SHOPS_MOST)],
                          dict.fromkeys(catalogue.CATEGORIES, "category"))
    for i in range(1, MANY + 1):
        rows.add_product(i)
    ids = [line.split("\t")[0] for line in rows.of["product"]]
    low, high = min(ids), max(ids)
    within = f"p.id BETWEEN '{low}' AND '{high}'"
    assert psql("product", f"SELECT count(*) FROM product p WHERE {within}").strip() == str(MANY)
    offers, sold_out = map(int, psql("product", "SELECT count(*), count(*) FILTER (WHERE s.on_hand = 0) FROM product p JOIN offer o ON"
                                                f" o.product_id = p.id JOIN stock s ON s.offer_id = o.id WHERE {within}").split("|"))
    assert offers == len(rows.of["offer"]) and 1.4 < offers / MANY < 1.6 and 0.07 < sold_out / offers < 0.13
    told = dict(line.split("|") for line in psql("product", f"""
        SELECT e.type, count(*) FROM event e WHERE e.aggregate IN (
          SELECT 'product/' || p.id FROM product p WHERE {within}
          UNION SELECT 'offer/' || o.id FROM offer o JOIN product p ON p.id = o.product_id WHERE {within}) GROUP BY 1""").splitlines())
    assert told == {"product.ProductCreated": str(MANY), "product.ProductPublished": str(MANY), "product.OfferCreated": str(offers)}
    report = market.check_invariants(wait_s=90)
    assert report["clean"], report["findings"][:5]
    product = anonymous.ok("GET", f"/v1/products/{ids[6]}")
    assert product["title"] == rows.of["product"][6].split("\t")[4]
    assert product["offers"][0]["price"]["amount"] > 0


def test_events_of_the_large_catalogue_are_the_services_own(large, stack, shop):
    """The bytes that product writes for an offer, and those that we would."""
    sold = shop(stock=7)
    product = sold.product
    offer = product["offers"][0]
    row, = psql("product", "SELECT version, aggregate_version, encode(payload, 'hex'), seller_id FROM event WHERE type ="
                           f" 'product.OfferCreated' AND aggregate = 'offer/{offer['id']}'").splitlines()
    ours = seed_bulk.message(f1=offer["id"], f2=product["id"], f3=offer["sellerId"], f4=offer["sku"],
                             f5=seed_bulk.message(f1=offer["price"]["amount"], f2=offer["price"]["currency"]), f6=7)
    assert row.split("|") == ["1", "1", ours.hex(), offer["sellerId"]]


@pytest.mark.parametrize("number", ["x", "0", "3000001", "-1", "1.5"])
def test_what_is_no_number_of_products_is_named(stack, number):
    code, lines, errors = seed(stack, f"--products={number}")
    assert (code, lines) == (1, []) and len(errors) == 1 and number in errors[0] and "--products" in errors[0]


def test_a_database_out_of_reach_is_said_in_one_sentence(stack):
    """Of a composition or a cluster this program knows the public port only."""
    command = [sys.executable, market.ROOT / "tools/seed.py", "--products", "10", "--url", stack["url"], "--ca", stack["caFile"],
               "--operator-email", stack["operator"]["email"], "--operator-password-file", stack["operator"]["passwordFile"]]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "./market up" in done.stderr
