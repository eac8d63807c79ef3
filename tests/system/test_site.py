"""The pages, through nginx: what a person reads who has met a refusal or follows a link of a mail, and what generators and Swagger UI
read."""

import json
import re

import pytest
import yaml

import pages
from market import ROOT

POLICY = {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'"}


def page(anonymous, path, kind):
    answer = anonymous.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert POLICY <= set(answer.headers["Content-Security-Policy"].split("; "))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.text


def test_contract_is_served_as_json_and_yaml(anonymous):
    committed = (ROOT / "docs" / "openapi.yaml").read_text()
    assert page(anonymous, "/openapi.yaml", "application/yaml") == committed
    served = json.loads(page(anonymous, "/openapi.json", "application/json"))
    assert served == yaml.safe_load(committed)
    assert served["servers"][0]["url"] == "/"  # "Try it out" goes to where the page comes from


def test_docs_need_nothing_from_elsewhere(anonymous):
    text = page(anonymous, "/docs", "text/html")
    asked = re.findall(r'(?:src|href)="(/[^"]+)"', text)
    assert "/docs/site.css" in asked and not re.findall(r'(?:src|href)="https?:', text)
    if "/docs/swagger-ui-bundle.js" not in asked:
        pytest.skip("this marketplace was started without npm, so without Swagger UI")
    for path in asked:
        page(anonymous, path, "text/css" if path.endswith(".css") else "text/javascript")


def test_a_refusal_names_the_page_that_explains_it(anonymous):
    refusal = anonymous.get("/v1/orders")
    text = page(anonymous, refusal.json()["type"], "text/html")
    assert refusal.json()["title"] in text and refusal.json()["reason"] in text
    assert "What it means" in text and "What to do" in text


def test_every_reason_has_its_page(anonymous):
    contract = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    for reason in contract["components"]["schemas"]["Reason"]["enum"]:
        assert reason in page(anonymous, f"/problems/{reason.lower().replace('_', '-')}", "text/html")


def test_what_is_no_page_is_not_found_in_our_words(anonymous):
    for path in ("/problems/no-such-thing", "/docs/none.js", "/docs/../openapi.yaml.new", *pages.NOT_LINKED):
        answer = anonymous.get(path)
        assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND"), path
    for path in ("/problems/not-found", "/reset-password"):
        assert anonymous.post(path, {}).json()["reason"] == "METHOD_NOT_ALLOWED", path


def test_links_of_mails_lead_to_pages(anonymous):
    pages.expect_linked(anonymous)


def test_the_shop_is_served_in_each_language(anonymous):
    pages.expect_shop(anonymous, pages.FILES)


def test_every_link_that_mails_have_is_among_them():
    text = (ROOT / "services" / "notification" / "process" / "mailing.cpp").read_text()
    of_shop = set(re.findall(r'PageOf\(recipient, "(/[a-z/-]+)#?"', text))
    others = set(re.findall(r'public_url \+ "(/(?!v1/)[a-z/-]+)', text))
    assert len(of_shop) >= 10 and others

    def without_ids(paths):
        return {re.sub("/[0-9a-f-]{36}(/.*)?$", "/", path) for path in paths}

    assert without_ids((*pages.WRITTEN, *pages.FILES)) >= of_shop and without_ids(pages.LINKED) >= others
