// What happens is shown at once, over one stream for all tabs of a browser; without it, and without a network, pages stay and say so.
import { acting, browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const STREAM = /\/v1\/events:stream/;
const expect = (is, what) => is || wrong(what);

/** Somebody new with an order, signed in to this browser. */
async function bought(context) {
  const page = await newPage(context, /ERR_INTERNET|503/);
  await page.goto(`${url}/en/terms`);
  const { part, order } = await page.evaluate(async (offer) => {
    const ask = async (path, body, key) => (await fetch(path, { method: "POST", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...(key && { "Idempotency-Key": crypto.randomUUID() }) } })).json();
    await ask("/v1/browser/session:guest", { email: `live-${Date.now()}@example.test` });
    const to = await ask("/v1/users/me/addresses", { recipient: "Liv E", lines: ["Lindenallee 7"], city: "Leipzig", postalCode: "04107", countryCode: "DE" }, true);
    const made = await ask("/v1/orders", { items: [{ offerId: offer, quantity: 1 }], shippingAddressId: to.id, paymentMethod: "pm_card_visa" }, true);
    return { order: made.id, part: made.sellerOrders[0].id };
  }, some.plain.offer);
  return { page, part, order };
}

const newsOf = (page) => page.getByRole("link", { name: /^Notifications/ });
const news = async (page) => Number(/\d+/.exec(await newsOf(page).getAttribute("aria-label"))?.[0] ?? 0);
/** The bell says more than before, without anybody asking by the clock. */
const rings = (page, before) => page.waitForFunction((than) =>
  Number(/\d+/.exec(document.querySelector("a[href$='/notifications']")?.getAttribute("aria-label"))?.[0] ?? 0) > than, before);

async function oneForAll() {
  const context = await newContext();
  const { page, part, order } = await bought(context);
  let streams = 0;
  context.on("request", (request) => { if (STREAM.test(request.url())) streams += 1; });
  const begun = context.waitForEvent("request", { predicate: (request) => STREAM.test(request.url()) });
  await page.goto(`${url}/en/orders/${order}`);
  await newsOf(page).waitFor();
  await begun;
  const other = await newPage(context);
  await other.goto(`${url}/en/terms`);
  await newsOf(other).waitFor();
  // The order's own news come first: what is counted from here on is the shop's doing.
  await rings(page, 0);
  await rings(other, 0);
  const act = await acting(page, some.owner);
  const counts = await Promise.all([page, other].map(news));
  await act(`/sellerOrders/${part}:accept`);
  await Promise.all([rings(page, counts[0]), rings(other, counts[1])]);
  await page.getByRole("status").getByText("Being packed").waitFor();
  expect(streams === 1, `two tabs have ${streams} streams`);
  // The tab with the stream goes: the other one takes over.
  const before = await news(other);
  const next = context.waitForEvent("request", { predicate: (request) => STREAM.test(request.url()) });
  await page.close();
  await next;
  await act(`/sellerOrders/${part}:ship`, { carrier: "DHL", trackingNumber: "JD1" });
  await rings(other, before);
  expect(streams === 2, `after one of two tabs has gone there were ${streams} streams`);
  await context.close();
}

/** Where it can't be had pages are as they are, and ask for it seldom. */
async function withoutStream() {
  const context = await newContext();
  const { page, order } = await bought(context);
  let asked = 0;
  await context.route(STREAM, (route) => {
    asked += 1;
    return route.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" });
  });
  let counted = 0;
  page.on("request", (request) => { if (/\/v1\/(notifications|orders)/.test(request.url())) counted += 1; });
  await page.clock.install();
  await page.goto(`${url}/en/orders/${order}`);
  await page.getByRole("heading", { level: 1, name: /^Order/ }).waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton"));
  const loaded = counted;
  for (let minute = 0; minute < 10; minute += 1) {
    await page.clock.runFor(60_000);
    await page.evaluate(() => fetch("/robots.txt"));
  }
  expect(asked >= 2 && asked <= 10, `a stream that is refused was asked for ${asked} times in ten minutes`);
  expect(counted === loaded, `${counted - loaded} questions were asked by the clock`);
  await context.close();
}

/** The network goes and comes back: what was shown stays, what could not be had comes by itself. */
async function withoutNetwork() {
  const context = await newContext();
  const { page, order } = await bought(context);
  await page.goto(`${url}/en/orders`);
  await page.getByRole("link", { name: /^Order / }).waitFor();
  const bar = page.locator(".offline");
  await page.route(/\/v1\/orders\//, (route) => route.abort("internetdisconnected"));
  await page.getByRole("link", { name: /^Order / }).click();
  // The browser itself knows nothing of it: nobody has answered.
  await bar.getByText("You seem to be offline.").waitFor();
  await page.locator(".problem").waitFor();
  await look(page, "order-offline-en-light-1280");
  await page.unroute(/\/v1\/orders\//);
  await bar.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 1, name: /^Order/ }).waitFor();
  await bar.waitFor({ state: "hidden" });
  await page.waitForFunction(() => !document.querySelector(".skeleton"));

  await context.setOffline(true);
  await bar.getByText("You seem to be offline.").waitFor();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await page.getByRole("dialog").getByLabel("Why?").fill("Kept as it is.");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel it" }).click();
  await page.waitForTimeout(0);
  expect(await page.getByRole("dialog").getByLabel("Why?").inputValue() === "Kept as it is.", "what was written is lost");
  await context.setOffline(false);
  // It is sent again by itself, under the same key.
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("status").getByText("Cancelled").first().waitFor();
  const { sellerOrders } = await page.evaluate(async (id) => (await fetch(`/v1/orders/${id}`)).json(), order);
  expect(sellerOrders.every((one) => one.state === "CANCELLED"), "an order was not cancelled once the network was back");
  await context.close();
}

await Promise.all([oneForAll(), withoutStream().then(withoutNetwork)]);
await browser.close();
