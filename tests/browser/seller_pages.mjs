// Every page of a shop's console in its states, pairwise over theme, width and language, as pages.mjs has the shop's.
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_TRADE);
const LOOKS = [
  { theme: "light", width: 360, language: "en", all: true },
  { theme: "light", width: 1280, language: "ru", all: false },
  { theme: "dark", width: 360, language: "ru", all: false },
  { theme: "dark", width: 1280, language: "en", all: true },
];
// What a console may weigh when it is opened.
const JS_BYTES = 90 * 1024;
const CSS_BYTES = 12 * 1024;

const shop = `/seller/${some.seller}`;
const pages = {
  choice: "/seller",
  dashboard: shop,
  orders: `${shop}/orders`,
  order: `${shop}/orders/${some.send}`,
  "order-sent": `${shop}/orders/${some.came}`,
  slip: `${shop}/orders/${some.send}/slip`,
  returns: `${shop}/returns`,
  return: `${shop}/returns/${some.return}`,
  products: `${shop}/products`,
  "product-new": `${shop}/products/new`,
  product: `${shop}/products/${some.product}`,
  stock: `${shop}/stock`,
  movements: `${shop}/stock/${some.offers[0]}`,
  imports: `${shop}/imports`,
  import: `${shop}/imports/${some.import}`,
  reviews: `${shop}/reviews`,
  messages: `${shop}/messages`,
  conversation: `${shop}/messages/${some.conversation}`,
  money: `${shop}/money`,
  payouts: `${shop}/payouts`,
  payout: `${shop}/payouts/${some.payout}`,
  ledger: `${shop}/ledger`,
  statements: `${shop}/statements?month=${new Date().toISOString().slice(0, 7)}`,
  bank: `${shop}/bank`,
  coupons: `${shop}/coupons`,
  delivery: `${shop}/delivery`,
  team: `${shop}/team`,
  keys: `${shop}/keys`,
  settings: `${shop}/settings`,
};
const states = {
  "orders-found": `${shop}/orders?state=PLACED`,
  "orders-none": `${shop}/orders?state=REJECTED`,
  "order-placed": `${shop}/orders/${some.accept}`,
  "returns-none": `${shop}/returns?state=CLOSED`,
  "products-drafts": `${shop}/products?state=DRAFT`,
  "money-none": `${shop}/money?state=RELEASED`,
  "payouts-none": `${shop}/payouts?state=FAILED`,
  "ledger-none": `${shop}/ledger?until=2020-01-01`,
  "reviews-none": `${shop}/reviews?stars=1`,
};
// What a press opens: a page, the button, in English.
const dialogs = {
  reject: [`${shop}/orders/${some.accept}`, "Reject"],
  cancel: [`${shop}/orders/${some.send}`, "Cancel units"],
  adjust: [`${shop}/stock/${some.offers[0]}`, "Adjust"],
  coupon: [`${shop}/coupons`, "New coupon"],
  payout: [`${shop}/payouts`, "Pay out now"],
  bank: [`${shop}/bank`, "Change it"],
  method: [`${shop}/delivery`, "New way to send"],
  invite: [`${shop}/team`, "Invite somebody"],
  key: [`${shop}/keys`, "New key"],
};

// Not by the page, whose failed requests are faults: a machine under load may have no thread for a password, and is asked again.
async function enter(page, who) {
  for (let tries = 1; ; ++tries) {
    const answer = await page.request.post(`${url}/v1/browser/session`, { data: who, headers: { Origin: url } });
    if (answer.ok()) return;
    if (answer.status() !== 503 || tries === 10) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
  }
}

async function weigh(page, name) {
  const weights = await page.evaluate(() => performance.getEntriesByType("resource")
    .map((one) => ({ path: new URL(one.name).pathname, bytes: one.encodedBodySize })));
  const sum = (end) => weights.filter((one) => one.path.endsWith(end)).reduce((all, one) => all + one.bytes, 0);
  if (!(sum(".js") > 0 && sum(".js") <= JS_BYTES)) wrong(`${name}: ${sum(".js")} bytes of JavaScript, ${JS_BYTES} at most`);
  if (!(sum(".css") > 0 && sum(".css") <= CSS_BYTES)) wrong(`${name}: ${sum(".css")} bytes of CSS, ${CSS_BYTES} at most`);
  return `${name} ${sum(".js")} ${sum(".css")}`;
}

async function visit({ theme, width, language, all }) {
  const context = await newContext({ theme, width });
  const called = (name) => `seller-${name}-${language}-${theme}-${width}`;
  const weights = [];
  const page = await newPage(context);
  const see = async (name, path) => {
    await page.goto(`${url}/${language}${path}`, { waitUntil: "load" });
    await page.locator("main h1:not(.unseen)").waitFor();
    await look(page, called(name), theme);
    if (theme === "light") weights.push(await weigh(page, called(name)));
  };
  await see("sign-in", shop);
  await enter(page, some.owner);
  for (const [name, path] of Object.entries({ ...pages, ...(all && states) })) await see(name, path);
  if (all) {
    for (const [name, [path, press]] of Object.entries(dialogs)) {
      await page.goto(`${url}/${language}${path}`, { waitUntil: "load" });
      await page.getByRole("button", { name: press, exact: true }).click();
      await page.locator("dialog[open]").waitFor();
      await look(page, called(`dialog-${name}`), theme);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    }
    await palette(page, called, theme);
  }
  await page.close();
  await context.clearCookies();
  if (all) await misfortunes(context, { theme, language, called });
  await context.close();
  return weights;
}

async function palette(page, called, theme) {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("cou");
  await look(page, called("palette"), theme);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Coupons" }).waitFor();
}

async function misfortunes(context, { theme, language, called }) {
  // Staff have no page for what they may not do, not even by its URL.
  const page = await newPage(context);
  await page.goto(`${url}/${language}/seller`);
  await enter(page, some.staff);
  await page.goto(`${url}/${language}${shop}/settings`);
  await page.locator("main h1").waitFor();
  await look(page, called("staff-no-settings"), theme);
  for (const hidden of ["settings", "keys", "coupons", "imports", "money", "payouts", "bank"])
    if (await page.locator(`#menu a[href$="/${hidden}"]`).count()) wrong(`staff have ${hidden} in their menu`);
  await page.goto(`${url}/${language}/seller/${some.product}`);
  await page.locator("main h1").waitFor();
  await page.close();

  // What cannot be had says why, and another try brings it.
  const failing = await newPage(context, /503/);
  const problem = { type: "/problems/unavailable", title: "-", status: 503, detail: "-", reason: "UNAVAILABLE", fields: [], traceId: "0af7651916cd43dd8448eb211c80319c" };
  await failing.route(/\/v1\/sellers\/[^/]+\/products\?/, (route) =>
    route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) }));
  await failing.goto(`${url}/${language}${shop}/products`);
  await failing.getByText(problem.traceId).waitFor();
  await look(failing, called("products-error"), theme);
  await failing.unroute(/\/v1\/sellers\/[^/]+\/products\?/);
  await failing.locator(".problem button").click();
  await failing.locator(".table tbody tr").first().waitFor();
  await failing.close();
}

// Two at a time, as there are processors.
const weights = await Promise.all([[0, 2], [1, 3]].map(async ([one, other]) => [...await visit(LOOKS[one]), ...await visit(LOOKS[other])]));
if (process.env.MARKET_WEIGHTS) console.error(weights.flat().join("\n"));
await browser.close();
