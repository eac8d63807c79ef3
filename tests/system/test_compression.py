"""JSON above 1 KiB goes out compressed to whoever asks for it; answers with tokens never do. An entity tag stays good."""

import market


def test_a_long_answer_is_compressed_for_who_asks(anonymous, shop):
    product = shop().product
    path = "/v1/products?pageSize=100"
    market.until(lambda: product["id"] in {one["id"] for one in anonymous.ok("GET", path)["products"]}, "the product to be found")
    asked = anonymous.get(path, headers={"Accept-Encoding": "gzip"})
    plain = anonymous.get(path, headers={"Accept-Encoding": "identity"})
    assert len(plain.content) > 1024
    assert asked.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert "accept-encoding" in asked.headers["vary"].lower()
    assert product["id"] in {one["id"] for one in asked.json()["products"]} | {one["id"] for one in plain.json()["products"]}


def test_a_session_is_not_compressed(stack, buyer):
    answer = market.Client(stack["url"], stack["caFile"]).post(
        "/v1/sessions:refresh", {"refreshToken": buyer.session["refreshToken"]}, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200 and len(answer.content) > 512
    assert "content-encoding" not in answer.headers


def test_the_weak_tag_of_a_compressed_answer_is_that_of_the_resource(shop, category):
    owner = shop().owner
    body = {"title": "Difference engine", "description": "Brass, hand-finished. " * 100, "categoryId": category,
            "offers": [{"sku": "E-1", "price": {"amount": 1999, "currency": "EUR"}, "stock": 1}]}
    path = f"/v1/products/{owner.ok('POST', f'/v1/sellers/{owner.seller}/products', body, key=market.new_key())['id']}"
    read = owner.get(path, headers={"Accept-Encoding": "gzip"})
    assert read.headers["content-encoding"] == "gzip" and read.headers["etag"].startswith('W/"')
    assert owner.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": read.headers["etag"]}).status_code == 304
