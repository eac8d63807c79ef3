"""A session whose tokens are cookies, as the pages of the marketplace use it: no body has them, and no other site can use them."""

import http.cookies
import re

import pytest

import market
from market import new_key

TOKEN = re.compile(r"eyJ|rt_|dv_")


class Browser(market.Client):
    """Keeps cookies by their whole name, and says where its requests come from."""

    def __init__(self, stack):
        super().__init__(stack["url"], stack["caFile"])
        self.port = stack["url"].rpartition(":")[2]
        self.cookies = {}

    def ask(self, verb, path, body=None, site="same-origin", **headers):
        sent = {"Sec-Fetch-Site": site, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        answer = self.call(verb, path, body, headers=sent)
        for header in answer.headers.get_list("set-cookie"):
            for name, cookie in http.cookies.SimpleCookie(header).items():
                assert cookie["secure"] and cookie["samesite"] == "Strict" and cookie["path"] == "/" and not cookie["domain"]
                assert cookie["httponly"] or name.startswith("signed-in")
                self.cookies.pop(name, None)
                if cookie["max-age"] != "0":
                    self.cookies[name] = cookie.value
        return answer

    def cookie(self, name):
        return self.cookies[f"{name}-{self.port}"]


@pytest.fixture
def browser(stack):
    one = Browser(stack)
    one.email = f"bea-{new_key()[:16]}@example.test"
    made = one.ask("POST", "/v1/browser/session:signUp", {"email": one.email, "password": market.Person.password, "displayName": "Bea"})
    assert made.status_code == 201 and made.json()["email"] == one.email
    assert not TOKEN.search(made.text)
    return one


def refused(answer, status, reason):
    assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text


def test_from_sign_up_to_sign_out(browser):
    assert int(browser.cookie("signed-in")) > 0
    assert browser.ask("GET", "/v1/accounts/me").json()["email"] == browser.email
    assert browser.ask("PATCH", "/v1/users/me", {"givenName": "Beatrice"}).json()["givenName"] == "Beatrice"
    before = browser.cookie("__Host-at"), browser.cookie("__Host-rt")
    renewed = browser.ask("POST", "/v1/browser/session:refresh")
    assert renewed.status_code == 200 and renewed.json()["email"] == browser.email and not TOKEN.search(renewed.text)
    assert browser.cookie("__Host-rt") != before[1]
    used = {**browser.cookies}
    out = browser.ask("DELETE", "/v1/browser/session")
    assert out.status_code == 204 and out.headers["clear-site-data"] == '"cache", "storage"'
    assert list(browser.cookies) == [f"__Host-dt-{browser.port}"]
    browser.cookies = used
    refused(browser.ask("POST", "/v1/browser/session:refresh"), 401, "SESSION_ENDED")
    assert f"__Host-rt-{browser.port}" not in browser.cookies
    back = browser.ask("POST", "/v1/browser/session", {"email": browser.email, "password": market.Person.password})
    assert back.status_code == 201 and browser.ask("GET", "/v1/accounts/me").status_code == 200


def test_other_sites_do_nothing_in_its_name(browser):
    for site in ("cross-site", "same-site", "none"):
        refused(browser.ask("PATCH", "/v1/users/me", {"givenName": "Eve"}, site=site), 403, "CROSS_SITE")
        for verb, path in (("POST", "/v1/browser/session"), ("POST", "/v1/browser/session:refresh"), ("DELETE", "/v1/browser/session")):
            refused(browser.ask(verb, path, site=site), 403, "CROSS_SITE")
    assert browser.ask("GET", "/v1/users/me").json().get("givenName", "") == ""


def test_what_everybody_reads_is_not_read_in_its_name(browser, anonymous):
    mine = browser.ask("GET", "/v1/categories")
    assert mine.json() == anonymous.ok("GET", "/v1/categories") and "private" not in mine.headers["cache-control"]


def test_a_guest_in_the_browser(stack, shop):
    guest = Browser(stack)
    made = guest.ask("POST", "/v1/browser/session:guest", {"email": f"guest-{new_key()[:16]}@example.test"})
    assert made.status_code == 201 and not TOKEN.search(made.text)
    address = guest.ask("POST", "/v1/users/me/addresses", {"recipient": "Ada Lovelace", "lines": ["12 St James's Square"], "city": "London",
                                                           "postalCode": "SW1Y 4JH", "countryCode": "GB"}).json()["id"]
    order = {"items": [{"offerId": shop().offer, "quantity": 1}], "shippingAddressId": address, "paymentMethod": "pm_card_visa"}
    assert guest.ask("POST", "/v1/orders", order, **{"Idempotency-Key": new_key()}).status_code == 201
