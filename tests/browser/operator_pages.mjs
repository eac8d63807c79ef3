// Every page of those who run the marketplace in its states, pairwise over theme, width and language, as pages.mjs has the shop's.
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const LOOKS = [
  { theme: "light", width: 360, language: "en" },
  { theme: "light", width: 1280, language: "ru" },
  { theme: "dark", width: 360, language: "ru" },
  { theme: "dark", width: 1280, language: "en" },
];
const JS_BYTES = 90 * 1024;
const CSS_BYTES = 12 * 1024;

const some = JSON.parse(process.env.MARKET_SOME);
const buyer = encodeURIComponent(some.buyerEmail);
// Lists narrowed to a few rows, which are as wide as many.
const paths = {
  inbox: "",
  sellers: "/sellers?state=PENDING",
  seller: `/sellers/${some.waiting}`,
  accounts: `/accounts?email=${buyer}`,
  account: `/accounts/${some.buyer}`,
  roles: "/roles",
  keys: "/api-keys",
  products: "/products?state=PROPOSED",
  product: `/products/${some.product}`,
  reports: "/reports",
  review: `/reviews/${some.review}`,
  conversations: "/conversations",
  conversation: `/conversations/${some.conversation}`,
  categories: "/categories",
  "search-rules": "/search-rules",
  orders: `/orders?email=${buyer}`,
  order: `/orders/${some.order}`,
  returns: `/returns?order=${some.order}`,
  return: `/returns/${some.return}`,
  payments: `/payments?order=${some.order}`,
  ledger: `/ledger?payment=${some.payment}`,
  payouts: `/payouts?shop=${some.paidShop}`,
  payout: `/payouts/${some.payout}`,
  findings: "/findings?state=OPEN",
  commissions: `/commissions?shop=${some.paidShop}`,
  commission: `/commissions/${some.rule}`,
  coupons: "/coupons",
  taxes: "/taxes?country=DE",
  terms: "/terms",
  audit: `/audit?target=${some.payment}`,
};
// States of pages that are there already, once on a phone and once on a desk.
const states = {
  "sellers-none": "/sellers?name=qwertzuiop",
  "products-all": "/products",
  "payouts-none": `/payouts?shop=${some.waiting}`,
  "commissions-all": "/commissions",
  "ledger-as-of": `/ledger?asOf=2026-01-01T00:00&payment=${some.payment}`,
};
// Nobody loses a cent to show what that looks like.
const UNBALANCED = { balances: [{ account: "psp_clearing", currency: "EUR", amount: 5499 }, { account: "order_escrow", currency: "EUR", amount: -5498 }] };
// What is stuck is made of nothing here: nobody waits for a provider that hangs.
const STUCK = {
  checkouts: [{
    orderId: some.order, orderNumber: some.number, buyerId: some.buyer, state: "PENDING_PAYMENT", step: "FORWARD", attempts: 50, failures: 3,
    lastError: `INTERNAL: ${some.mischief}`, driven: false, createTime: "2026-11-01T00:00:00Z", deadlineTime: "2026-11-01T00:10:00Z",
    nextRunTime: "2026-11-01T00:10:00Z", parkedTime: "2026-11-01T00:10:00Z",
  }],
};

async function weigh(page, name) {
  const weights = await page.evaluate(() => performance.getEntriesByType("resource")
    .map((one) => ({ path: new URL(one.name).pathname, bytes: one.encodedBodySize })));
  const sum = (end) => weights.filter((one) => one.path.endsWith(end)).reduce((all, one) => all + one.bytes, 0);
  if (!(sum(".js") > 0 && sum(".js") <= JS_BYTES)) wrong(`${name}: ${sum(".js")} bytes of JavaScript, ${JS_BYTES} at most`);
  if (!(sum(".css") > 0 && sum(".css") <= CSS_BYTES)) wrong(`${name}: ${sum(".css")} bytes of CSS, ${CSS_BYTES} at most`);
  return `${name} ${sum(".js")} ${sum(".css")}`;
}

async function visit({ theme, width, language }) {
  const context = await newContext({ theme, width });
  const called = (name) => `operator-${name}-${language}-${theme}-${width}`;
  const weights = [];
  const page = await newPage(context);
  const see = async (name, path) => {
    await page.goto(`${url}/${language}/operator${path}`, { waitUntil: "load" });
    await page.locator("main h1").waitFor();
    await look(page, called(name), theme);
    if (theme === "light") weights.push(await weigh(page, called(name)));
  };
  await see("sign-in", "");
  await page.evaluate((body) => fetch("/v1/browser/session", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    JSON.stringify(some.admin));
  for (const [name, path] of Object.entries({ ...paths, ...((width === 360) === (theme === "light") && states) })) await see(name, path);
  await page.route(/\/v1\/admin\/checkouts/, (route) => route.fulfill({ json: STUCK }));
  await see("checkouts", "/checkouts");
  await page.route(/\/v1\/ledger\/balances/, (route) => route.fulfill({ json: UNBALANCED }));
  await see("ledger-unbalanced", `/ledger?payment=${some.payment}`);
  if (await page.locator(".badge-bad").count() !== 1) wrong(`${called("ledger-unbalanced")}: it does not say so`);
  await page.close();
  if (theme === "dark" && width === 1280) await misfortunes(context, { theme, language, called });
  await context.close();
  return weights;
}

async function misfortunes(context, { theme, language, called }) {
  const failing = await newPage(context, /503|404/);
  const problem = { type: "/problems/unavailable", title: "-", status: 503, detail: "-", reason: "UNAVAILABLE", fields: [], traceId: "0af7651916cd43dd8448eb211c80319c" };
  await failing.route(/\/v1\/payments/, (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await failing.goto(`${url}/${language}/operator/payments`);
  await failing.getByText(problem.traceId).waitFor();
  await look(failing, called("payments-error"), theme);
  await failing.unroute(/\/v1\/payments/);
  await failing.locator(".problem button").click();
  await failing.locator("tbody tr").first().waitFor();
  // Nothing is at a path that has no page, nor at one of something that does not exist.
  await failing.goto(`${url}/${language}/operator/orders/01a22b80-8fca-7001-9f58-e168314d56bc`);
  await failing.locator("main h1").waitFor();
  await look(failing, called("order-none"), theme);
  const answer = await failing.goto(`${url}/${language}/operator/nothing`);
  if (answer.status() !== 404) wrong(`${called("nothing")}: status ${answer.status()}`);
  await failing.close();
}

// Two at a time, as there are processors.
const weights = await Promise.all([[0, 2], [1, 3]].map(async ([one, other]) => [...await visit(LOOKS[one]), ...await visit(LOOKS[other])]));
if (process.env.MARKET_WEIGHTS) console.error(weights.flat().join("\n"));
await browser.close();
