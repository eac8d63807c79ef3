"""What a hostile client may put into the fields of a request, two and more at once: every answer is one that the contract states
for the operation, never a 5xx, and a refusal is a problem document with a reason of the list.

The rows are pairwise: of any two fields, each pair of their values comes together in some row, as far as MARKET_HOSTILE rows go.
MARKET_SEED shuffles them.
"""

import functools
import itertools
import json
import os
import random
import re
import urllib.parse
import uuid

import pytest
from google.protobuf import descriptor as d

import contract
import market
from deploy.lib import topology

ROWS = int(os.environ.get("MARKET_HOSTILE", "20"))
SEED = os.environ.get("MARKET_SEED", "1")
LONE_SURROGATE = "lone surrogate"    # json can't write it: stands for "\ud800"

TEXTS = ["", " ", "\t", "line\nbreak", "nul\0", "\x1b[2J", "\u202egnp.exe", "\u200b\u200d", "\u2028", "\ufeff", "\uffff", "e\u0301", "ﬁ",
         "\U0001f469\u200d\U0001f52c" * 40, "a" + "\u0301" * 500, "x" * 300_000, "x" * 20_000, "' OR 1=1 --", "{{7*7}}", "%00%0d%0a",
         "../../etc", "<script>alert(1)</script>", LONE_SURROGATE, "NULL", "true", "-0"]
FORMS = [None, True, 0, -1, 1.5, 1e308, [], {}, [[]], {"a": {"b": {}}}]
NUMBERS = [-1, 0, 2**31, 2**53 + 1, 2**63, 2**64, -2**63 - 1, 1e18, 0.5, "1", "0x1", "1e3", "", "NaN", " 1"]
IDS = ["", "0", str(uuid.UUID(int=0)), "not-a-uuid", str(uuid.uuid4()), str(uuid.uuid4()).upper(), "{" + str(uuid.uuid4()) + "}",
       str(uuid.uuid4())[:-1], "٠" * 36]
FILES = [b"", b"a file", b"\0" * 100, b"\xff\xd8\xff" + b"\0" * 2000, b"\x89PNG\r\n\x1a\n" + b"\xff" * 300_000, b"sku,title\n" + b'=1+1,"\n' * 1000]
LISTS = [[], [[]], [None], ["x"] * 2000, [{}] * 101]


@functools.cache
def statuses():
    """{(verb, route): the statuses that docs/openapi.yaml states}"""
    return {(verb.upper(), path): {int(status) for status in operation["responses"]}
            for path, item in contract.openapi()["paths"].items() for verb, operation in item.items() if verb != "parameters"}


@functools.cache
def reasons():
    text = (topology.ROOT / "proto/marketplace/options/v1/reason.proto").read_text()
    return set(re.findall(r"^  ([A-Z_]+) = [1-9]", text, re.MULTILINE))


def hostile(field, depth=0):
    """Values for one field, the legal one first."""
    rules = contract.rules_of(field)
    legal = contract.sample_value(field, {})
    if field.message_type and field.message_type.GetOptions().map_entry:
        return [{"a": "b"}, {"": ""}, {"x" * 5000: "y"}, {"k" * i: "v" for i in range(1, 60)}, {"a": None}, *FORMS]
    if field.label == d.FieldDescriptor.LABEL_REPEATED:
        one = hostile_of_type(field, rules, depth)
        return [[legal], [legal, legal], [legal, *one[:1]], *([value] for value in one), *LISTS, *FORMS]
    return [legal, *hostile_of_type(field, rules, depth), *FORMS]


def hostile_of_type(field, rules, depth):
    if field.message_type:
        if depth > 1:
            return []
        inner = {one: hostile(one, depth + 1) for one in field.message_type.fields}
        return [{contract.camel(one.name): value} for one, values in inner.items() for value in values]
    if field.type == d.FieldDescriptor.TYPE_STRING:
        return [*(IDS if rules.uuid else []), *TEXTS, *(["x" * (rules.max_len + 1)] if rules.max_len else [])]
    if field.type == d.FieldDescriptor.TYPE_ENUM:
        return ["NO_SUCH", "", 0, 99, -1, 2**40, field.enum_type.values[0].name]
    if field.type == d.FieldDescriptor.TYPE_BOOL:
        return ["true", "1", 2]
    return [*NUMBERS, rules.min - 1, rules.max + 1]


def pairwise(columns, rows, rng):
    """Rows of one index per column that together hold as many pairs of (column, index) as `rows` rows can, taken greedily."""
    indexes = [range(len(column)) for column in columns]
    pairs = [((i, x), (j, y)) for (i, xs), (j, ys) in itertools.combinations(enumerate(indexes), 2) for x in xs for y in ys]
    if len(columns) == 1:
        pairs = [((0, x), (0, x)) for x in indexes[0]]
    rng.shuffle(pairs)
    while pairs and rows:
        row, left = {}, []
        for pair in pairs:
            (i, x), (j, y) = pair
            if row.get(i, x) == x and row.get(j, y) == y:
                row[i], row[j] = x, y
            else:
                left.append(pair)
        pairs, rows = left, rows - 1
        yield [row.get(i, 0) for i in range(len(columns))]


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


def requests(method, ids, rng):
    """(path, body or None) for each row."""
    fields = [field for field in method.descriptor.input_type.fields
              if field.name not in ("if_match", method.upload) and not contract.rules_of(field).header]
    # The hostile values of what names the thing come last: mostly it is one that exists.
    columns = [[ids[field.name], *IDS] if field.name in ids else hostile(field) for field in fields]
    for row in pairwise(columns, ROWS, rng):
        values = {field.name: column[index] for field, column, index in zip(fields, columns, row)}
        path = re.sub(r"{(\w+)}", lambda found, values=values: urllib.parse.quote(text_of(values.pop(found[1]))[:1000], safe=""),
                      method.route)
        body = None
        if method.body == "*":
            body = {contract.camel(name): value for name, value in values.items()}
        elif method.body:
            body = values.pop(method.body)
        if method.body != "*" and values:
            path += "?" + urllib.parse.urlencode({contract.camel(name): text_of(value)[:3000] for name, value in values.items()
                                                  if rng.random() < 0.7})
        yield path, rng.choice(FILES) if method.upload else body


@pytest.fixture(scope="module")
def world(stack, category):
    """Somebody with a shop, a product, an address and an order, and the ids of all that, by the names of fields."""
    one = market.Person(stack["url"], stack["caFile"], "Sam")
    one.add_address()
    one.open_seller()
    product = one.create_product(category, stock=1000)
    offer = product["offers"][0]["id"]
    order = one.ok("POST", "/v1/orders", one.order_body((offer, 1)), key=market.new_key())
    return one, {"address_id": one.address, "shipping_address_id": one.address, "seller_id": one.seller, "category_id": category,
                 "product_id": product["id"], "offer_id": offer, "order_id": order["id"],
                 "seller_order_id": order["sellerOrders"][0]["id"]}


METHODS = [method for method in contract.methods() if method.verb and list(method.descriptor.input_type.fields)]


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_whatever_comes_the_answer_is_a_stated_one(world, operator, method):
    somebody, ids = world
    client = operator if "OPERATOR" in method.audiences and "SELLER" not in method.audiences else somebody
    rng = random.Random(f"{SEED} {method}")
    route = re.sub(r"{(\w+)}", lambda found: "{" + contract.camel(found[1]) + "}", method.route)
    stated, sent = statuses()[method.verb, route], 0
    for path, body in requests(method, ids, rng):
        headers = {"Idempotency-Key": market.new_key()} if method.needs_key else {}
        content = None
        if isinstance(body, bytes):
            content = body
        elif body is not None:
            content = json.dumps(body).replace(json.dumps(LONE_SURROGATE), '"\\ud800"')
            headers["Content-Type"] = "application/json"
        answer = client.call(method.verb, path, content=content, headers=headers)
        shown = f"{method.verb} {path[:300]} {(content or '')[:600]!r}\n{answer.status_code} {answer.text[:600]}"
        # A hostile id can make another path of it, or none.
        assert answer.status_code in stated | {404, 405}, shown
        assert answer.status_code < 500, shown
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json"), shown
            assert answer.json()["reason"] in reasons(), shown
            assert answer.json()["status"] == answer.status_code, shown
        sent += 1
    assert sent >= min(ROWS, 5)


def test_rows_hold_every_pair():
    columns = [range(3), range(4), range(2)]
    rows = list(pairwise(columns, 1000, random.Random(1)))
    held = {((i, row[i]), (j, row[j])) for row in rows for i, j in itertools.combinations(range(3), 2)}
    assert len(held) == 3 * 4 + 3 * 2 + 4 * 2 and len(rows) < 3 * 4 * 2
