"""What people are told, in the app and by mail, of all that can happen; and where they want to be told."""

import uuid

import pytest

import mails
import market
from market import Client, Person, join, new_key, until
from test_bad_input import problem

NEW_PASSWORD = "violet anchor teapot"


@pytest.fixture(scope="module")
def mailbox(stack):
    if "mailbox" not in stack:
        pytest.skip("this marketplace has no mailbox that can be read")
    return mails.Mailbox(stack)


def listed(person, **query):
    return person.ok("GET", "/v1/notifications", params=query)


def told(person, kind):
    """The newest notification of that kind, as soon as there is one."""
    return until(lambda: next((one for one in listed(person, pageSize=100)["notifications"] if one["kind"] == kind), None),
                 f"{kind} for {person.email}")


def act(person, path, body=None):
    return person.ok("POST", path, body or {}, key=new_key())


def expect_told_and_mailed(mailbox, person, kind, words, title=None):
    """In both ways, about the same; the mail."""
    one = told(person, kind)
    if title is not None:
        assert one["title"] == title
    mail = mailbox.wait_for(person.email, words)
    assert mail["headers"]["Auto-Submitted"] == "auto-generated" and mail["text"] and "<html" in mail["html"]
    assert (title or "") in mail["subject"] + mail["text"]
    return mail


@pytest.mark.operations("notification.ListNotifications")
@pytest.mark.values("notification.Notification.Kind.ORDER_PLACED", "notification.Notification.Kind.SALE",
                    "notification.Notification.Kind.ORDER_ACCEPTED", "notification.Notification.Kind.PARCEL_SHIPPED",
                    "notification.Notification.Kind.ORDER_DELIVERED")
def test_of_an_order_on_its_way(buyer, shop, mailbox):
    sold = shop()
    order = buyer.place((sold.offer, 2)).json()
    part = order["sellerOrders"][0]
    placed = told(buyer, "ORDER_PLACED")
    assert placed == {"id": placed["id"], "kind": "ORDER_PLACED", "title": order["number"], "orderId": order["id"],
                      "amount": order["total"], "read": False, "createTime": placed["createTime"]}
    mail = expect_told_and_mailed(mailbox, buyer, "ORDER_PLACED", order["number"])
    assert mail["links"][0].endswith(f"/orders/{order['id']}") and "€39.98" in mail["text"]
    sale = told(sold.owner, "SALE")
    assert (sale["title"], sale["sellerOrderId"], sale["sellerId"]) == (part["number"], part["id"], sold.owner.seller)
    expect_told_and_mailed(mailbox, sold.owner, "SALE", part["number"])
    for verb, body, kind, words in (("accept", {}, "ORDER_ACCEPTED", "accepted"), ("ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"},
                                    "PARCEL_SHIPPED", "on its way"), ("deliver", {}, "ORDER_DELIVERED", "delivered")):
        act(sold.owner, f"/v1/sellerOrders/{part['id']}:{verb}", body)
        one = told(buyer, kind)
        assert (one["title"], one["orderId"], one["sellerOrderId"]) == (part["number"], order["id"], part["id"]), kind
        expect_told_and_mailed(mailbox, buyer, kind, part["number"])
    assert told(buyer, "INVOICE_ISSUED")["title"] == part["number"], "at some time after the shipment"
    assert listed(buyer)["unreadCount"] == 5
    assert [one["kind"] for one in listed(buyer)["notifications"] if one["kind"] != "INVOICE_ISSUED"] == ["ORDER_DELIVERED", "PARCEL_SHIPPED", "ORDER_ACCEPTED", "ORDER_PLACED"]


@pytest.mark.values("notification.Notification.Kind.ORDER_CANCELLED", "notification.Notification.Kind.SALE_CANCELLED",
                    "notification.Notification.Kind.ORDER_REFUNDED")
def test_of_what_is_cancelled_and_goes_back(buyer, shop, mailbox):
    sold = shop()
    order = buyer.place((sold.offer, 1)).json()
    part = order["sellerOrders"][0]
    until(lambda: buyer.ok("GET", f"/v1/orders/{order['id']}/payment")["state"] == "CAPTURED", "the capture")
    act(buyer, f"/v1/orders/{order['id']}:cancel")
    expect_told_and_mailed(mailbox, buyer, "ORDER_CANCELLED", part["number"], part["number"])
    expect_told_and_mailed(mailbox, sold.owner, "SALE_CANCELLED", part["number"], part["number"])
    refunded = told(buyer, "ORDER_REFUNDED")
    assert (refunded["orderId"], refunded["amount"]) == (order["id"], order["total"])
    assert "€19.99" in mailbox.wait_for(buyer.email, "Refund")["text"]


@pytest.mark.values("notification.Notification.Kind.PAYMENT_DECLINED", "notification.Notification.Kind.ORDER_FAILED")
def test_of_a_payment_that_was_declined(buyer, shop, mailbox):
    answer = buyer.place((shop().offer, 1), method="pm_card_visa_chargeDeclined")
    order = problem(answer, 402, "PAYMENT_DECLINED")["metadata"]["orderId"]
    unpaid = buyer.ok("GET", f"/v1/orders/{order}")
    number = unpaid["number"]
    declined = told(buyer, "PAYMENT_DECLINED")
    assert (declined["orderId"], declined["amount"]) == (order, unpaid["total"])
    expect_told_and_mailed(mailbox, buyer, "PAYMENT_DECLINED", number, number)
    act(buyer, f"/v1/orders/{order}:cancel")
    expect_told_and_mailed(mailbox, buyer, "ORDER_FAILED", number, number)


@pytest.mark.values("notification.Notification.Kind.NEW_DEVICE", "notification.Notification.Kind.PASSWORD_CHANGED",
                    "notification.Notification.Kind.EMAIL_CHANGED")
def test_of_an_account(stack, person, anonymous, mailbox):
    ada = person("Ada")
    for _ in range(2):  # the second time it is known
        anonymous.ok("POST", "/v1/sessions", {"email": ada.email, "password": ada.password}, headers={"User-Agent": "Firefox/128.0"})
    expect_told_and_mailed(mailbox, ada, "NEW_DEVICE", "New sign-in")
    ada.ok("POST", "/v1/accounts/me:sendVerification", {}, key=new_key())
    token = mailbox.wait_for(ada.email, "Confirm")["links"][0].partition("#")[2]
    anonymous.ok("POST", "/v1/accounts:verifyEmail", {"token": token})
    before, after = ada.email, f"new-{uuid.uuid4().hex[:12]}@example.test"
    ada.ok("POST", "/v1/accounts/me:changeEmail", {"email": after, "password": ada.password})
    link, = set(mailbox.wait_for(after)["links"])
    assert link.startswith(stack["url"] + "/en/verify-email#")
    anonymous.ok("POST", "/v1/accounts:verifyEmail", {"token": link.partition("#")[2]})
    told(ada, "EMAIL_CHANGED")
    mailbox.wait_for_many(2, after)
    undo = mailbox.wait_for(before, "new email address")["links"][0]
    assert undo.startswith(stack["url"] + "/en/verify-email#")
    anonymous.post("/v1/accounts:requestPasswordReset", {"email": after})
    reset = mailbox.wait_for(after, "password")["links"][0]
    assert reset.startswith(stack["url"] + "/en/reset-password#")
    anonymous.ok("POST", "/v1/accounts:resetPassword", {"token": reset.partition("#")[2], "newPassword": NEW_PASSWORD})
    ada = until(lambda: Person(stack["url"], stack["caFile"], email=after, password=NEW_PASSWORD), "the new password")
    told(ada, "PASSWORD_CHANGED")
    assert [one["kind"] for one in listed(ada)["notifications"]].count("NEW_DEVICE") == 1


@pytest.mark.values("notification.Notification.Kind.SHOP_APPROVED", "notification.Notification.Kind.SHOP_SUSPENDED",
                    "notification.Notification.Kind.SHOP_REINSTATED", "notification.Notification.Kind.SHOP_CLOSED")
def test_of_a_shop_and_its_team(person, operator, mailbox):
    owner, helper = person("Sam"), person("Hal")
    owner.open_seller()
    market.psql("user", f"UPDATE seller SET state = 'PENDING' WHERE id = '{owner.seller}'")
    act(operator, f"/v1/sellers/{owner.seller}:approve")
    expect_told_and_mailed(mailbox, owner, "SHOP_APPROVED", "approved", "Engines")
    owner.ok("POST", f"/v1/sellers/{owner.seller}/invitations", {"email": helper.email, "role": "staff"}, key=new_key())
    invited = mailbox.wait_for(helper.email)
    assert "Engines" in invited["text"]
    token = invited["links"][0].partition("/accept-invitation#")[2]
    helper.ok("POST", "/v1/invitations:accept", {"token": token}, key=new_key())
    for verb, kind in (("suspend", "SHOP_SUSPENDED"), ("reinstate", "SHOP_REINSTATED"), ("close", "SHOP_CLOSED")):
        act(operator, f"/v1/sellers/{owner.seller}:{verb}", {"reason": "as was agreed"})
        told(owner, kind)
    mailbox.wait_for_many(4, owner.email)
    assert listed(helper)["notifications"] == [], "what the owners are told is not the staff's"


def test_a_guest_is_mailed_the_claim(stack, anonymous, mailbox):
    email = f"guest-{uuid.uuid4().hex[:12]}@example.test"
    anonymous.ok("POST", "/v1/accounts:guest", {"email": email})
    link = mailbox.wait_for(email)["links"][0]
    assert link.startswith(stack["url"] + "/en/claim-account#")
    claimed = anonymous.ok("POST", "/v1/accounts:claim", {"token": link.partition("#")[2], "password": NEW_PASSWORD})
    assert claimed["account"]["email"] == email


def test_a_team_is_told_of_a_sale(person, shop, buyer):
    sold = shop()
    helper = join(sold.owner, person("Hal"), "staff")
    buyer.place((sold.offer, 1))
    assert told(helper, "SALE")["sellerId"] == sold.owner.seller
    assert listed(helper, sellerId=sold.owner.seller)["notifications"] and not listed(helper, sellerId=str(uuid.uuid4()))["notifications"]


def test_in_the_language_of_the_reader(buyer, shop, mailbox):
    buyer.ok("PATCH", "/v1/users/me", {"locale": "ru-RU", "displayName": "Анна"}, key=new_key())
    order = buyer.place((shop().offer, 1)).json()
    mail = mailbox.wait_for(buyer.email, order["number"])
    assert mail["headers"]["Content-Language"] == "ru" and "Анна" in mail["text"] and "19,99" in mail["text"]


@pytest.mark.operations("notification.ListNotifications", "notification.MarkNotificationsRead")
def test_read_and_unread(person, shop):
    sold, other = shop(), person("Eve")
    buyers = person("Bea")
    buyers.add_address()
    for _ in range(3):
        buyers.place((sold.offer, 1))
    until(lambda: listed(sold.owner)["unreadCount"] == 3, "three sales")
    page = listed(sold.owner, pageSize=2)
    assert len(page["notifications"]) == 2
    rest = listed(sold.owner, pageSize=2, pageToken=page["nextPageToken"])
    assert len(rest["notifications"]) == 1 and "nextPageToken" not in rest
    first = page["notifications"][0]["id"]
    assert sold.owner.ok("POST", "/v1/notifications:markRead", {"ids": [first]})["unreadCount"] == 2
    assert other.ok("POST", "/v1/notifications:markRead", {"ids": [rest["notifications"][0]["id"]]})["unreadCount"] == 0
    unread = listed(sold.owner, unread=True)
    assert unread["unreadCount"] == 2 and first not in [one["id"] for one in unread["notifications"]]
    problem(sold.owner.get("/v1/notifications", params={"pageToken": page["nextPageToken"], "unread": True}), 400, "INVALID_PAGE_TOKEN")
    assert sold.owner.ok("POST", "/v1/notifications:markRead", {})["unreadCount"] == 0
    assert listed(sold.owner, unread=True)["notifications"] == []


@pytest.mark.operations("notification.GetNotificationSettings", "notification.UpdateNotificationSettings", "notification.Unsubscribe")
def test_who_wants_fewer_mails_gets_fewer(stack, anonymous, buyer, shop, mailbox):
    sold = shop()
    usual = buyer.ok("GET", "/v1/notificationSettings")["settings"]
    assert all(one["app"] and one["mail"] for one in usual) and {"SALE", "ORDER_PLACED"} <= {one["kind"] for one in usual}
    changed = buyer.ok("PATCH", "/v1/notificationSettings", {"settings": [{"kind": "ORDER_ACCEPTED", "mail": False, "app": False}]})["settings"]
    assert {"kind": "ORDER_ACCEPTED", "app": False, "mail": False, "mailRequired": False} in changed
    fields = problem(buyer.call("PATCH", "/v1/notificationSettings", {"settings": [{"kind": "ORDER_PLACED", "mail": False}]}), 400,
                     "INVALID_ARGUMENT")["fields"]
    assert [(one["field"], one["reason"]) for one in fields] == [("settings[0].mail", "MAIL_REQUIRED")]
    part = buyer.place((sold.offer, 1)).json()["sellerOrders"][0]
    act(sold.owner, f"/v1/sellerOrders/{part['id']}:accept")
    act(sold.owner, f"/v1/sellerOrders/{part['id']}:ship", {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    shipped = expect_told_and_mailed(mailbox, buyer, "PARCEL_SHIPPED", f"A parcel from order {part['number']}")
    # Mails to one person leave in their order: what was not mailed before this one never is.
    assert "ORDER_ACCEPTED" not in [one["kind"] for one in listed(buyer)["notifications"]]
    assert not mailbox.mails(buyer.email, "accepted")

    # One click, as mail programs do it.
    assert shipped["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = shipped["headers"]["List-Unsubscribe"].strip(" <>")
    assert address.startswith(stack["url"] + "/v1/notificationSettings:unsubscribe?token=")
    form = {"content": "List-Unsubscribe=One-Click", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    answer = Client(stack["url"], stack["caFile"]).http.post(address, **form)
    assert answer.status_code == 204, answer.text
    anonymous.ok("POST", "/v1/notificationSettings:unsubscribe", params={"token": address.partition("token=")[2]})
    settings = {one["kind"]: one for one in buyer.ok("GET", "/v1/notificationSettings")["settings"]}
    assert not settings["PARCEL_SHIPPED"]["mail"] and settings["ORDER_DELIVERED"]["mail"]
    problem(anonymous.post("/v1/notificationSettings:unsubscribe", params={"token": "ut_nonsense"}), 400, "MAILED_TOKEN_ENDED")


def test_a_name_is_never_a_header(person, shop, mailbox):
    """Line breaks can't be in a name (LINE); what looks like markup stays text."""
    owner = person("Sam")
    owner.open_seller()
    owner.ok("PATCH", f"/v1/sellers/{owner.seller}", {"displayName": "<b>Engines</b> & Co"}, key=new_key())
    owner.ok("POST", f"/v1/sellers/{owner.seller}:close", {"reason": "moving"}, key=new_key())
    mail = mailbox.wait_for(owner.email, "closed")
    assert "<b>Engines" not in mail["html"] and "&lt;b&gt;Engines" in mail["html"] and "<b>Engines</b> & Co" in mail["text"]


# --- the mail server -----------------------------------------------------------------------------------------------------

@pytest.mark.alone
def test_mails_wait_for_a_server_that_is_away_or_odd(stack, buyer, shop):
    """Orders take no longer, nothing is lost, and a mail repeats only where no answer came, under the same Message-ID."""
    sold = shop(stock=50)
    with mails.misbehaving(stack) as mailbox:
        for mode in ("refuse", "defer", "cut_data"):
            mailbox.misbehave(mode)
            order = buyer.place((sold.offer, 1)).json()
            assert order["state"] == "PLACED"
            until(lambda: int(market.psql("notification", "SELECT count(*) FROM outbox WHERE topic = 'mail' AND last_error <> ''"
                                          f" AND key = '{buyer.id}'")), f"a try while it does {mode}")
            assert not mailbox.mails(buyer.email, order["number"])
            mailbox.behave()
            mailbox.wait_for(buyer.email, order["number"], limit_s=90)
            assert len(mailbox.mails(buyer.email, order["number"])) == 1, mode
        mailbox.misbehave("no_answer", times=1)
        order = buyer.place((sold.offer, 1)).json()
        # One to the buyer, one to the shop, and the one whose answer did not come, again.
        found = until(lambda: len(mails := mailbox.mails(subject=order["number"])) >= 3 and mails, "the mail that is sent again", limit_s=120)
        assert len(found) == 3 and len({one["messageId"] for one in found}) == 2
