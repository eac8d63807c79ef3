// Every page of the shop in its states, pairwise over theme, width and language: nothing on it is out of order, everybody can use it,
// and build/test-results/pages has what it looks like.
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

// Each two values of two of them come together once.
const LOOKS = [
  { theme: "light", width: 360, language: "en", all: true },
  { theme: "light", width: 1280, language: "ru", all: false },
  { theme: "dark", width: 360, language: "ru", all: false },
  { theme: "dark", width: 1280, language: "en", all: true },
];
// What a first visit may cost.
const JS_BYTES = 45 * 1024;
const BUYING_BYTES = 60 * 1024;
const CSS_BYTES = 12 * 1024;

const some = JSON.parse(process.env.MARKET_SOME);
const paths = {
  home: "/",
  search: "/search?q=tea",
  category: `/c/${some.category}`,
  product: `/p/${some.product}`,
  shop: `/s/${some.seller}`,
  "sign-in": "/sign-in",
  "sign-up": "/sign-up",
  terms: "/terms",
  "reset-password": "/reset-password",
  "verify-email-no-token": "/verify-email",
  report: `/report/${some.product}`,
};
// Nobody comes here first, so these may weigh more: of a guest, who has nothing yet;
const begun = { cart: "/cart", "checkout-who": "/checkout/address" };
// of the buyer, with something in the cart and a checkout under way.
const buying = {
  "cart-full": "/cart",
  "checkout-address": "/checkout/address",
  "checkout-delivery": "/checkout/delivery",
  "checkout-payment": "/checkout/payment",
  "checkout-review": "/checkout/review",
  done: `/checkout/done/${some.order}`,
};

// States of pages that are there already, in two looks that differ in theme and width.
const states = {
  "search-filtered": "/search?stock=1&max=20000&a=material%3Dcotton&sort=price",
  "search-nothing": "/search?q=qwertzuiop",
  "product-reviewed": `/p/${some.reviewed}`,
};
const own = {
  orders: "/orders",
  "orders-filtered": "/orders?state=COMPLETED",
  order: `/orders/${some.order}`,
  account: "/account",
  profile: "/account/profile",
  addresses: "/account/addresses",
  security: "/account/security",
  sessions: "/account/sessions",
  "notification-settings": "/account/notifications",
  "personal-data": "/account/data",
  wishes: "/wishes",
  notifications: "/notifications",
  messages: "/messages",
  conversation: `/messages/${some.conversation}`,
  "message-new": `/messages/new?sellerId=${some.seller}&productId=${some.product}`,
  "review-new": `/review/${some.reviewable.line}?order=${some.reviewable.order}`,
  "order-returned": `/orders/${some.reviewable.order}`,
  returns: "/returns",
  "returns-none": "/returns?state=REJECTED",
  return: `/returns/${some.reviewable.return}`,
  "return-new": `/returns/new?order=${some.reviewable.order}&part=${some.reviewable.part}`,
  sell: "/sell",
};

async function weigh(page, name, most = JS_BYTES) {
  const weights = await page.evaluate(() => performance.getEntriesByType("resource")
    .map((one) => ({ path: new URL(one.name).pathname, bytes: one.encodedBodySize })));
  const sum = (end) => weights.filter((one) => one.path.endsWith(end)).reduce((all, one) => all + one.bytes, 0);
  if (!(sum(".js") > 0 && sum(".js") <= most)) wrong(`${name}: ${sum(".js")} bytes of JavaScript, ${most} at most`);
  if (!(sum(".css") > 0 && sum(".css") <= CSS_BYTES)) wrong(`${name}: ${sum(".css")} bytes of CSS, ${CSS_BYTES} at most`);
  return `${name} ${sum(".js")} ${sum(".css")}`;
}

/** In the page: something in the cart, and what a checkout has asked for so far. */
async function fillCart(offer) {
  const ask = async (method, path, body) =>
    (await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) })).json();
  const { id } = await ask("POST", "/v1/browser/carts", {});
  await ask("PUT", `/v1/carts/${id}/items/${offer}`, { quantity: 2 });
  const { addresses } = await ask("GET", "/v1/users/me/addresses");
  sessionStorage.setItem("checkout", JSON.stringify({ addressId: addresses[0].id, method: "pm_card_visa" }));
}

async function visit({ theme, width, language, all }) {
  const context = await newContext({ theme, width });
  const called = (name) => `${name}-${language}-${theme}-${width}`;
  const weights = [];
  const page = await newPage(context);
  const see = async (name, path, most) => {
    await page.goto(`${url}/${language}${path}`, { waitUntil: "load" });
    await page.locator("main h1").waitFor();
    await look(page, called(name), theme);
    if (theme === "light") weights.push(await weigh(page, called(name), most));
  };
  for (const [name, path] of Object.entries({ ...paths, ...(all && states) })) await see(name, path);
  for (const [name, path] of Object.entries(begun)) await see(name, path, BUYING_BYTES);
  await page.evaluate((body) => fetch("/v1/browser/session", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    JSON.stringify(some.buyer));
  for (const [name, path] of Object.entries(own)) await see(name, path, BUYING_BYTES);
  await page.evaluate(fillCart, some.plain.offer);
  for (const [name, path] of Object.entries(buying)) await see(name, path, BUYING_BYTES);
  await page.close();
  await context.clearCookies();
  if (all) await misfortunes(context, { theme, language, called });
  await context.close();
  return weights;
}

async function misfortunes(context, { theme, language, called }) {
  const lost = await newPage(context, /404/);
  const answer = await lost.goto(`${url}/${language}/nothing/here`);
  if (answer.status() !== 404) wrong(`${called("not-found")}: status ${answer.status()}`);
  await lost.locator("main h1").waitFor();
  await look(lost, called("not-found"), theme);
  await lost.close();

  // What cannot be had says why and offers another try, which works as soon as it can.
  const failing = await newPage(context, /503/);
  const problem = { type: "/problems/unavailable", title: "-", status: 503, detail: "-", reason: "UNAVAILABLE", fields: [], traceId: "0af7651916cd43dd8448eb211c80319c" };
  await failing.route(/\/v1\/products\?/, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  // Its first page has its answers with it: the next one asks.
  await failing.goto(`${url}/${language}/terms`);
  await failing.locator("[name=q]").fill("tea");
  await failing.locator("[name=q]").press("Enter");
  await failing.getByText(problem.traceId).waitFor();
  await look(failing, called("search-error"), theme);
  await failing.unroute(/\/v1\/products\?/);
  await failing.locator(".problem button").click();
  await failing.locator(".product-card").first().waitFor();

  // So it is with somebody's own; once it is there it stays, whatever becomes of the next try.
  const returns = /\/v1\/returns/;
  await failing.route(returns, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await failing.evaluate((body) => fetch("/v1/browser/session", { method: "POST", headers: { "Content-Type": "application/json" }, body }), JSON.stringify(some.buyer));
  for (const [name, path] of Object.entries({ returns: "/returns", return: own.return, "return-new": own["return-new"] })) {
    await failing.goto(`${url}/${language}${path}`);
    await failing.getByText(problem.traceId).waitFor();
    await look(failing, called(`${name}-error`), theme);
  }
  await failing.unroute(returns);
  await failing.locator(".problem button").click();
  await failing.locator(".return-units select").waitFor();
  await failing.close();
  await context.clearCookies();

  // A page whose script does not come: another try loads it.
  const cut = await newPage(context, /sign_in_page|ERR_FAILED/);
  await cut.goto(`${url}/${language}/search`);
  await cut.route(/assets\/sign_in_page/, (route) => route.abort());
  await cut.locator(".header-enter").click();
  await cut.locator(".problem button").waitFor();
  await cut.unroute(/assets\/sign_in_page/);
  await cut.locator(".problem button").click();
  await cut.locator("input[type=password]").waitFor();
  await cut.close();
}

// Two at a time, as there are processors.
const weights = await Promise.all([[0, 2], [1, 3]].map(async ([one, other]) => [...await visit(LOOKS[one]), ...await visit(LOOKS[other])]));
if (process.env.MARKET_WEIGHTS) console.error(weights.flat().join("\n"));
await browser.close();
