// What the server has written and what scripts show in its place are one: the same headings, prices and links; and scripts ask for nothing
// that came along.
import { browser, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const paths = ["/", "/search?q=tea", `/c/${some.category}`, `/p/${some.product}`, `/s/${some.seller}`];

// Of what is shown: read in the page.
const shown = () => {
  const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent.replace(/\s+/g, " ").trim());
  return {
    title: document.title,
    headings: texts("main h1, .product-card h2, .product-card h3, .product-facts h2, .shop-terms h2, .review h3"),
    prices: texts("main .price-tag strong, main .price-tag s"),
    // What can be done with a product is for who is signed in, and for no machine.
    links: [...new Set([...document.querySelectorAll("main a:not(.asides a)")].map((one) => one.getAttribute("href")))].sort(),
    description: texts("main .prose"),
  };
};

async function compare(path) {
  const plain = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  // Without scripts a browser gets none, not even those that it is told to get early.
  const silent = await newPage(plain, /\/assets\/\S+\.js csp$/);
  await silent.goto(`${url}${path}`);
  const text = await (await plain.request.get(`${url}${path}`)).text();
  const blocks = (type) => [...text.matchAll(new RegExp(`<script type="${type}"[^>]*>([^<]*)</script>`, "g"))].map((one) => JSON.parse(one[1]));
  const [answers] = blocks("application/json");
  const facts = blocks("application/ld\\+json");
  // A page without scripts can't be asked by one; what it holds is parsed in another.
  const context = await newContext();
  const page = await newPage(context);
  const written = await page.evaluate(([html, source]) => {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    return new Function("document", `return (${source})()`)(parsed);
  }, [text, shown.toString()]);
  const asked = [];
  page.on("request", (request) => asked.push(request.url().slice(url.length)));
  await page.goto(`${url}${path}`, { waitUntil: "networkidle" });
  const seen = await page.evaluate(shown);
  for (const part of Object.keys(seen)) {
    const [ours, theirs] = [written, seen].map((one) => JSON.stringify(one[part]));
    if (ours !== theirs) wrong(`${path}: ${part}: the server has ${ours}, scripts ${theirs}`);
  }
  if (seen.headings.length === 0) wrong(`${path}: nothing is shown`);
  const spelt = (one) => {
    const { pathname, searchParams } = new URL(one, url);
    searchParams.sort();
    return searchParams.size ? `${pathname}?${searchParams}` : pathname;
  };
  for (const one of asked.filter((each) => each.startsWith("/v1/"))) if (spelt(one) in answers) wrong(`${path}: asked for ${one}, which it had`);
  const product = facts.find((one) => one["@type"] === "Product");
  if (product) {
    if (product.name !== seen.headings[0]) wrong(`${path}: JSON-LD has ${product.name}`);
    const digits = (value) => value.replace(/\D/g, "");
    if (!product.offers.some((one) => digits(one.price) === digits(seen.prices[0]))) wrong(`${path}: JSON-LD has not ${seen.prices[0]}`);
  }
  // Gone on to another page, nothing of this one is told of it.
  await page.locator("a.brand").click();
  await page.locator(".hero h1").waitFor();
  if (!path.endsWith("/") && await page.locator("link[rel=canonical], script[type='application/ld+json']").count()) wrong(`${path}: stays in the head`);
  await context.close();
  await plain.close();
}

for (const path of paths) await Promise.all(["en", "ru"].map((language) => compare(`/${language}${path}`)));

// Amounts that the server's library writes as tests of it say, and a browser.
const page = await newPage(await newContext());
for (const { language, minor, currency, text } of JSON.parse(process.env.MARKET_AMOUNTS)) {
  const said = await page.evaluate(([locale, amount, code]) => {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency: code, currencyDisplay: "narrowSymbol" });
    return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  }, [language, minor, currency]);
  if (said !== text) wrong(`${minor} ${currency} in ${language}: the server has ${text}, a browser ${said}`);
}
await browser.close();
