"""Texts in several languages: who is shown which, who may write them, and that they are found."""

import pathlib
import urllib.parse
import uuid

import grpc
import pytest

import market
from market import new_key, until
from test_bad_input import problem
from test_grpc import by_name, request_of, unary

RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.5"}
TEN = ["cs", "da", "de", "es", "fi", "fr", "it", "nl", "pl", "pt-BR"]


@pytest.fixture(scope="module")
def channel(stack):
    roots = grpc.ssl_channel_credentials(pathlib.Path(stack["caFile"]).read_bytes())
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, roots) as opened:
        yield opened


@pytest.fixture
def sextant(person, category):
    """(its maker, a published product of theirs in English, German and Russian, a word that is in its titles alone)."""
    owner = person("Sam")
    owner.open_seller()
    word = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:14])
    body = {"title": f"Sextant {word}", "description": "Brass.", "categoryId": category,
            "translations": [{"language": "ru", "title": f"Секстант {word}", "description": "Латунь."},
                             {"language": "de", "title": f"Winkelmesser für Seefahrer {word}"}],
            "offers": [{"sku": "L-" + uuid.uuid4().hex[:12], "price": {"amount": 1999, "currency": "EUR"}, "stock": 5}]}
    product = owner.ok("POST", f"/v1/sellers/{owner.seller}/products", body, key=new_key())
    return owner, owner.ok("POST", f"/v1/products/{product['id']}:publish", {}), word


def texts(product):
    return product["textLanguage"], product["title"].split()[0], product.get("description")


def test_a_reader_is_shown_the_best_language(sextant, anonymous, channel):
    _, product, _ = sextant
    path = f"/v1/products/{product['id']}"
    assert (product["language"], product["languages"]) == ("en", ["en", "de", "ru"])
    for header, named, shown in [(None, None, ("en", "Sextant", "Brass.")), (RUSSIAN, None, ("ru", "Секстант", "Латунь.")),
                                 (RUSSIAN, "de-AT", ("de", "Winkelmesser", None)), (RUSSIAN, "fr", ("ru", "Секстант", "Латунь.")),
                                 ({"Accept-Language": "?!, ;q=x, *"}, None, ("en", "Sextant", "Brass.")),
                                 ({"Accept-Language": "fr, en;q=0.4, ru;q=0.2"}, None, ("en", "Sextant", "Brass."))]:
        answer = anonymous.get(path, headers=header, params={"language": named} if named else None)
        assert answer.status_code == 200 and texts(answer.json()) == shown, (header, named, answer.text)
        assert answer.headers["Content-Language"] == shown[0]
        assert "accept-language" in answer.headers["Vary"].lower() and answer.headers["Cache-Control"] == "no-cache"
    problem(anonymous.get(path, params={"language": "klingon!"}), 400, "INVALID_ARGUMENT")

    # Each language has a tag of its own, so nobody is told that another one's answer is what it was.
    tag = anonymous.get(path, headers=RUSSIAN).headers["ETag"]
    assert anonymous.get(path, headers={**RUSSIAN, "If-None-Match": tag}).status_code == 304
    assert anonymous.get(path, headers={"If-None-Match": tag}).status_code == 200

    get = by_name("GetProduct")
    request = request_of(get)
    request.product_id = product["id"]
    assert unary(channel, get)(request, metadata=[("accept-language", "ru")], timeout=15).text_language == "ru"
    request.language = "de"
    assert unary(channel, get)(request, metadata=[("accept-language", "ru")], timeout=15).text_language == "de"


@pytest.mark.operations("product.ListTranslations", "product.PutTranslation", "product.DeleteTranslation")
def test_a_shop_says_it_in_another_language(sextant, anonymous, operator, channel):
    owner, product, _ = sextant
    path = f"/v1/products/{product['id']}"
    before = owner.ok("GET", path)["etag"]
    put = owner.call("PUT", f"{path}/translations/FR", {"title": "Sextant de marine", "description": "Laiton."}, headers={"If-Match": f'"{before}"'})
    assert put.status_code == 200 and put.headers["ETag"].strip('"') == put.json()["etag"], put.text
    assert (put.json()["language"], put.json()["title"]) == ("fr", "Sextant de marine")
    assert owner.ok("PUT", f"{path}/translations/fr", {"title": "Sextant de marine", "description": "Laiton."})["etag"] == put.json()["etag"]
    assert texts(anonymous.ok("GET", path, params={"language": "fr-CA"})) == ("fr", "Sextant", "Laiton.")
    for reader in (owner, operator):
        listed = reader.ok("GET", f"{path}/translations")["translations"]
        assert [each["language"] for each in listed] == ["de", "fr", "ru"] and listed[1]["description"] == "Laiton."
    problem(owner.call("PUT", f"{path}/translations/fr", {"title": "Tard"}, headers={"If-Match": f'"{before}"'}), 412, "ETAG_MISMATCH")
    problem(owner.call("DELETE", f"{path}/translations/fr", headers={"If-Match": f'"{before}"'}), 412, "ETAG_MISMATCH")
    assert owner.call("DELETE", f"{path}/translations/fr").status_code == 204
    problem(owner.call("DELETE", f"{path}/translations/fr"), 404, "NOT_FOUND")
    assert texts(anonymous.ok("GET", path, params={"language": "fr"}))[0] == "en"

    # The same over gRPC.
    request = request_of(by_name("PutTranslation"))
    request.product_id, request.language, request.title = product["id"], "it", "Sestante"
    mine = [("authorization", f"Bearer {owner.token}")]
    assert unary(channel, by_name("PutTranslation"))(request, metadata=mine, timeout=15).language == "it"
    listing = request_of(by_name("ListTranslations"))
    listing.product_id = product["id"]
    assert len(unary(channel, by_name("ListTranslations"))(listing, metadata=mine, timeout=15).translations) == 3


def test_what_is_no_translation(sextant, person, operator):
    owner, product, _ = sextant
    path = f"/v1/products/{product['id']}/translations"
    for language, body, field in [("en", {"title": "Again"}, "language"), ("e", {"title": "Short"}, "language"),
                                  ("fr", {"title": " "}, "title"), ("fr", {"title": "t" * 201}, "title"),
                                  ("fr", {"title": "T", "description": "d" * 10_001}, "description")]:
        refusal = problem(owner.call("PUT", f"{path}/{language}", body), 400, "INVALID_ARGUMENT")
        assert [each["field"] for each in refusal["fields"]] == [field], refusal
    for language in TEN[:-2]:
        if language != "de":
            owner.ok("PUT", f"{path}/{language}", {"title": language})
    owner.ok("PUT", f"{path}/{TEN[-2]}", {"title": "last but one"})
    refusal = problem(owner.call("PUT", f"{path}/{TEN[-1]}", {"title": "one too many"}), 409, "LIMIT_REACHED")
    assert refusal["metadata"]["limit"] == 10
    stranger = person("Eve")
    stranger.open_seller()
    problem(stranger.call("PUT", f"{path}/fr", {"title": "Mine"}), 404, "NOT_FOUND")
    operator.ok("POST", f"/v1/products/{product['id']}:takeDown", {"reason": "It infringes a patent."})
    problem(owner.call("PUT", f"{path}/fr", {"title": "Late"}), 409, "ILLEGAL_TRANSITION")


def test_what_is_translated_is_found_and_shown(sextant, anonymous, buyer, channel):
    owner, product, word = sextant

    def found(query, **arguments):
        return anonymous.ok("GET", "/v1/products", params={"query": query}, **arguments).get("products", [])

    until(lambda: found(word), "the product to be found")
    card, = found(f"секстант {word}", headers=RUSSIAN)
    assert texts(card) == ("ru", "Секстант", None)
    assert texts(found(f"winkelmesser fur {word}")[0])[:2] == ("en", "Sextant"), "found in any language, shown in the reader's"
    suggestion = {"text": f"Секстант {word}", "productId": product["id"], "textLanguage": "ru"}
    typed = {"query": f"секстант {word[:10]}", "language": "ru"}
    # They come from the index alone, which may be late while PostgreSQL answers searches for it.
    until(lambda: suggestion in anonymous.ok("GET", "/v1/products:suggest", params=typed)["suggestions"], "the suggestion")
    own = owner.ok("GET", f"/v1/sellers/{owner.seller}/products", headers=RUSSIAN)["products"]
    assert texts(own[0]) == ("ru", "Секстант", "Латунь.")

    # Who buys it in Russian has a Russian order.
    order = buyer.call("POST", "/v1/orders", buyer.order_body((product["offers"][0]["id"], 1)), key=new_key(), headers=RUSSIAN).json()
    assert order["sellerOrders"][0]["lines"][0]["title"] == f"Секстант {word}"

    owner.ok("PUT", f"/v1/products/{product['id']}/translations/ru", {"title": f"Угломер {word}"})
    until(lambda: found(f"угломер {word}") and not found(f"секстант {word}"), "the new title to be found")


@pytest.mark.operations("product.GetCategory")
def test_categories_have_names_by_language(operator, anonymous):
    body = {"name": "Clocks", "slug": "clocks-" + new_key()[:12], "translations": [{"language": "ru", "name": "Часы"}, {"language": "de", "name": "Uhren"}]}
    made = operator.ok("POST", "/v1/categories", body)
    assert made["translations"] == sorted(body["translations"], key=lambda each: each["language"]) and made["textLanguage"] == "en"
    path = f"/v1/categories/{made['id']}"

    def listed(**arguments):
        answer = anonymous.get("/v1/categories", **arguments)
        return answer, next(each for each in answer.json()["categories"] if each["id"] == made["id"])

    russian, shown = listed(headers=RUSSIAN)
    assert (shown["name"], shown["textLanguage"]) == ("Часы", "ru") and not shown["translations"]
    plain, shown = listed()
    assert shown["name"] == "Clocks" and plain.headers["ETag"] != russian.headers["ETag"]
    assert all("accept-language" in answer.headers["Vary"].lower() for answer in (plain, russian))
    one = anonymous.get(path, params={"language": "de"})
    assert (one.json()["name"], one.headers["Content-Language"], len(one.json()["translations"])) == ("Uhren", "de", 2)

    changed = operator.call("PATCH", path, {"translations": [{"language": "fr", "name": "Horloges"}]}, headers={"If-Match": one.headers["ETag"]})
    assert [each["name"] for each in changed.json()["translations"]] == ["Horloges"]
    assert anonymous.ok("GET", path, params={"language": "de"})["name"] == "Clocks"
    for translations, field in [([{"language": "en", "name": "Clocks"}], "translations[0].language"),
                                ([{"language": "fr", "name": "a"}, {"language": "fr", "name": "b"}], "translations[1].language"),
                                ([{"language": f"{a}b", "name": "x"} for a in "abcdefghijk"], "translations")]:
        refusal = problem(operator.call("PATCH", path, {"translations": translations}), 400, "INVALID_ARGUMENT")
        assert [each["field"] for each in refusal["fields"]] == [field], refusal
    problem(anonymous.get(f"/v1/categories/{uuid.uuid4()}"), 404, "NOT_FOUND")


def test_languages_of_a_product_and_its_translations_agree(sextant):
    """Of all that this run has made."""
    wrong = market.psql("product", "SELECT p.id FROM product p WHERE p.languages IS DISTINCT FROM ARRAY(SELECT language FROM"
                                   " product_translation t WHERE t.product_id = p.id ORDER BY language)")
    assert not wrong.strip()
