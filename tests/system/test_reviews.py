"""What buyers say of what they got, who may say it, what it comes to, and what shops and operators do about it."""

import concurrent.futures

import pytest

from market import join, new_key, psql
from test_bad_input import problem

OPINION = {"rating": 4, "title": "It differs", "text": "Turns without a sound.\nAlmost.", "language": "en", "authorName": "Ada"}


def deliver(owner, order):
    part = order["sellerOrders"][0]["id"]
    for verb, body in (("accept", {}), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"}), ("deliver", {})):
        owner.ok("POST", f"/v1/sellerOrders/{part}:{verb}", body, key=new_key())


def line_of(order):
    return order["sellerOrders"][0]["lines"][0]["id"]


def bought(buyer, sold):
    """The id of a line that was delivered."""
    order = buyer.place((sold.offer, 1)).json()
    deliver(sold.owner, order)
    return line_of(order)


def write(buyer, line, key=None, **changed):
    return buyer.post(f"/v1/orderLines/{line}/review", {**OPINION, **changed}, key=key or new_key())


def written(buyer, sold, **changed):
    answer = write(buyer, bought(buyer, sold), **changed)
    assert answer.status_code == 201, answer.text
    return answer.json()


def rating(client, sold):
    """(average, count) of the product; its page, its lists and the search say the same, and so does the shop's list, of which it is all."""
    path = f"/v1/products/{sold.product['id']}"
    of_product, of_shop = client.ok("GET", path)["rating"], client.ok("GET", f"/v1/sellers/{sold.owner.seller}/reviews")["rating"]
    assert of_product == of_shop == client.ok("GET", f"{path}/reviews")["rating"]
    own = sold.owner.ok("GET", f"/v1/sellers/{sold.owner.seller}/products")["products"]
    assert [each["rating"] for each in own] == [of_product]
    return of_product["averageHundredths"], of_product["count"]


def ids(client, path, **parameters):
    return [one["id"] for one in client.ok("GET", path, params=parameters)["reviews"]]


@pytest.mark.operations("product.CreateReview", "product.GetReview", "product.UpdateReview", "product.DeleteReview", "product.ListReviewsOfProduct",
                        "product.ListReviewsOfSeller")
@pytest.mark.values("product.Review.State.PUBLISHED")
def test_who_got_it_says_what_it_is_like(buyer, shop, person, anonymous):
    sold = shop()
    order = buyer.place((sold.offer, 2)).json()
    line = line_of(order)
    problem(write(buyer, line), 409, "NOT_REVIEWABLE")
    problem(write(person("Eve"), line), 404, "NOT_FOUND")
    problem(anonymous.post(f"/v1/orderLines/{line}/review", OPINION, key=new_key()), 401, "UNAUTHENTICATED")
    problem(buyer.post(f"/v1/orderLines/{line}/review", OPINION), 400, "IDEMPOTENCY_KEY_REQUIRED")
    deliver(sold.owner, order)
    assert rating(anonymous, sold) == (0, 0)
    for wrong in ({"rating": 6}, {"rating": 0}, {"title": "t" * 121}, {"text": "t" * 5001}, {"language": "12"}, {"authorName": "a\nb"}):
        problem(write(buyer, line, **wrong), 400, "INVALID_ARGUMENT")
    problem(write(person("Eve"), line), 404, "NOT_FOUND")

    before = anonymous.get(f"/v1/products/{sold.product['id']}").headers["ETag"]
    key = new_key()
    answer = write(buyer, line, key)
    made = answer.json()
    path = f"/v1/reviews/{made['id']}"
    assert (answer.status_code, answer.headers["Location"]) == (201, path)
    assert {name: made[name] for name in OPINION} == OPINION
    assert (made["productId"], made["sellerId"], made["state"]) == (sold.product["id"], sold.owner.seller, "PUBLISHED")
    assert anonymous.ok("GET", path) == made and write(buyer, line, key).json() == made
    problem(write(buyer, line), 409, "ALREADY_EXISTS")
    everything = anonymous.get(path).text + anonymous.get(f"/v1/products/{sold.product['id']}/reviews").text
    assert buyer.id not in everything and buyer.email not in everything and line not in everything
    assert rating(anonymous, sold) == (400, 1)
    assert anonymous.get(f"/v1/products/{sold.product['id']}").headers["ETag"] != before

    changed = buyer.call("PATCH", path, {"rating": 5}, headers={"If-Match": f'"{made["etag"]}"'}, key=new_key()).json()
    assert (changed["rating"], changed["title"]) == (5, OPINION["title"]) and changed["etag"] != made["etag"]
    assert rating(anonymous, sold) == (500, 1)
    problem(buyer.call("PATCH", path, {"rating": 1}, headers={"If-Match": f'"{made["etag"]}"'}), 412, "ETAG_MISMATCH")
    for other in (person("Eve"), sold.owner):
        problem(other.call("PATCH", path, {"rating": 1}), 404, "NOT_FOUND")
        problem(other.call("DELETE", path), 404, "NOT_FOUND")
    problem(buyer.call("DELETE", path, headers={"If-Match": '"77"'}), 412, "ETAG_MISMATCH")
    assert buyer.call("DELETE", path).status_code == 204
    problem(buyer.get(path), 404, "NOT_FOUND")
    assert rating(anonymous, sold) == (0, 0)
    problem(write(buyer, line), 409, "ALREADY_EXISTS")


def test_it_may_be_changed_for_some_weeks(buyer, shop, anonymous):
    sold = shop()
    made = written(buyer, sold)
    path = f"/v1/reviews/{made['id']}"
    assert sold.owner.ok("POST", f"{path}:reply", {"text": "Thanks"})["reply"]["text"] == "Thanks"
    psql("product", "UPDATE review SET created_at = created_at - interval '30 days', replied_at = replied_at - interval '30 days'"
                    f" WHERE id = '{made['id']}'")
    problem(buyer.call("PATCH", path, {"rating": 1}), 409, "REVIEW_CLOSED")
    problem(buyer.call("DELETE", path), 409, "REVIEW_CLOSED")
    problem(sold.owner.post(f"{path}:reply", {"text": "No thanks"}), 409, "REVIEW_CLOSED")
    assert rating(anonymous, sold) == (400, 1)


@pytest.mark.operations("product.ReplyToReview")
def test_the_shop_replies(buyer, shop, person, anonymous):
    sold, rival = shop(), shop()
    path = f"/v1/reviews/{written(buyer, sold)['id']}"
    staff = join(sold.owner, person("Tim"), "staff")
    problem(rival.owner.post(f"{path}:reply", {"text": "Ours is better"}), 404, "NOT_FOUND")
    problem(staff.post(f"{path}:reply", {"text": "Thanks"}), 403, "PERMISSION_DENIED")
    problem(buyer.post(f"{path}:reply", {"text": "Thanks"}), 403, "PERMISSION_DENIED")
    problem(sold.owner.post(f"{path}:reply", {"text": " "}), 400, "INVALID_ARGUMENT")
    first = sold.owner.ok("POST", f"{path}:reply", {"text": "Thanks"})
    second = sold.owner.ok("POST", f"{path}:reply", {"text": "Thank you"})
    assert anonymous.ok("GET", path)["reply"] == second["reply"] == {"text": "Thank you", "createTime": first["reply"]["createTime"]}
    rows = psql("product", f"SELECT account_id, permission, seller_id FROM audit_event WHERE target_id = '{path.split('/')[-1]}'").splitlines()
    assert rows == [f"{sold.owner.id}|reviews.reply|{sold.owner.seller}"] * 2


@pytest.mark.operations("product.HideReview", "product.UnhideReview")
@pytest.mark.values("product.Review.State.HIDDEN")
def test_operators_hide_what_must_not_be_said(buyer, shop, person, anonymous, operator):
    sold, rival = shop(), shop()
    made = written(buyer, sold)
    path, lists = f"/v1/reviews/{made['id']}", (f"/v1/products/{sold.product['id']}/reviews", f"/v1/sellers/{sold.owner.seller}/reviews")
    staff = join(sold.owner, person("Tim"), "staff")
    for somebody in (buyer, sold.owner):
        problem(somebody.post(f"{path}:hide", {"reason": "rude"}), 403, "PERMISSION_DENIED")
    problem(operator.post(f"{path}:hide", {}), 400, "INVALID_ARGUMENT")
    hidden = operator.ok("POST", f"{path}:hide", {"reason": "rude"})
    assert (hidden["state"], hidden["hiddenReason"]) == ("HIDDEN", "rude")
    assert operator.ok("POST", f"{path}:hide", {"reason": "rude"})["etag"] == hidden["etag"], "repeating it changes nothing"
    assert rating(anonymous, sold) == (0, 0)
    for blind in (anonymous, rival.owner, person("Eve")):
        problem(blind.get(path), 404, "NOT_FOUND")
        assert [ids(blind, each) for each in lists] == [[], []]
    for seeing in (buyer, sold.owner, staff, operator):
        assert seeing.ok("GET", path)["hiddenReason"] == "rude"
        assert [ids(seeing, each) for each in lists] == [[made["id"]]] * 2
    assert buyer.ok("PATCH", path, {"rating": 2})["state"] == "HIDDEN"
    assert rating(anonymous, sold) == (0, 0)
    shown = operator.ok("POST", f"{path}:unhide", {"reason": "a mistake"})
    assert shown["state"] == "PUBLISHED" and "hiddenReason" not in shown
    assert rating(anonymous, sold) == (200, 1)
    acts = psql("product", f"SELECT reason FROM audit_event WHERE target_id = '{made['id']}' ORDER BY at, id").split("\n")
    assert acts[:2] == ["rude", "a mistake"]
    told = psql("product", f"SELECT type FROM event WHERE aggregate = 'review/{made['id']}' ORDER BY aggregate_version").split()
    assert told == ["product.ReviewPublished", "product.ReviewHidden", "product.ReviewChanged", "product.ReviewUnhidden"]


def test_lists_have_an_order_and_pages(buyer, shop, anonymous):
    sold = shop()
    made = [(written(buyer, sold, rating=stars)["id"], stars) for stars in (3, 5, 3, 1)]
    newest = [one for one, _ in reversed(made)]
    by_rating = [newest[0], newest[1], newest[3], newest[2]]
    for path in (f"/v1/products/{sold.product['id']}/reviews", f"/v1/sellers/{sold.owner.seller}/reviews"):
        assert ids(anonymous, path) == ids(anonymous, path, orderBy="newest") == newest
        assert ids(anonymous, path, orderBy="rating") == by_rating
        assert ids(anonymous, path, orderBy="-rating") == [newest[2], newest[1], newest[3], newest[0]]
        assert ids(anonymous, path, rating=3) == [newest[1], newest[3]] and ids(anonymous, path, rating=2) == []
        seen, token = [], ""
        while token is not None:
            page = anonymous.ok("GET", path, params={"orderBy": "rating", "pageSize": 3, **({"pageToken": token} if token else {})})
            seen += [one["id"] for one in page["reviews"]]
            token = page.get("nextPageToken")
            if token:
                problem(anonymous.get(path, params={"orderBy": "-rating", "pageToken": token}), 400, "INVALID_PAGE_TOKEN")
        assert seen == by_rating
        problem(anonymous.get(path, params={"orderBy": "helpful"}), 400, "INVALID_ARGUMENT")
    assert rating(anonymous, sold) == (300, 4)
    problem(anonymous.get(f"/v1/products/{made[0][0]}/reviews"), 404, "NOT_FOUND")
    assert ids(anonymous, f"/v1/sellers/{made[0][0]}/reviews") == []


def test_averages_are_exact_whatever_comes_at_once(person, shop, anonymous, operator):
    sold = shop(stock=50)
    buyers = [person("Bea") for _ in range(4)]
    for one in buyers:
        one.add_address()
    lines = [(one, bought(one, sold)) for one in buyers for _ in range(2)]

    def act(number):
        buyer, line = lines[number]
        twins = [write(buyer, line, rating=1 + number % 5) for _ in range(2)]
        assert [answer.status_code for answer in twins] == [201, 409]
        path = f"/v1/reviews/{twins[0].json()['id']}"
        if number % 4 == 0:
            buyer.ok("PATCH", path, {"rating": 5})
        elif number % 4 == 1:
            operator.ok("POST", f"{path}:hide", {"reason": "a test"})
        elif number % 4 == 2:
            assert buyer.call("DELETE", path).status_code == 204

    with concurrent.futures.ThreadPoolExecutor(len(lines)) as pool:
        list(pool.map(act, range(len(lines))))
    total, count = map(int, psql("product", "SELECT sum(rating), count(*) FROM review WHERE state = 'PUBLISHED'"
                                            f" AND product_id = '{sold.product['id']}'").strip().split("|"))
    assert count == len(lines) // 2
    assert rating(anonymous, sold) == ((200 * total + count) // (2 * count), count)
