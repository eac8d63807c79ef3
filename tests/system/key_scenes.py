"""What an Idempotency-Key can be put on (test_keys.py): of each method that changes something, two requests and a count of its effects."""

import uuid

import key_scenes_carts
import key_scenes_parcels
import key_scenes_disputes
import key_scenes_payouts
import key_scenes_returns
from key_scenes_by_hand import create_entry
from key_scenes_commission import act_on_commission_rule, create_commission_rule
from key_scenes_coupons import create_coupon, end_coupon, update_coupon
from key_scenes_findings import resolve_finding
from key_scenes_delivery import (
    create_delivery_method, create_tax_rate, delete_delivery_method, end_tax_rate, update_delivery_method)
from key_scenes_product import (
    act_on_offer, act_on_product, adjust_stock, batch_update_offers, create_category, create_import, create_offer, create_product,
    create_review, create_search_rule, delete_category, delete_picture, delete_search_rule, delete_translation, on_reviews,
    put_translation, report_review, resolve_report, update_category, update_offer, update_picture, update_product, upload_picture)
from market import Person, invite, join, new_key, parked_checkout, psql, until
from pictures import MINE, drawn, mine
from scene import ACCEPT, SHIP, Scene, version
from test_second_factor import App


def address(name="Ada"):
    return {"recipient": name, "lines": ["12 St James's Square"], "city": "London", "postalCode": "SW1Y 4JH", "countryCode": "GB"}


ADDRESSES = "/v1/users/me/addresses"


def addresses(person):
    return len(person.ok("GET", ADDRESSES)["addresses"])


# --- a scene for each method --------------------------------------------------------------------------------------------

def sessions_ended(person):
    return int(psql("auth", f"SELECT count(*) FROM session WHERE account_id = '{person.id}' AND ended_at IS NOT NULL"))


def sign_out(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    return Scene(person, ("/v1/sessions/current", None), None, lambda: sessions_ended(person), once_expired=(204, 0), ends_its_caller=True)


def several_sessions(world, count=3):
    """Somebody with so many sessions: the person, and the ids of the others."""
    person = Person(world.stack["url"], world.stack["caFile"])
    for _ in range(count - 1):
        Person(world.stack["url"], world.stack["caFile"], email=person.email, password=person.password)
    return person, [each["id"] for each in person.ok("GET", "/v1/sessions")["sessions"] if not each.get("current")]


def end_session(world):
    person, others = several_sessions(world)
    one, two = ((f"/v1/sessions/{session}", None) for session in others)
    return Scene(person, one, two, lambda: sessions_ended(person), (404, 0))


def end_all_sessions(world):
    person, _ = several_sessions(world, count=1)
    return Scene(person, ("/v1/sessions", None), None, lambda: sessions_ended(person), once_expired=(204, 0), ends_its_caller=True)


def send_verification(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    mails = f"SELECT count(*) FROM mailed_token WHERE account_id = '{person.id}'"
    return Scene(person, ("/v1/accounts/me:sendVerification", {}), None, lambda: int(psql("auth", mails)), once_expired=(200, 1))


def update_my_profile(world):
    one, two = (("/v1/users/me", {"givenName": new_key()}) for _ in range(2))
    return Scene(world.kay, one, two, lambda: version(world.kay, "/v1/users/me"))


def mark_notifications_read(world):
    """Of two that somebody was told."""
    person = Person(world.stack["url"], world.stack["caFile"])
    ids = [str(uuid.uuid4()) for _ in range(2)]
    psql("notification", "INSERT INTO notification (id, account_id, kind, title) VALUES "
                         + ", ".join(f"('{one}', '{person.id}', 'SALE', '1')" for one in ids))
    read = f"SELECT count(*) FROM notification WHERE account_id = '{person.id}' AND read_at IS NOT NULL"
    one, two = (("/v1/notifications:markRead", {"ids": [id]}) for id in ids)
    return Scene(person, one, two, lambda: int(psql("notification", read)))


def update_notification_settings(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    one, two = (("/v1/notificationSettings", {"settings": [{"kind": kind, "mail": False}]}) for kind in ("SALE", "PARCEL_SHIPPED"))
    kept = f"SELECT count(*) FROM notification_setting WHERE account_id = '{person.id}'"
    return Scene(person, one, two, lambda: int(psql("notification", kept)))


def create_my_address(world):
    return Scene(world.kay, (ADDRESSES, address()), (ADDRESSES, address("Bob")), lambda: addresses(world.kay), (201, 1))


def two_addresses(world):
    return [f"{ADDRESSES}/{world.kay.ok('POST', ADDRESSES, address())['id']}" for _ in range(2)]


def pictures_of(person):
    return len(person.ok("GET", MINE)["pictures"])


def upload_my_picture(world):
    """Of somebody who has nothing else on the way: the pieces of a repeat stay there for a while."""
    person = Person(world.stack["url"], world.stack["caFile"])
    return Scene(person, (MINE, drawn()), (MINE, drawn()), lambda: pictures_of(person), (201, 0))


def delete_my_picture(world):
    one, two = ((f"{MINE}/{mine(world.kay)['id']}", None) for _ in range(2))
    return Scene(world.kay, one, two, lambda: -pictures_of(world.kay), (404, 0))


def update_my_address(world):
    one, two = two_addresses(world)
    return Scene(world.kay, (one, {"city": "Paris"}), (two, {"city": "Paris"}), lambda: version(world.kay, one) + version(world.kay, two))


def delete_my_address(world):
    one, two = two_addresses(world)
    return Scene(world.kay, (one, None), (two, None), lambda: -addresses(world.kay), (404, 0))


def delete_authenticator(world):
    """Two that are confirmed; one that is not would give way to the next."""
    person = Person(world.stack["url"], world.stack["caFile"])

    def app():
        made = person.ok("POST", "/v1/accounts/me/authenticators", {"name": "Phone"})
        path = f"/v1/accounts/me/authenticators/{made['authenticator']['id']}"
        person.ok("POST", f"{path}:confirm", {"code": App(made["secret"]).code()})
        return path, None

    one, two = app(), app()
    return Scene(person, one, two, lambda: -len(person.ok("GET", "/v1/accounts/me/authenticators")["authenticators"]), (404, 0))


def open_seller(world):
    one, two = (("/v1/sellers", {"displayName": "Keys", "slug": "keys-" + uuid.uuid4().hex[:12], "countryCode": "GB"}) for _ in range(2))
    owned = f"SELECT count(*) FROM seller WHERE opened_by = '{world.kay.id}'"
    return Scene(world.kay, one, two, lambda: int(psql("user", owned)), (409, 0))


def approve_seller(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    sellers = [person.open_seller() for _ in range(2)]
    ids = ", ".join(f"'{seller}'" for seller in sellers)
    psql("user", f"UPDATE seller SET state = 'PENDING' WHERE id IN ({ids})")
    one, two = (f"/v1/sellers/{seller}:approve" for seller in sellers)
    on_record = f"SELECT count(*) FROM audit_event WHERE target_id IN ({ids})"
    return Scene(world.operator, (one, {}), (two, {}), lambda: int(psql("user", on_record)))


def move_seller(verb, before):
    """An operator's act on two shops."""
    def scene(world):
        person = Person(world.stack["url"], world.stack["caFile"])
        sellers = [person.open_seller() for _ in range(2)]
        ids = ", ".join(f"'{seller}'" for seller in sellers)
        psql("user", f"UPDATE seller SET state = '{before}' WHERE id IN ({ids})")
        one, two = (f"/v1/sellers/{seller}:{verb}" for seller in sellers)
        on_record = f"SELECT count(*) FROM audit_event WHERE target_id IN ({ids})"
        body = {"reason": "for a test"}
        return Scene(world.operator, (one, body), (two, body), lambda: int(psql("user", on_record)))
    return scene


def update_seller(world):
    path = f"/v1/sellers/{world.seller.seller}"
    etag = f"SELECT version FROM seller WHERE id = '{world.seller.seller}'"
    return Scene(world.seller, (path, {"description": new_key()}), (path, {"description": new_key()}), lambda: int(psql("user", etag)))


def team(world, size):
    """A shop of its own, and as many members of staff."""
    owner = Person(world.stack["url"], world.stack["caFile"])
    owner.open_seller()
    return owner, [join(owner, Person(world.stack["url"], world.stack["caFile"]), "staff") for _ in range(size)]


def update_member(world):
    owner, staff = team(world, 2)
    one, two = ((f"/v1/sellers/{owner.seller}/members/{member.id}", {"role": "manager"}) for member in staff)
    managers = f"SELECT count(*) FROM seller_member WHERE seller_id = '{owner.seller}' AND role = 'manager'"
    return Scene(owner, one, two, lambda: int(psql("user", managers)))


def remove_member(world):
    owner, staff = team(world, 2)
    one, two = ((f"/v1/sellers/{owner.seller}/members/{member.id}", None) for member in staff)
    gone = f"SELECT count(*) FROM seller_member WHERE seller_id = '{owner.seller}' AND role IS NULL"
    return Scene(owner, one, two, lambda: int(psql("user", gone)), (404, 0))


def create_invitation(world):
    owner, _ = team(world, 0)
    path = f"/v1/sellers/{owner.seller}/invitations"
    one, two = ((path, {"email": f"{new_key()}@example.test", "role": "staff"}) for _ in range(2))
    return Scene(owner, one, two, lambda: len(owner.ok("GET", path)["invitations"]), (409, 0))


def delete_invitation(world):
    owner, _ = team(world, 0)
    path = f"/v1/sellers/{owner.seller}/invitations"
    made = [owner.ok("POST", path, {"email": f"{new_key()}@example.test", "role": "staff"})["id"] for _ in range(2)]
    one, two = ((f"{path}/{invitation}", None) for invitation in made)
    return Scene(owner, one, two, lambda: -len(owner.ok("GET", path).get("invitations", [])), (404, 0))


def accept_invitation(world):
    shops = [team(world, 0)[0] for _ in range(2)]
    guest = Person(world.stack["url"], world.stack["caFile"])
    one, two = (("/v1/invitations:accept", {"token": invite(shop, guest.email, "staff")}) for shop in shops)
    joined = f"SELECT count(*) FROM seller_member WHERE account_id = '{guest.id}'"
    return Scene(guest, one, two, lambda: int(psql("user", joined)), (409, 0))


def place_order(world):
    one, two = (("/v1/orders", world.buyer.order_body((world.offer, quantity))) for quantity in (1, 2))
    # More than a page of them, by now.
    count = f"SELECT count(*) FROM orders WHERE NOT failed AND buyer_id = '{world.buyer.id}'"
    return Scene(world.buyer, one, two, lambda: int(psql("order", count)), (201, 1))


def moved(world, orders, state):
    """How often a part of these has become that."""
    return sum(event["to"] == state for order in orders for event in world.buyer.ok("GET", f"/v1/orders/{order['id']}/events")["events"])


def cancel_order(world):
    orders = [world.buyer.place((world.offer, 1)).json() for _ in range(2)]
    one, two = ((f"/v1/orders/{order['id']}:cancel", {"reason": "ordered twice"}) for order in orders)
    return Scene(world.buyer, one, two, lambda: moved(world, orders, "CANCELLED"), (409, 0))


def pay_order(world):
    refused = [world.buyer.place((world.offer, 1), method="pm_card_visa_chargeDeclined").json() for _ in range(2)]
    orders = [refusal["metadata"]["orderId"] for refusal in refused]
    one, two = ((f"/v1/orders/{order}:pay", {"paymentMethod": "pm_card_visa"}) for order in orders)
    ids = ", ".join(f"'{order}'" for order in orders)
    begun = f"SELECT sum(payment_number - 1) FROM orders WHERE id IN ({ids})"
    return Scene(world.buyer, one, two, lambda: int(psql("order", begun)), (409, 0))


def fulfil(verb, state, body, before=()):
    def scene(world):
        orders = [world.buyer.place((world.offer, 1)).json() for _ in range(2)]
        paths = [f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}" for order in orders]
        for path in paths:
            for step, about in before:
                world.seller.ok("POST", f"{path}:{step}", about)
        one, two = ((f"{path}:{verb}", body) for path in paths)
        return Scene(world.seller, one, two, lambda: moved(world, orders, state), (409, 0))

    return scene


def confirm_receipt(world):
    orders = [world.buyer.place((world.offer, 1)).json() for _ in range(2)]
    paths = [f"/v1/sellerOrders/{order['sellerOrders'][0]['id']}" for order in orders]
    for path in paths:
        for step, about in (ACCEPT, SHIP):
            world.seller.ok("POST", f"{path}:{step}", about)
    one, two = ((f"{path}:confirmReceipt", {}) for path in paths)
    return Scene(world.buyer, one, two, lambda: moved(world, orders, "COMPLETED"), (409, 0))


def advance_checkout(world):
    orders = [parked_checkout(world.buyer, world.offer) for _ in range(2)]
    one, two = ((f"/v1/admin/checkouts/{order}:advance", {"reason": "the provider is back"}) for order in orders)
    ids = ", ".join(f"'{order}'" for order in orders)
    on_record = f"SELECT count(*) FROM audit_event WHERE target_id IN ({ids})"

    def settle():
        for path, body in (one, two):
            world.operator.ok("POST", path, body)

    # One that is over is only looked at.
    return Scene(world.operator, one, two, lambda: int(psql("order", on_record)), (200, 0), settle)


def refund_payment(world):
    order = world.buyer.place((world.offer, 1)).json()

    def payment():
        return world.buyer.ok("GET", f"/v1/orders/{order['id']}/payment")

    until(lambda: payment()["state"] == "CAPTURED", "the capture")
    path, part = f"/v1/payments/{payment()['id']}:refund", order["sellerOrders"][0]["id"]
    one, two = ((path, {"sellerOrderId": part, "amount": {"amount": amount, "currency": "EUR"}, "reason": "a scratch"}) for amount in (1, 2))
    return Scene(world.operator, one, two, lambda: len(payment().get("refunds", [])), (200, 1))


CONVERSATIONS = "/v1/conversations"


def start_conversation(world):
    person = Person(world.stack["url"], world.stack["caFile"])
    about = {"sellerId": world.seller.seller, "productId": world.seller.create_product(world.category)["id"]}
    one, two = ((CONVERSATIONS, {**about, "text": text}) for text in ("One?", "Two?"))
    sent = f"SELECT count(*) FROM message WHERE account_id = '{person.id}'"
    return Scene(person, one, two, lambda: int(psql("notification", sent)), (201, 1))


def conversation(world):
    """Somebody who has begun one with the seller, its path, and its message."""
    person = Person(world.stack["url"], world.stack["caFile"])
    about = {"sellerId": world.seller.seller, "productId": world.seller.create_product(world.category)["id"], "text": "Hello?"}
    path = f"{CONVERSATIONS}/{person.ok('POST', CONVERSATIONS, about, key=new_key())['id']}"
    return person, path, person.ok("GET", f"{path}/messages")["messages"][0]["id"]


def send_message(world):
    person, path, _ = conversation(world)
    one, two = ((f"{path}/messages", {"text": text}) for text in ("One?", "Two?"))
    return Scene(person, one, two, lambda: len(person.ok("GET", f"{path}/messages")["messages"]), (201, 1))


def mark_conversation_read(world):
    (_, one, first), (_, two, second) = conversation(world), conversation(world)
    requests = [(f"{path}:markRead", {"messageId": message}) for path, message in ((one, first), (two, second))]
    return Scene(world.seller, *requests,
                 lambda: -sum(world.seller.ok("GET", path)["unreadCount"] for path in (one, two)))


def report_conversation(world):
    (_, one, _), (_, two, _) = conversation(world), conversation(world)
    requests = [(f"{path}:report", {"reason": "rude"}) for path in (one, two)]
    return Scene(world.seller, *requests, lambda: sum(world.seller.ok("GET", path)["reported"] for path in (one, two)))


def publish_terms(world):
    versions = [new_key()[:12] for _ in range(2)]
    one, two = (("/v1/admin/terms/eo", {"kind": "IMPRINT", "version": version, "title": "Pri ni", "body": "Ni."}) for version in versions)
    made = "SELECT count(*) FROM terms WHERE version IN ('{}', '{}')".format(*versions)
    return Scene(world.operator, one, two, lambda: int(psql("notification", made)))


# What makes a new account ready for each act on accounts, in SQL, and what the act says.
ACCOUNT_ACTS = {
    "disable": ("SELECT", {"reason": "stolen"}),
    "enable": ("UPDATE account SET state = 'DISABLED', disabled_at = market_now(), disabled_reason = 'stolen' WHERE id = '{}'", {}),
    "grantRole": ("SELECT", {"role": "support"}),
    "revokeRole": ("INSERT INTO account_role (account_id, role) VALUES ('{}', 'support')", {"role": "support"})}


def act_on_account(verb):
    def scene(world):
        accounts = [Person(world.stack["url"], world.stack["caFile"]).id for _ in range(2)]
        ready, body = ACCOUNT_ACTS[verb]
        for account in accounts:
            psql("auth", ready.format(account))
        on_record = "SELECT count(*) FROM audit_event WHERE target_id IN ('{}', '{}')".format(*accounts)
        one, two = ((f"/v1/accounts/{account}:{verb}", body) for account in accounts)
        return Scene(world.operator, one, two, lambda: int(psql("auth", on_record)))
    return scene


def revoke_key(caller, collection):
    def scene(world):
        person = getattr(world, caller)
        path = collection.format(getattr(person, "seller", ""))
        permission = "ledger.read" if caller == "operator" else "stock.adjust"
        one, two = ((f"{path}/{person.ok('POST', path, {'name': 'k', 'permissions': [permission]})['apiKey']['id']}", None)
                    for _ in range(2))
        return Scene(person, one, two, lambda: -len(person.ok("GET", path + "?pageSize=100")["apiKeys"]), (404, 0),
                     lambda: [person.call("DELETE", target[0]) for target in (one, two)])
    return scene


SCENES = {**key_scenes_carts.SCENES, **key_scenes_parcels.SCENES, **key_scenes_returns.SCENES, "SignOut": sign_out, "EndSession": end_session, "EndAllSessions": end_all_sessions, "SendVerification": send_verification,
          "DeleteAuthenticator": delete_authenticator,
          "MarkNotificationsRead": mark_notifications_read, "UpdateNotificationSettings": update_notification_settings,
          "UpdateMyProfile": update_my_profile, "CreateMyAddress": create_my_address,
          "UpdateMyAddress": update_my_address, "DeleteMyAddress": delete_my_address, "OpenSeller": open_seller,
          "ApproveSeller": approve_seller, "SuspendSeller": move_seller("suspend", "ACTIVE"),
          "ReinstateSeller": move_seller("reinstate", "SUSPENDED"), "CloseSeller": move_seller("close", "ACTIVE"),
          "UpdateSeller": update_seller, "UpdateMember": update_member, "RemoveMember": remove_member,
          "CreateInvitation": create_invitation, "DeleteInvitation": delete_invitation, "AcceptInvitation": accept_invitation,
          "CreateCategory": create_category, "UpdateCategory": update_category, "DeleteCategory": delete_category,
          "CreateSearchRule": create_search_rule, "DeleteSearchRule": delete_search_rule,
          "CreateProduct": create_product, "UpdateProduct": update_product, "PublishProduct": act_on_product("publish"),
          "PutTranslation": put_translation, "DeleteTranslation": delete_translation,
          "ProposeProduct": act_on_product("propose"), "ArchiveProduct": act_on_product("archive"),
          "RestoreProduct": act_on_product("restore", before=["archive"]),
          "ApproveProduct": act_on_product("approve", "operator", ["propose"]),
          "RequestChanges": act_on_product("requestChanges", "operator", ["propose"], reason="More light, please."),
          "TakeDownProduct": act_on_product("takeDown", "operator", ["publish"], reason="It infringes a patent."),
          "UploadMyPicture": upload_my_picture, "DeleteMyPicture": delete_my_picture, "UploadPicture": upload_picture, "UpdatePicture": update_picture, "DeletePicture": delete_picture,
          "CreateOffer": create_offer, "UpdateOffer": update_offer, "AdjustStock": adjust_stock,
          "ArchiveOffer": act_on_offer("archive", "seller", {}), "RestoreOffer": act_on_offer("restore", "seller", {}, "ARCHIVED"),
          "DetachOffer": act_on_offer("detach", "operator", {"reason": "is another thing"}), "BatchUpdateOffers": batch_update_offers, "CreateImport": create_import,
          "PlaceOrder": place_order, "CancelOrder": cancel_order, "PayOrder": pay_order,
          "AcceptSellerOrder": fulfil("accept", "ACCEPTED", {}),
          "ShipSellerOrder": fulfil("ship", "SHIPPED", SHIP[1], [ACCEPT]),
          "DeliverSellerOrder": fulfil("deliver", "DELIVERED", {}, [ACCEPT, SHIP]),
          "RejectSellerOrder": fulfil("reject", "REJECTED", {"reason": "sold in the shop"}),
          "CancelBySeller": fulfil("cancel", "CANCELLED", {"reason": "broken"}, [ACCEPT]), "ConfirmReceipt": confirm_receipt,
          "CreateDeliveryMethod": create_delivery_method, "UpdateDeliveryMethod": update_delivery_method,
          "DeleteDeliveryMethod": delete_delivery_method, "CreateTaxRate": create_tax_rate, "EndTaxRate": end_tax_rate,
          "AdvanceCheckout": advance_checkout, "RefundPayment": refund_payment, **key_scenes_payouts.SCENES, **key_scenes_disputes.SCENES,
          "DisableAccount": act_on_account("disable"), "EnableAccount": act_on_account("enable"),
          "GrantRole": act_on_account("grantRole"), "RevokeRole": act_on_account("revokeRole"),
          "StartConversation": start_conversation, "SendMessage": send_message, "MarkConversationRead": mark_conversation_read,
          "ReportConversation": report_conversation, "PublishTerms": publish_terms,
          "CreateReview": create_review, "UpdateReview": on_reviews("buyer", "", {"rating": 2}),
          "DeleteReview": on_reviews("buyer", "", None, (404, 0)),
          "ReplyToReview": on_reviews("seller", ":reply", {"text": "Thanks"}), "ReportReview": report_review,
          "HideReview": on_reviews("operator", ":hide", {"reason": "names"}),
          "UnhideReview": on_reviews("operator", ":unhide", {"reason": "a mistake"}, hidden=True),
          "ResolveReport": resolve_report,
          "RevokeApiKey": revoke_key("operator", "/v1/apiKeys"),
          "RevokeSellerApiKey": revoke_key("seller", "/v1/sellers/{}/apiKeys"),
          "CreateCoupon": create_coupon("operator", "/v1/coupons"), "CreateSellerCoupon": create_coupon("seller", "/v1/sellers/{}/coupons"),
          "UpdateCoupon": update_coupon, "EndCoupon": end_coupon,
          "CreateCommissionRule": create_commission_rule, "ResolveFinding": resolve_finding, "CreateSellerLedgerEntry": create_entry,
          "UpdateCommissionRule": act_on_commission_rule("PATCH", "DRAFT", {"percentagePpm": 1}, "percentage_ppm = 1", 200),
          "PublishCommissionRule": act_on_commission_rule("publish", "DRAFT", {}, "state <> 'DRAFT'", 200),
          "ApproveCommissionRule": act_on_commission_rule("approve", "PROPOSED", {"version": 1}, "state = 'PUBLISHED'", 409),
          "WithdrawCommissionRule": act_on_commission_rule("withdraw", "DRAFT", {}, "state = 'WITHDRAWN'", 200),
          "EndCommissionRule": act_on_commission_rule("end", "PUBLISHED", {}, "valid_until IS NOT NULL", 200)}
