"""Pictures of shops: uploaded, made anew, shown with products, served by nginx, deleted; and files that are made to hurt."""

import hashlib
import io
import re
import struct
import uuid
import zipfile

import grpc
import pytest

import market
from market import new_key, psql, until
from pictures import drawn, sent, uploaded
from seed_pictures import chunk
from test_bad_input import problem
from test_grpc import by_name, channel, request_of, unary  # noqa: F401

ADDRESS = re.compile(r"/pictures/[0-9a-f]{2}/[0-9a-f]{62}/\d+\.(webp|jpg)")
STARTS = {"webp": (b"RIFF", "image/webp"), "jpg": (b"\xff\xd8\xff", "image/jpeg")}


def owner_of_a_shop(stack, name):
    owner = market.Person(stack["url"], stack["caFile"], name)
    owner.open_seller()
    return owner


@pytest.fixture(scope="module")
def sam(stack):
    return owner_of_a_shop(stack, "Sam")


@pytest.fixture(scope="module")
def rival(stack):
    return owner_of_a_shop(stack, "Riv")


def addresses(picture):
    return [size[kind] for size in picture["media"] for kind in ("webp", "jpeg")]


def made(owner, category, *pictures):
    body = {"title": "Pictured " + new_key(), "categoryId": category, "pictureIds": [one["id"] for one in pictures],
            "offers": [{"sku": "P-" + new_key()[:12], "price": {"amount": 500, "currency": "EUR"}, "stock": 1}]}
    return owner.ok("POST", f"/v1/sellers/{owner.seller}/products", body, key=new_key())


@pytest.mark.operations("product.UploadPicture", "product.GetPicture", "product.ListPictures", "product.UpdatePicture", "product.DeletePicture")
def test_a_picture_from_its_upload_to_its_end(anonymous, sam, category):
    file = drawn(1000, 500, (176, 141, 87))
    answer = sent(sam, file, "The engine, from its left")
    assert answer.status_code == 201, answer.text
    picture = answer.json()
    assert answer.headers["Location"] == f"/v1/pictures/{picture['id']}"
    assert sam.ok("GET", answer.headers["Location"]) == picture
    assert (picture["width"], picture["height"], picture["altText"]) == (1000, 500, "The engine, from its left")
    assert picture["colour"] == "#b08d57" and picture["sellerId"] == sam.seller
    assert [(size["width"], size["height"]) for size in picture["media"]] == [(160, 80), (480, 240), (960, 480)]
    assert all(ADDRESS.fullmatch(address) for address in addresses(picture))
    assert hashlib.sha256(file).hexdigest()[2:] in picture["media"][0]["webp"]
    assert sent(sam, file, "again").json()["id"] == picture["id"]
    assert picture in sam.ok("GET", f"/v1/sellers/{sam.seller}/pictures?pageSize=100")["pictures"]

    for address in addresses(picture):
        start, media_type = STARTS[address.rpartition(".")[2]]
        served = anonymous.get(address)
        assert served.status_code == 200 and served.content.startswith(start) and served.headers["Content-Type"] == media_type
        assert served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert served.headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in served.headers["Content-Security-Policy"]
        assert anonymous.get(address, headers={"If-None-Match": served.headers["ETag"]}).status_code == 304
        assert anonymous.call("POST", address).status_code == 405

    product = made(sam, category, picture)
    shown = product["pictures"][0]
    assert shown == {name: picture[name] for name in ("id", "altText", "width", "height", "colour", "media")}
    problem(sam.call("DELETE", f"/v1/pictures/{picture['id']}"), 409, "PICTURE_IN_USE")
    changed = sam.call("PATCH", f"/v1/pictures/{picture['id']}", {"altText": "In brass"}, headers={"If-Match": picture["etag"]})
    assert changed.status_code == 200 and changed.json()["altText"] == "In brass"
    problem(sam.call("PATCH", f"/v1/pictures/{picture['id']}", {"altText": "Late"}, headers={"If-Match": picture["etag"]}), 412, "ETAG_MISMATCH")
    path = f"/v1/products/{product['id']}"
    assert sam.ok("GET", path)["pictures"][0]["altText"] == "In brass"

    assert sam.ok("PATCH", path, {"title": product["title"]}, params={"updateMask": "pictureIds"})["pictures"] == []
    assert sam.call("DELETE", f"/v1/pictures/{picture['id']}").status_code == 204
    problem(sam.get(f"/v1/pictures/{picture['id']}"), 404, "NOT_FOUND")
    for address in addresses(picture):
        until(lambda address=address: anonymous.get(address).status_code == 404, "its files to go")
    problem(anonymous.get(addresses(picture)[0]), 404, "NOT_FOUND")


def test_products_show_pictures_in_their_order_and_lists_the_first(anonymous, sam, category):
    one, two = uploaded(sam), uploaded(sam)
    product = made(sam, category, two, one)
    path = f"/v1/products/{product['id']}"
    sam.ok("POST", f"{path}:publish", {})
    assert [each["id"] for each in anonymous.ok("GET", path)["pictures"]] == [two["id"], one["id"]]

    def found():
        answer = anonymous.ok("GET", "/v1/products", params={"query": product["title"], "sellerId": sam.seller})
        return next((each for each in answer["products"] if each["id"] == product["id"]), None)

    assert [each["id"] for each in until(found, "the product to be found")["pictures"]] == [two["id"]]
    moved = sam.ok("PATCH", path, {"pictureIds": [one["id"], two["id"]]})
    assert [each["id"] for each in moved["pictures"]] == [one["id"], two["id"]]


def test_a_product_has_pictures_of_its_shop_alone(sam, rival, category):
    theirs, own = uploaded(rival), uploaded(sam)
    for wrong in (theirs["id"], str(uuid.uuid4())):
        body = {"title": "Wrong", "categoryId": category, "pictureIds": [own["id"], wrong]}
        refusal = problem(sam.post(f"/v1/sellers/{sam.seller}/products", body, key=new_key()), 400, "INVALID_ARGUMENT")
        assert (refusal["fields"][0]["field"], refusal["fields"][0]["reason"]) == ("pictureIds[1]", "UNKNOWN_PICTURE")
    body = {"title": "Many", "categoryId": category, "pictureIds": [str(uuid.uuid4()) for _ in range(11)]}
    assert problem(sam.post(f"/v1/sellers/{sam.seller}/products", body, key=new_key()), 400, "INVALID_ARGUMENT")["fields"][0]["field"] == "pictureIds"
    # A URL of anybody's is no picture any more.
    body = {"title": "URL", "categoryId": category, "pictures": ["https://example.com/a.jpg"]}
    problem(sam.post(f"/v1/sellers/{sam.seller}/products", body, key=new_key()), 400, "UNKNOWN_FIELD")
    path = f"/v1/pictures/{theirs['id']}"
    for verb, change in (("GET", None), ("PATCH", {"altText": "Mine"}), ("DELETE", None)):
        problem(sam.call(verb, path, change), 404, "NOT_FOUND")
    problem(sent(sam, drawn(), seller=rival.seller), 404, "NOT_FOUND")
    problem(sam.get(f"/v1/sellers/{rival.seller}/pictures"), 404, "NOT_FOUND")


def test_one_file_of_two_shops_stays_until_both_let_it_go(anonymous, sam, rival):
    file = drawn()
    one, two = uploaded(sam, file), uploaded(rival, file)
    assert one["id"] != two["id"] and addresses(one) == addresses(two)
    assert sam.call("DELETE", f"/v1/pictures/{one['id']}").status_code == 204
    assert anonymous.get(addresses(two)[0]).status_code == 200
    assert rival.call("DELETE", f"/v1/pictures/{two['id']}").status_code == 204
    until(lambda: anonymous.get(addresses(two)[0]).status_code == 404, "its files to go")


def huge(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01") + chunk(b"IEND", b"")


def zipped():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "a")
    return archive.getvalue()


UNREADABLE = {
    "a page": b"<html><script>alert(1)</script></html>", "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    "GIF": b"GIF89a\x01\0\x01\0\0\0\0;", "PDF": b"%PDF-1.7\n", "an archive before": zipped() + drawn(), "an archive behind": drawn() + zipped(),
    "a page behind": drawn() + b"<script>alert(1)</script>", "half of one": drawn(300, 300)[:-40], "one byte": b"\xff"}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_picture_is_refused(sam, kind):
    for media_type in ("image/png", "application/octet-stream"):
        problem(sent(sam, UNREADABLE[kind], media_type=media_type), 400, "PICTURE_UNREADABLE")


def test_what_is_too_large_is_refused(sam):
    for width, height in ((50_000, 50_000), (16_384, 1), (12_000, 12_000)):
        problem(sent(sam, huge(width, height)), 413, "PICTURE_TOO_LARGE")
    problem(sent(sam, drawn() + b"\0" * (10 * 1024 * 1024)), 413, "BODY_TOO_LARGE")


def test_a_shop_has_as_many_pictures_as_it_may(person):
    owner = person("Max")
    owner.open_seller()
    uploaded(owner)
    psql("product", f"""
      WITH files AS (INSERT INTO picture_file (content, width, height, colour)
        SELECT encode(sha256(('{owner.seller} ' || i)::bytea), 'hex'), 1, 1, '#000000' FROM generate_series(1, 9999) i RETURNING content)
      INSERT INTO picture (id, seller_id, content, alt_text) SELECT gen_random_uuid(), '{owner.seller}', content, '' FROM files""")
    assert problem(sent(owner, drawn()), 409, "LIMIT_REACHED")["metadata"]["limit"] == 10_000
    psql("product", f"""
      DELETE FROM picture WHERE seller_id = '{owner.seller}';
      DELETE FROM picture_file f WHERE width = 1 AND colour = '#000000' AND NOT EXISTS (SELECT FROM picture p WHERE p.content = f.content)""")


def test_over_grpc_a_client_makes_the_pieces_itself(channel, sam):  # noqa: F811
    metadata = [("authorization", f"Bearer {sam.token}")]
    file = drawn(300, 200)
    upload, pieces = by_name("UploadPicture"), by_name("AddPiece")
    request = request_of(upload)
    request.seller_id, request.alt_text = sam.seller, "In pieces"
    request.upload.id, request.upload.size, request.upload.sha256 = str(uuid.uuid4()), len(file), hashlib.sha256(file).hexdigest()
    with pytest.raises(grpc.RpcError) as refused:
        unary(channel, upload)(request, metadata=metadata, timeout=15)
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    for at in range(0, len(file), 300):
        piece = request_of(pieces)
        piece.upload_id, piece.offset, piece.content = request.upload.id, at, file[at:at + 300]
        assert unary(channel, pieces)(piece, metadata=metadata, timeout=15).received == min(at + 300, len(file))
    picture = unary(channel, upload)(request, metadata=metadata, timeout=15)
    assert (picture.width, picture.height, picture.alt_text) == (300, 200, "In pieces")
    assert picture.media[0].webp.startswith("/pictures/")
