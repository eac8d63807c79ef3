"""What people type, and the form it is kept in: text, passwords, languages, e-mails, places, names of shops and where their logos are,
what is named twice. Through REST, and where it matters that no gateway helped, through gRPC."""

import unicodedata
import uuid

import grpc
import pytest

import market
from market import new_key, psql
from pictures import uploaded
from test_grpc import by_name, channel, request_of, unary  # noqa: F401: a fixture is among them

NFD_NAME, NFC_NAME = "Jose\u0301 A\u030angstro\u0308m", "José Ångström"


def refused(answer, field, reason=None):
    """A 400 that names the field in words for a person."""
    assert answer.status_code == 400, f"{answer.status_code} {answer.text[:500]}"
    named = {error["field"]: error for error in answer.json()["fields"]}
    assert field in named, named
    assert reason in (None, named[field]["reason"]), named
    assert named[field]["detail"]


@pytest.fixture(scope="module")
def ada(stack):
    return market.Person(stack["url"], stack["caFile"], "Ada")


@pytest.fixture(scope="module")
def sam(stack):
    owner = market.Person(stack["url"], stack["caFile"], "Sam")
    owner.open_seller()
    return owner


def profile(person, **members):
    return person.call("PATCH", "/v1/users/me", members)


def new_product(category, **members):
    return {"title": "Engine", "categoryId": category,
            "offers": [{"sku": "E-" + uuid.uuid4().hex[:12], "options": {"size": "M"}, "price": {"amount": 1999, "currency": "EUR"},
                        "stock": 1}], **members}


def create(person, category, **members):
    return person.post(f"/v1/sellers/{person.seller}/products", new_product(category, **members), key=new_key())


# --- text ---------------------------------------------------------------------------------------------------------------

def test_text_is_kept_in_nfc(ada, sam, category):
    assert unicodedata.normalize("NFC", NFD_NAME) == NFC_NAME != NFD_NAME
    assert profile(ada, givenName=NFD_NAME).json()["givenName"] == NFC_NAME
    product = create(sam, category, title="Cafe\u0301", description="a\u0301", attributes={"e\u0301": "o\u0302"}).json()
    assert (product["title"], product["description"], product["attributes"]) == ("Café", "á", {"é": "ô"})


def test_text_is_kept_in_nfc_over_grpc(channel, ada):  # noqa: F811
    update = by_name("UpdateMyProfile")
    request = request_of(update)
    request.profile.family_name = NFD_NAME
    answer = unary(channel, update)(request, metadata=[("authorization", f"Bearer {ada.token}")], timeout=15)
    assert answer.family_name == NFC_NAME
    request.profile.family_name = "\u200b"
    with pytest.raises(grpc.RpcError) as failure:
        unary(channel, update)(request, metadata=[("authorization", f"Bearer {ada.token}")], timeout=15)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_one_request_in_two_forms_is_one_request(sam, category):
    """The fingerprint of an idempotency key is that of the text as it is kept."""
    key, body = new_key(), new_product(category, title="Café")
    path = f"/v1/sellers/{sam.seller}/products"
    first = sam.ok("POST", path, body, key=key)
    assert sam.ok("POST", path, {**body, "title": "Cafe\u0301"}, key=key)["id"] == first["id"]


def test_keys_that_become_one_are_refused(sam, category):
    refused(create(sam, category, attributes={"é": "1", "e\u0301": "2"}), "attributes.é", "DUPLICATE")
    refused(create(sam, category, attributes={"a": "1", " a": "2"}), "attributes.a", "DUPLICATE")


INVISIBLE = ["\u200b", " ", "\u00a0\u3000", "\u200d\u200c", "\ufe0f", "\u3164", "\u2800", "\u0301", "\u00ad"]
BROKEN = ["a\nb", "a\tb", "a\rb", "a\u2028b", "a\u2029b", "a\u0085b"]


@pytest.mark.parametrize("text", INVISIBLE + BROKEN, ids=ascii)
def test_one_line_has_no_break_and_something_to_see(ada, sam, category, text):
    refused(profile(ada, displayName=text), "displayName", "INVALID_TEXT")
    refused(create(sam, category, title=text), "title", "INVALID_TEXT")


def test_names_need_something_to_see_at_sign_up_too(anonymous):
    body = {"email": f"x-{uuid.uuid4().hex}@example.test", "password": "correct horse battery", "displayName": "\u200b"}
    refused(anonymous.post("/v1/accounts", body), "displayName", "INVALID_TEXT")


def test_white_space_at_the_ends_of_a_line_goes(ada):
    assert profile(ada, displayName=" \u3000Ada\u00a0 ").json()["displayName"] == "Ada"


def test_lines_keep_their_breaks(sam, category):
    product = create(sam, category, description="a\r\nb\rc\td\u2028e\n").json()
    assert product["description"] == "a\nb\nc\td\ne\n"
    refused(create(sam, category, description="\n\t\u200b"), "description", "INVALID_TEXT")


def test_lengths_are_those_of_the_kept_form(ada):
    assert profile(ada, givenName="e\u0301" * 100).json()["givenName"] == "é" * 100
    refused(profile(ada, givenName="e\u0301" * 101), "givenName", "TOO_LONG")


# --- passwords ------------------------------------------------------------------------------------------------------------

def sign_up(anonymous, password):
    email = f"typist-{uuid.uuid4().hex[:16]}@example.test"
    return email, anonymous.post("/v1/accounts", {"email": email, "password": password, "displayName": "Ada"})


def test_password_is_the_same_from_every_keyboard(anonymous):
    email, created = sign_up(anonymous, "café au lait")
    assert created.is_success, created.text
    for typed, status in [("cafe\u0301\u00a0au\u3000lait", 201), ("cafe au lait", 401)]:
        assert anonymous.post("/v1/sessions", {"email": email, "password": typed}).status_code == status


@pytest.mark.parametrize("password", ["e\u0301" * 7, "\u0958" * 65, "correct\nhorse", "correct\u200dhorse", "correct\ue000horse"], ids=ascii)
def test_passwords_that_are_refused(anonymous, password):
    refused(sign_up(anonymous, password)[1], "password")


def test_password_length_counts_what_is_hashed(anonymous):
    words = "violet anchor teapot"
    assert sign_up(anonymous, words + "e\u0301" * (128 - len(words)))[1].is_success
    refused(sign_up(anonymous, words + "e\u0301" * (129 - len(words)))[1], "password", "TOO_LONG")


# --- languages, e-mails ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("sent,kept", [("zh-Hant-TW", "zh-Hant-TW"), ("ZH-hant-tw", "zh-Hant-TW"), ("EN-gb", "en-GB"), ("es-419", "es-419"),
                                       ("de", "de"), ("", "")])
def test_languages_are_kept_in_their_case(ada, sent, kept):
    answer = ada.call("PATCH", "/v1/users/me?updateMask=locale", {"locale": sent})
    assert answer.is_success, answer.text
    assert answer.json().get("locale", "") == kept


@pytest.mark.parametrize("sent", ["en_GB", "english", "e", "en-GB-Latn", "en-", "-", "en-GBR", "de-1996", "x-klingon"])
def test_what_is_no_language(ada, sent):
    refused(profile(ada, locale=sent), "locale", "INVALID_LANGUAGE")


EMAILS = [".a@x.test", "a.@x.test", "a..b@x.test", '"a b"@x.test', "a@x", "a@[127.0.0.1]", "a@127.0.0.1", "a@x..test", "a@-x.test",
          "a" * 65 + "@x.test", "josé@x.test", "a b@x.test", "a@x.test "]


@pytest.mark.parametrize("email", EMAILS)
def test_what_is_no_email(anonymous, email):
    refused(anonymous.post("/v1/accounts", {"email": email, "password": "correct horse battery", "displayName": "Ada"}), "email",
            "INVALID_EMAIL")


@pytest.mark.operations("auth.SignUp")
def test_emails_of_rfc_5321(anonymous):
    for local in ("a.b+c", "o'neil", "!#$%&*-/=?^_`{|}~"):
        email = f"{local}{uuid.uuid4().hex[:16]}@x-y.example.test"
        assert anonymous.post("/v1/accounts", {"email": email, "password": "correct horse battery", "displayName": "A"}).is_success


# --- places ---------------------------------------------------------------------------------------------------------------

def address(country, **members):
    return {"recipient": "Ada", "lines": ["1 Street"], "countryCode": country, **members}


@pytest.mark.parametrize("country,members", [
    ("SG", {"postalCode": "546080"}), ("VA", {}), ("HK", {}), ("XK", {"city": "Prishtina", "postalCode": "10000"}), ("IE", {"city": "Cork"}),
    ("US", {"city": "Boise", "region": "ID", "postalCode": "83702"}), ("JP", {"region": "Tokyo", "postalCode": "154-0023"})])
def test_a_place_needs_what_its_country_needs(person, country, members):
    kept = person().ok("POST", "/v1/users/me/addresses", address(country, **members), key=new_key())
    assert {name: kept[name] for name in members} == members
    assert kept.get("city", "") == members.get("city", "")


@pytest.mark.parametrize("country,members,field", [
    ("GB", {"postalCode": "NW1 6XE"}, "city"), ("GB", {"city": "London"}, "postalCode"),
    ("US", {"city": "Boise", "postalCode": "83702"}, "region"), ("CA", {"city": "Ottawa", "postalCode": "K1A 0B1"}, "region"),
    ("AU", {"city": "Perth", "postalCode": "6000"}, "region"), ("DE", {"city": "Bonn", "postalCode": "5311"}, "postalCode"),
    ("GB", {"city": "London", "postalCode": "SW1"}, "postalCode"), ("XX", {"city": "x"}, "countryCode")])
def test_what_is_no_place(ada, country, members, field):
    refused(ada.post("/v1/users/me/addresses", address(country, **members), key=new_key()), field)


def test_postal_codes_are_kept_as_the_country_writes_them(person):
    somebody = person()
    for country, sent, kept in [("GB", "nw16xe", "NW1 6XE"), ("CA", "k1a0b1", "K1A 0B1"), ("PL", "00950", "00-950"), ("LU", "L-4750", "4750")]:
        body = address(country, city="City", region="Region", postalCode=sent)
        assert somebody.ok("POST", "/v1/users/me/addresses", body, key=new_key())["postalCode"] == kept


@pytest.mark.operations("user.ListMyAddresses")
def test_a_change_is_judged_by_the_address_that_it_makes(person):
    somebody = person()
    path = "/v1/users/me/addresses/" + somebody.add_address()
    refused(somebody.call("PATCH", path, {"city": "Paris", "countryCode": "FR"}), "postalCode", "INVALID_POSTAL_CODE")
    refused(somebody.call("PATCH", path + "?updateMask=city", {"city": ""}), "city", "REQUIRED")
    moved = somebody.ok("PATCH", path, {"city": "Paris", "countryCode": "FR", "postalCode": "75001"})
    assert (moved["city"], moved["postalCode"]) == ("Paris", "75001")
    assert somebody.ok("GET", "/v1/users/me/addresses")["addresses"] == [moved]


# --- shops ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("slug", ["admin", "api", "www", "docs", "support", "postmaster", "xn--bcher-kva", "marketplace"])
def test_reserved_slugs(ada, slug):
    body = {"displayName": "Shop", "slug": slug, "countryCode": "GB"}
    refused(ada.post("/v1/sellers", body, key=new_key()), "slug", "RESERVED")


@pytest.mark.parametrize("host", [
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "2130706433", "0x7f.1", "0177.0.0.1",
    "127.1", "[::1]", "[::ffff:10.0.0.1]", "localhost", "a.localhost", "printer.local", "metadata.google.internal", "intranet",
    "example.com:0", "example.com:65536", "example.com:99999", "user@example.com", "user:password@example.com"])
def test_logos_lead_to_the_public_internet(sam, host):
    refused(sam.call("PATCH", f"/v1/sellers/{sam.seller}", {"logo": f"https://{host}/a.jpg"}), "logo", "INVALID_URL")


# --- the same twice ---------------------------------------------------------------------------------------------------------

def test_a_picture_twice_counts_once(sam, category):
    picture = uploaded(sam)["id"]
    assert [one["id"] for one in create(sam, category, pictureIds=[picture] * 2).json()["pictures"]] == [picture]


def test_a_sku_twice_is_refused(sam, category):
    offers = new_product(category)["offers"]
    refused(create(sam, category, offers=offers * 2), "offers[1].sku", "DUPLICATE")


def test_a_variant_twice_is_refused(sam, category):
    offers = [{**new_product(category)["offers"][0], "options": {"size": "M", "colour": "blue"}} for _ in range(2)]
    refused(create(sam, category, offers=offers), "offers[1].options", "DUPLICATE")


def test_a_field_twice_in_a_mask_is_one(ada):
    answer = ada.ok("PATCH", "/v1/users/me?updateMask=givenName,givenName", {"givenName": "Augusta"})
    assert answer["givenName"] == "Augusta"


def test_an_offer_twice_in_an_order_is_one_line(buyer, shop):
    sold = shop(stock=5)
    order = buyer.place((sold.offer, 1), (sold.offer, 2)).json()
    assert [line["quantity"] for part in order["sellerOrders"] for line in part["lines"]] == [3]


def test_a_part_twice_in_a_cancellation_is_one(buyer, shop):
    order = buyer.place((shop().offer, 1)).json()
    part = order["sellerOrders"][0]["id"]
    answer = buyer.post(f"/v1/orders/{order['id']}:cancel", {"sellerOrderIds": [part, part.upper()]}, key=new_key())
    assert answer.is_success, answer.text
    assert answer.json()["state"] == "CANCELLED"


# --- orders -----------------------------------------------------------------------------------------------------------------

def test_the_number_of_an_order_is_on_record(buyer, shop):
    order = buyer.place((shop().offer, 1)).json()
    assert psql("order", f"SELECT order_id FROM order_number WHERE number = '{order['number']}'").strip() == order["id"]
