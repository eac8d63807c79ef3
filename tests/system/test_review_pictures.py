"""Pictures of people: uploaded, kept while a review shows them, served by nginx, gone when nothing does (with their owner: test_erasure.py)."""

import hashlib
import re
import uuid

import grpc
import pytest

from market import new_key, psql, until
from pictures import MINE, drawn, mine, sent_of_mine, uploaded
from test_bad_input import problem
from test_grpc import by_name, channel, request_of, unary  # noqa: F401
from test_reviews import bought, write

ADDRESS = re.compile(r"/pictures/people/[0-9a-f]{2}/[0-9a-f]{62}/\d+\.(webp|jpg)")
SHOWN = ("id", "altText", "width", "height", "colour", "media")


def addresses(picture):
    return [size[kind] for size in picture["media"] for kind in ("webp", "jpeg")]


def gone(client, picture):
    until(lambda: client.get(addresses(picture)[0]).status_code == 404, "its files to go")


def deleted(person, picture):
    """Once nothing keeps it: product tells user a moment after the review has changed."""
    path = f"{MINE}/{picture['id']}"

    def removed():
        answer = person.call("DELETE", path, key=new_key())
        assert answer.status_code == 204 or answer.json()["reason"] == "PICTURE_IN_USE", answer.text
        return answer.status_code == 204

    until(removed, "the picture to be let go")


@pytest.mark.operations("user.UploadMyPicture", "user.GetMyPicture", "user.ListMyPictures", "user.DeleteMyPicture")
def test_a_picture_of_somebody_from_its_upload_to_its_end(anonymous, person):
    ada, eve = person("Ada"), person("Eve")
    file = drawn(1000, 500, (176, 141, 80))
    answer = sent_of_mine(ada, file, "The engine, as it came")
    assert answer.status_code == 201, answer.text
    picture = answer.json()
    path = f"{MINE}/{picture['id']}"
    assert answer.headers["Location"] == path and ada.ok("GET", path) == picture
    assert (picture["width"], picture["height"], picture["altText"], picture["colour"]) == (1000, 500, "The engine, as it came", "#b08d50")
    assert [(size["width"], size["height"]) for size in picture["media"]] == [(160, 80), (480, 240), (960, 480)]
    assert all(ADDRESS.fullmatch(address) for address in addresses(picture))
    assert sent_of_mine(ada, file, "again").json()["id"] == picture["id"]
    assert ada.ok("GET", MINE)["pictures"] == [picture] and eve.ok("GET", MINE)["pictures"] == []
    for address in addresses(picture):
        served = anonymous.get(address)
        assert served.status_code == 200 and served.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "default-src 'none'" in served.headers["Content-Security-Policy"]
    problem(eve.get(path), 404, "NOT_FOUND")
    problem(eve.call("DELETE", path), 404, "NOT_FOUND")
    problem(anonymous.call("POST", MINE, headers={"Content-Type": "image/png"}, content=file), 401, "UNAUTHENTICATED")
    assert ada.call("DELETE", path).status_code == 204
    problem(ada.get(path), 404, "NOT_FOUND")
    gone(anonymous, picture)


def test_what_is_no_picture_or_too_many_is_refused(person):
    ada = person("Ada")
    for file in (b"<html><script>alert(1)</script></html>", b"GIF89a\x01\0\x01\0\0\0\0;", drawn() + b"<script>alert(1)</script>", drawn(300, 300)[:-40]):
        problem(sent_of_mine(ada, file), 400, "PICTURE_UNREADABLE")
    problem(sent_of_mine(ada, drawn(16_384, 1)), 413, "PICTURE_TOO_LARGE")
    problem(sent_of_mine(ada, drawn() + b"\0" * (10 * 1024 * 1024)), 413, "BODY_TOO_LARGE")
    psql("user", f"""
      WITH files AS (INSERT INTO picture_file (content, width, height, colour)
        SELECT encode(sha256(('{ada.id} ' || i)::bytea), 'hex'), 1, 1, '#000000' FROM generate_series(1, 500) i RETURNING content)
      INSERT INTO picture (id, account_id, content, alt_text) SELECT gen_random_uuid(), '{ada.id}', content, '' FROM files""")
    assert problem(sent_of_mine(ada, drawn()), 409, "LIMIT_REACHED")["metadata"]["limit"] == 500
    psql("user", f"""
      DELETE FROM picture WHERE account_id = '{ada.id}';
      DELETE FROM picture_file f WHERE width = 1 AND colour = '#000000' AND NOT EXISTS (SELECT FROM picture p WHERE p.content = f.content)""")


def test_a_review_shows_pictures_of_its_author(anonymous, buyer, shop, person):
    sold = shop()
    line = bought(buyer, sold)
    one, two, three = mine(buyer, alt="From the left"), mine(buyer), mine(buyer)
    for wrong in (mine(person("Eve"))["id"], uploaded(sold.owner)["id"], str(uuid.uuid4())):
        refusal = problem(write(buyer, line, pictureIds=[one["id"], wrong]), 400, "INVALID_ARGUMENT")
        assert (refusal["fields"][0]["field"], refusal["fields"][0]["reason"]) == ("pictureIds[1]", "UNKNOWN_PICTURE")
    refusal = problem(write(buyer, line, pictureIds=[str(uuid.uuid4()) for _ in range(5)]), 400, "INVALID_ARGUMENT")
    assert refusal["fields"][0]["field"] == "pictureIds"
    answer = write(buyer, line, pictureIds=[two["id"], one["id"]])
    assert answer.status_code == 201, answer.text
    review = answer.json()
    path = f"/v1/reviews/{review['id']}"
    assert review["pictures"] == [{name: each[name] for name in SHOWN} for each in (two, one)]
    listed = anonymous.ok("GET", f"/v1/products/{sold.product['id']}/reviews")["reviews"]
    assert listed == [review] and anonymous.ok("GET", path) == review
    assert anonymous.get(addresses(review["pictures"][1])[0]).status_code == 200
    for kept in (one, two):
        problem(buyer.call("DELETE", f"{MINE}/{kept['id']}"), 409, "PICTURE_IN_USE")

    refusal = problem(buyer.call("PATCH", path, {"pictureIds": [mine(person("Eve"))["id"]]}), 400, "INVALID_ARGUMENT")
    assert refusal["fields"][0]["field"] == "pictureIds[0]"
    problem(person("Eve").call("PATCH", path, {"pictureIds": [one["id"]]}), 404, "NOT_FOUND")
    assert [each["id"] for each in buyer.ok("PATCH", path, {"pictureIds": [one["id"], three["id"]]})["pictures"]] == [one["id"], three["id"]]
    assert [each["id"] for each in buyer.ok("PATCH", path, {"rating": 3})["pictures"]] == [one["id"], three["id"]]
    deleted(buyer, two)
    problem(buyer.call("DELETE", f"{MINE}/{three['id']}"), 409, "PICTURE_IN_USE")
    assert buyer.call("DELETE", path).status_code == 204
    deleted(buyer, one)
    gone(anonymous, one)


def test_a_hidden_review_shows_none_until_it_is_seen_again(anonymous, buyer, shop, operator):
    sold = shop()
    picture = mine(buyer)
    review = write(buyer, bought(buyer, sold), pictureIds=[picture["id"]]).json()
    path = f"/v1/reviews/{review['id']}"
    assert operator.ok("POST", f"{path}:hide", {"reason": "rude"})["pictures"] == []
    assert buyer.ok("GET", path)["pictures"] == [] and sold.owner.ok("GET", path)["pictures"] == []
    assert operator.ok("POST", f"{path}:unhide", {})["pictures"] == review["pictures"]
    assert buyer.ok("PATCH", path, {"pictureIds": []}, params={"updateMask": "pictureIds"})["pictures"] == []


def test_what_nothing_shows_goes_after_a_day(anonymous, person, buyer, shop):
    ada = person("Ada")
    unused, shown = mine(ada), mine(buyer)
    review = write(buyer, bought(buyer, shop()), pictureIds=[shown["id"]]).json()
    psql("user", f"UPDATE picture SET unused_since = unused_since - interval '1 day' WHERE id IN ('{unused['id']}', '{shown['id']}')")
    until(lambda: ada.get(f"{MINE}/{unused['id']}").status_code == 404, "the unused picture to go")
    gone(anonymous, unused)
    assert anonymous.get(addresses(review["pictures"][0])[0]).status_code == 200 and buyer.ok("GET", MINE)["pictures"] == [shown]


def test_over_grpc_a_client_makes_the_pieces_itself(channel, person):  # noqa: F811
    ada = person("Ada")
    metadata = [("authorization", f"Bearer {ada.token}")]
    file = drawn(300, 200)
    upload, pieces = by_name("UploadMyPicture"), by_name("AddMyPiece")
    request = request_of(upload)
    request.alt_text = "In pieces"
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
    assert picture.media[0].webp.startswith("/pictures/people/")
