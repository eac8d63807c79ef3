"""The public pages, as the gateway writes them, through nginx: what a person without scripts and a search engine reads."""

import html.parser
import json
import re
import uuid

import httpx
import pytest

import market
from market import until

# What would run in a page that took it for more than words.
MISCHIEF = """Engine "'><script>alert(1)</script><img src=x onerror=alert(1)>"""
NONE = "01976b2a-7c1e-7a3b-9f42-002e1ba79f9e"


class Page(html.parser.HTMLParser):
    """What is in a document: its elements with their attributes, the texts within each, and its blocks of data."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.open.append(tag)
        if tag in ("meta", "link", "img", "input", "source", "br"):
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.texts.setdefault(tag, []).append(data)

    def text(self, tag):
        return " ".join("".join(self.texts.get(tag, [])).split())

    def all(self, tag, **wanted):
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]

    def one(self, tag, **wanted):
        found, = self.all(tag, **wanted)
        return found

    def facts(self):
        return [json.loads(one) for one in self.texts.get("script", []) if "schema.org" in one and '"@context"' in one[:20]]


@pytest.fixture(scope="module", autouse=True)
def written(anonymous):
    if "pages.directory" not in next((market.data_directory() / "etc").glob("gateway*.conf"), market.data_directory() / "etc/marketplace.conf").read_text():
        pytest.skip("this marketplace was started without npm, so without pages")


def read(anonymous, path, status=200, **arguments):
    answer = anonymous.get(path, **arguments)
    assert answer.status_code == status, (path, answer.text)
    assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "unsafe" not in answer.headers["Content-Security-Policy"]
    assert len(answer.headers.get_list("Content-Security-Policy")) == 1
    return Page(answer.text)


def test_a_product_is_read_without_scripts(anonymous, stack, shop, category):
    sold = shop(stock=3, price=123450)
    product = sold.product["id"]
    forged = {"Host": httpx.URL(stack["url"]).netloc.decode(), "X-Forwarded-Host": "evil.example"}
    shop_link = {"href": f"/en/s/{sold.owner.seller}/engines"}    # once product has heard of the shop
    page = until(lambda: (seen := read(anonymous, f"/en/p/{product}/any-title", headers=forged)).all("a", **shop_link) and seen, "the page with its shop")
    assert page.text("h1") == "Difference engine" and page.text("title") == "Difference engine · Marketplace"
    main = page.text("main")
    assert "€1,234.50" in main and "Brass, hand-finished." in main and "Only 3 left" in main and "brass" in main
    assert page.one("html")["lang"] == "en"
    address = f"{stack['url']}/en/p/{product}"
    assert page.one("link", rel="canonical")["href"] == page.one("link", hreflang="x-default")["href"] == address
    assert page.one("link", hreflang="ru")["href"] == f"{stack['url']}/ru/p/{product}"
    assert page.one("meta", property="og:title")["content"] == "Difference engine"
    fact, crumbs = page.facts()
    assert (fact["@type"], fact["name"], fact["url"], crumbs["@type"]) == ("Product", "Difference engine", address, "BreadcrumbList")
    offer, = fact["offers"]
    assert (offer["price"], offer["priceCurrency"], offer["availability"]) == ("1234.50", "EUR", "https://schema.org/InStock")
    assert page.one("a", **shop_link) and page.all("a", href="/en/") and page.one("form")["action"] == "/en/search"
    russian = read(anonymous, f"/ru/p/{product}")
    assert "1 234,50 €" in " ".join(russian.text("main").split()) and russian.one("html")["lang"] == "ru"


def test_lists_lead_to_products(anonymous, operator, shop, category):
    sold = shop()
    product, slug = sold.product["id"], next(one["slug"] for one in anonymous.ok("GET", "/v1/categories")["categories"] if one["id"] == category)
    link = {"href": f"/en/p/{product}/difference-engine"}
    for path in ("/en/", f"/en/c/{slug}", "/en/search?q=difference+engine&sort=newest", f"/en/s/{sold.owner.seller}"):
        page = until(lambda path=path: (seen := read(anonymous, path)).all("a", **link) and seen, f"the product on {path}", pause_s=0.2)
        assert page.text("h1") and "€19.99" in page.text("main")
        kept = json.loads(next(one for one in page.texts["script"] if one.startswith('{"/v1/')))
        assert "/v1/categories?language=en" in kept and any(url.startswith(("/v1/products?", "/v1/sellers/")) for url in kept)
    assert read(anonymous, "/en/search?q=difference+engine").one("meta", name="robots")["content"] == "noindex"
    assert read(anonymous, f"/ru/c/{slug}").facts()[0]["@type"] == "BreadcrumbList"


def test_what_people_write_is_nothing_but_words(anonymous, operator, person):
    owner = person("Mallory")
    owner.open_seller()
    owner.ok("PATCH", f"/v1/sellers/{owner.seller}", {"displayName": MISCHIEF[:60], "description": MISCHIEF})
    category = operator.ok("POST", "/v1/categories", {"name": MISCHIEF[:60], "slug": f"engines-{uuid.uuid4().hex[:12]}"})
    body = {"title": MISCHIEF, "description": MISCHIEF, "categoryId": category["id"], "attributes": {MISCHIEF[:40]: MISCHIEF[:60]},
            "offers": [{"sku": "E-" + uuid.uuid4().hex[:12], "options": {MISCHIEF[:40]: MISCHIEF[:60]}, "price": {"amount": 1, "currency": "EUR"}, "stock": 1}]}
    product = owner.ok("POST", f"/v1/sellers/{owner.seller}/products", body, key=market.new_key())
    owner.ok("POST", f"/v1/products/{product['id']}:publish", {})
    words = read(anonymous, f"/en/p/{product['id']}")
    assert words.text("h1") == " ".join(MISCHIEF.split())
    for path in (f"/en/p/{product['id']}", f"/en/s/{owner.seller}", f"/en/c/{category['slug']}", "/en/", f"/en/search?q={MISCHIEF[:50]}"):
        page = read(anonymous, path)
        # Files of ours and data; nothing that reacts.
        assert {script.get("src", "data")[:8] for script in page.all("script")} <= {"/assets/", "data"}
        assert {script["type"] for script in page.all("script")} <= {"module", "application/json", "application/ld+json"}
        assert not page.all("img", src="x") and not [found for _, found in page.elements if any(name.startswith("on") for name in found)]


def test_what_is_not_there_says_so(anonymous):
    for path in (f"/en/p/{NONE}", f"/en/s/{NONE}", "/ru/c/none", "/en/p/" + "0" * 36):
        answer = anonymous.get(path)
        page = read(anonymous, path, status=404)
        assert page.text("h1") and not page.all("link", rel="canonical") and page.one("meta", name="robots")["content"] == "noindex"
        assert re.fullmatch("[0-9a-f]{32}", page.text("code")) and answer.headers["Cache-Control"] == "no-cache"
    lost = anonymous.get("/en/nothing/here")
    assert lost.status_code == 404 and "text/html" in lost.headers["Content-Type"]


def test_a_page_is_asked_for_again_for_nothing(anonymous, shop):
    path = f"/en/p/{shop().product['id']}"
    first = anonymous.get(path, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip" and first.headers["Cache-Control"] == "public, max-age=5"
    same = anonymous.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert anonymous.post(path, {}).status_code == 405


def test_search_engines_find_the_way(anonymous, stack, shop):
    robots = anonymous.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain") and f"Sitemap: {stack['url']}/sitemap.xml" in robots.text
    product = shop().product

    def listed():
        told = anonymous.get("/sitemap.xml")
        assert told.status_code == 200 and told.headers["Content-Type"].startswith("application/xml")
        text = told.text
        if "<sitemapindex" in text:
            path = f"/sitemap/{product['categoryId']}.xml"
            assert f"<loc>{stack['url']}{path}</loc>" in text
            text = anonymous.get(path).text
        return all(f"<loc>{stack['url']}/{language}/p/{product['id']}</loc>" in text for language in ("en", "ru"))

    until(listed, "the product to be on the map", pause_s=0.3)


@pytest.mark.alone
def test_a_page_whose_service_is_away_says_so_and_the_shop_still_opens(stack, anonymous, away, shop):
    product = shop().product["id"]
    away("product")
    path = f"/en/p/{product}"
    page = until(lambda: anonymous.get(path).status_code == 503 and read(anonymous, path, status=503), "the page to be missed", pause_s=0.2)
    said = page.text("main")
    assert ("cannot be reached" in said or "took too long" in said) and page.text("code")
    assert anonymous.get(path).headers["Retry-After"] == "1"
