"""The links in the mails of a running marketplace, followed as their readers do where the pages of the shop could not be built (those:
tests/browser/account.mjs): in a browser, with the token that the mail has."""

import pytest

import mails
import market
from browsing import browse
from market import Client, Person, new_key, until

OTHER = "violet anchor teapot"


@pytest.fixture(scope="module")
def mailbox(stack):
    if "mailbox" not in stack:
        pytest.skip("this marketplace has no mailbox that can be read")
    return mails.Mailbox(stack)


@pytest.fixture
def link(stack, mailbox):
    """link(recipient, path): where the newest mail to them that leads to such a path does, without its language; to another than `other`."""

    def newest(to, path):
        links = (each for one in mailbox.mails(to) for each in mailbox.read(one["id"])["links"])
        # What a shop works with is in no language yet.
        before = stack["url"] + ("" if path.startswith("/sell/") else "/en")
        return next((each.removeprefix(before) for each in links if each.startswith(before + path)), None)

    return lambda to, path, other=None: until(lambda: (found := newest(to, path)) != other and found, f"a mail to {to} with a link to {path}")


@pytest.fixture
def owner(person, category):
    somebody = person("Sam")
    somebody.open_seller()
    return market.Shop(somebody, somebody.create_product(category))


def bought(person, sold):
    buyer = person("Bea")
    buyer.add_address()
    return buyer, buyer.place((sold.offer, 2)).json()


def entering(somebody, password=None):
    return {"fill": {"email": somebody.email, "password": password or somebody.password}, "press": "Sign in"}


def test_an_address_is_verified_and_the_link_is_good_once(stack, person, link):
    ada = person()
    ada.ok("POST", "/v1/accounts/me:sendVerification", {})
    path = link(ada.email, "/verify-email#")
    browse(stack["url"], {"open": path, "press": "Confirm", "see": f"The account signs in with {ada.email}."})
    assert ada.ok("GET", "/v1/accounts/me")["emailVerified"]
    browse(stack["url"], {"open": path, "press": "Подтвердить", "see": "её уже использовали"}, locale="ru-RU", colors="dark")


def test_an_address_is_changed_and_changed_back(stack, person, link):
    ada = person()
    ada.ok("POST", "/v1/accounts/me:sendVerification", {})
    first = link(ada.email, "/verify-email#")
    browse(stack["url"], {"open": first, "press": "Confirm", "see": ada.email})
    new = f"new-{ada.email}"
    ada.ok("POST", "/v1/accounts/me:changeEmail", {"email": new, "password": ada.password})
    browse(stack["url"], {"open": link(new, "/verify-email#"), "press": "Confirm", "see": f"The account signs in with {new}."})
    browse(stack["url"], {"open": link(ada.email, "/verify-email#", first), "press": "Confirm", "see": f"The account signs in with {ada.email}."})


def test_a_forgotten_password_is_set_anew(stack, anonymous, person, link):
    ada = person()
    browse(stack["url"], {"open": "/reset-password", "fill": {"email": ada.email}, "press": "Send", "see": "a mail with a link is on its way"})
    path = link(ada.email, "/reset-password#")
    browse(stack["url"], {"open": path, "fill": {"newPassword": ada.email}, "press": "Save", "see": "The password is too easy to guess"},
           {"fill": {"newPassword": OTHER}, "press": "Save", "see": f"The new password is set for {ada.email}."})
    assert Person(stack["url"], stack["caFile"], email=ada.email, password=OTHER).id == ada.id


def test_a_guest_claims_the_account(stack, anonymous, link):
    email = f"guest-{new_key()}@example.test"
    session = anonymous.ok("POST", "/v1/accounts:guest", {"email": email})
    first = link(email, "/claim-account#")
    browse(stack["url"], {"open": "/reset-password", "fill": {"email": email}, "press": "Send", "see": "a mail with a link is on its way"})
    path = link(email, "/claim-account#", first)
    browse(stack["url"], {"open": path, "fill": {"newPassword": OTHER}, "press": "Save", "see": f"Sign in as {email} from now on"})
    claimed = Person(stack["url"], stack["caFile"], email=email, password=OTHER)
    assert claimed.id == session["account"]["id"]
    assert [one["current"] for one in claimed.ok("GET", "/v1/sessions")["sessions"]] == [True], "the page's session is over"


def test_an_invitation_is_accepted(stack, person, owner, link):
    tim = person("Tim")
    owner.owner.ok("POST", f"/v1/sellers/{owner.owner.seller}/invitations", {"email": tim.email, "role": "staff"}, key=new_key())
    browse(stack["url"], {"open": link(tim.email, "/accept-invitation#"), **entering(tim), "see": "You have joined the shop as staff."})
    tim.refresh()
    assert tim.session["account"]["sellers"] == [{"sellerId": owner.owner.seller, "role": "staff"}]
    assert len(tim.ok("GET", "/v1/sessions")["sessions"]) == 1, "the page's session is over"


def test_an_order_is_shown_to_its_buyer_and_to_the_shop(stack, person, owner, link):
    buyer, order = bought(person, owner)
    path, sale = link(buyer.email, "/orders/"), link(owner.owner.email, "/sell/orders/")
    assert path == f"/orders/{order['id']}"
    browse(stack["url"], {"open": path, **entering(buyer), "see": f"Order {order['number']}"}, {"see": "€39.98"}, {"see": "Ada Lovelace"},
           {"open": path, **entering(owner.owner), "see": "That did not work."},
           {"open": sale, **entering(owner.owner), "see": "2 × Difference engine"}, {"press": "Sign out", "see": "Sign in to see this"})
    until(lambda: len(buyer.ok("GET", "/v1/sessions")["sessions"]) == 1, "the end of the session of a page that is left")


def test_a_shop_wants_no_more_mails_of_a_kind(stack, person, owner, link):
    bought(person, owner)
    browse(stack["url"], {"open": link(owner.owner.email, "/unsubscribe#"), "press": "Unsubscribe", "see": "You will get no more mails"})
    settings = {one["kind"]: one["mail"] for one in owner.owner.ok("GET", "/v1/notificationSettings")["settings"]}
    assert not settings["SALE"] and settings["SALE_CANCELLED"]
    browse(stack["url"], {"open": "/unsubscribe#ut_none", "press": "Unsubscribe", "see": "That did not work."})


def test_a_device_is_signed_out(stack, person, link):
    ada = person()
    phone = Client(stack["url"], stack["caFile"])
    phone.http.headers["User-Agent"] = "Phone/1"
    entered = phone.ok("POST", "/v1/sessions", {"email": ada.email, "password": ada.password})
    browse(stack["url"], {"open": link(ada.email, "/account/sessions"), **entering(ada), "see": "Phone"},
           {"press": "Sign this device out: Phone", "see": "The device is signed out."})
    assert phone.post("/v1/sessions:refresh", {"refreshToken": entered["refreshToken"]}).status_code == 401
    browse(stack["url"], {"open": "/account", **entering(ada), "see": "Where you are signed in"}, {"see": ada.email})


def test_shops_are_shown_to_who_runs_them(stack, owner):
    browse(stack["url"], {"open": "/sell", "fill": entering(owner.owner)["fill"], "press": "Войти", "see": "Engines"}, {"see": "владелец"}, locale="ru")
