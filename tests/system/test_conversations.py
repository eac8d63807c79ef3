"""What a buyer and a shop write to each other, who else reads it, and the terms that the marketplace publishes."""

import pytest

from market import join, new_key, psql
from test_bad_input import problem

pytestmark = pytest.mark.alone

PATH = "/v1/conversations"


def ask(person, sold, text="Does it come with a crank?", key=None):
    about = {"sellerId": sold.owner.seller, "productId": sold.product["id"], "text": text}
    return person.post(PATH, about, key=key or new_key())


def texts(client, conversation):
    return [message["text"] for message in client.ok("GET", f"{PATH}/{conversation}/messages")["messages"]]


@pytest.mark.operations("notification.StartConversation", "notification.SendMessage", "notification.ListMessages", "notification.GetConversation",
                        "notification.ListConversations", "notification.MarkConversationRead")
@pytest.mark.values("notification.Conversation.Side.BUYER", "notification.Conversation.Side.SHOP")
def test_a_buyer_asks_and_the_shop_answers(buyer, shop, person):
    sold = shop(title="Difference engine " + "n" * 182)    # as long as one may be
    staff = join(sold.owner, person("Tim"), "staff")
    answer = ask(buyer, sold)
    assert answer.status_code == 201 and answer.headers["Location"] == f"{PATH}/{answer.json()['id']}"
    begun = answer.json()
    assert (begun["side"], begun["title"]) == ("BUYER", sold.product["title"])
    assert sold.owner.ok("GET", f"{PATH}/{begun['id']}")["buyerName"] == "Bea"
    assert ask(buyer, sold, "Or without?").json()["id"] == begun["id"], "one for each buyer, shop and product"

    of_shop = staff.ok("GET", PATH, params={"sellerId": sold.owner.seller})
    assert (of_shop["unreadCount"], [one["unreadCount"] for one in of_shop["conversations"]]) == (1, [2])
    assert buyer.ok("GET", PATH)["conversations"][0]["unreadCount"] == 0
    reply = staff.ok("POST", f"{PATH}/{begun['id']}/messages", {"text": "With one."}, key=new_key())
    assert (reply["side"], reply["authorName"]) == ("SHOP", begun["sellerName"])
    assert texts(buyer, begun["id"]) == texts(sold.owner, begun["id"]) == ["With one.", "Or without?", "Does it come with a crank?"]
    read = sold.owner.ok("POST", f"{PATH}/{begun['id']}:markRead", {"messageId": reply["id"]})
    assert read["unreadCount"] == 0 == staff.ok("GET", f"{PATH}/{begun['id']}")["unreadCount"], "one state for the team"
    everything = buyer.get(f"{PATH}/{begun['id']}/messages").text + buyer.get(PATH).text
    assert not any(secret in everything for secret in (staff.id, staff.email, sold.owner.id, sold.owner.email))


@pytest.mark.values("notification.Notification.Kind.MESSAGE_RECEIVED")
def test_a_message_is_told_once_until_it_is_read(buyer, shop):
    sold = shop()
    conversation = ask(buyer, sold).json()["id"]
    ask(buyer, sold, "Hello?")
    told = f"SELECT count(*) FROM notification WHERE account_id = '{sold.owner.id}' AND conversation_id = '{conversation}'"
    assert psql("notification", told).strip() == "1"
    one = next(one for one in sold.owner.ok("GET", "/v1/notifications")["notifications"] if one["kind"] == "MESSAGE_RECEIVED")
    assert (one["title"], one["conversationId"]) == (sold.product["title"], conversation)
    newest = sold.owner.ok("GET", f"{PATH}/{conversation}/messages")["messages"][0]["id"]
    sold.owner.ok("POST", f"{PATH}/{conversation}:markRead", {"messageId": newest})
    one = sold.owner.ok("GET", "/v1/notifications")["notifications"]
    assert [told["read"] for told in one if told.get("conversationId") == conversation] == [True]
    ask(buyer, sold, "Still there?")
    assert psql("notification", told).strip() == "2"


def test_about_an_order(buyer, shop, person):
    sold = shop()
    part = buyer.place((sold.offer, 1)).json()["sellerOrders"][0]
    about = {"sellerOrderId": part["id"], "text": "It leaves today."}
    begun = sold.owner.ok("POST", PATH, about, key=new_key())
    assert (begun["side"], begun["title"]) == ("SHOP", part["number"])
    assert buyer.ok("POST", PATH, {**about, "text": "Thanks"}, key=new_key())["id"] == begun["id"]
    problem(person("Eve").post(PATH, about, key=new_key()), 404, "NOT_FOUND")
    problem(buyer.post(PATH, {**about, "productId": sold.product["id"]}, key=new_key()), 400, "INVALID_ARGUMENT")


@pytest.mark.operations("notification.ReportConversation")
def test_operators_read_what_was_reported_and_write_nothing(buyer, shop, operator):
    sold = shop()
    conversation = ask(buyer, sold).json()["id"]
    problem(operator.get(f"{PATH}/{conversation}"), 404, "NOT_FOUND")
    for _ in range(2):
        assert buyer.ok("POST", f"{PATH}/{conversation}:report", {"reason": "They ask me to pay elsewhere."})["reported"]
    assert not sold.owner.ok("GET", f"{PATH}/{conversation}")["reported"], "the other side is not told"
    seen = operator.ok("GET", f"{PATH}/{conversation}")
    assert [(one["side"], one["reason"]) for one in seen["reports"]] == [("BUYER", "They ask me to pay elsewhere.")] and "side" not in seen
    assert conversation in [one["id"] for one in operator.ok("GET", PATH, params={"reported": True})["conversations"]]
    assert texts(operator, conversation) == ["Does it come with a crank?"]
    problem(operator.post(f"{PATH}/{conversation}/messages", {"text": "Stop"}, key=new_key()), 404, "NOT_FOUND")


def test_so_many_conversations_a_day(person, shop):
    sold, eager = shop(), person("Zoe")
    full = f"INSERT INTO writing_limit VALUES ('{eager.id}', 'CONVERSATION', market_now() + interval '1 day')"
    psql("notification", full)
    refused = ask(eager, sold)
    problem(refused, 429, "RATE_LIMITED")
    assert int(refused.headers["Retry-After"]) > 0
    assert eager.ok("GET", PATH).get("conversations", []) == []


@pytest.mark.operations("notification.ListTerms", "notification.PublishTerms")
@pytest.mark.values("notification.Terms.Kind.IMPRINT", "notification.Terms.Kind.TERMS", "notification.Terms.Kind.PRIVACY",
                    "notification.Terms.Kind.WITHDRAWAL")
def test_terms_are_published_for_good(operator, anonymous, buyer):
    version = new_key()[:12]
    page = {"version": version, "title": "Pri ni", "body": "Ni estas ni.\n\nVi estas vi."}
    for kind in ("IMPRINT", "TERMS", "PRIVACY", "WITHDRAWAL"):
        made = operator.ok("PUT", "/v1/admin/terms/eo", {"kind": kind, **page})
        assert operator.ok("PUT", "/v1/admin/terms/eo", {"kind": kind, **page}) == made
    problem(operator.call("PUT", "/v1/admin/terms/eo", {"kind": "TERMS", **page, "body": "Other"}), 409, "ALREADY_EXISTS")
    problem(buyer.call("PUT", "/v1/admin/terms/eo", {"kind": "TERMS", **page}), 403, "PERMISSION_DENIED")
    answer = anonymous.get("/v1/terms", params={"language": "eo"})
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert [(one["kind"], one["version"]) for one in answer.json()["terms"]] == [
        (kind, version) for kind in ("IMPRINT", "TERMS", "PRIVACY", "WITHDRAWAL")]
