// Somebody buys: by keyboard alone, from the search to the order's page, with all that can come between; and however often an order is sent, there is
// one of it.
import { acting, arrived, browser, enter, look, newContext, newPage, tabTo, url, write, wrong } from "./browser.mjs";
import { sentBack } from "./returning.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const VISA = "pm_card_visa";
const TERMS = { kind: "TERMS", language: "en", version: "2026-11", title: "Terms of use", body: "Be kind.", createTime: "2026-11-01T00:00:00Z" };
const expect = (is, what) => is || wrong(what);

const button = (page, name) => page.getByRole("main").getByRole("button", { name });
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
async function choose(page) {
  await page.goto(`${url}/en/`);
  await tabTo(page, page.getByRole("combobox"));
  await page.keyboard.type("long sleev");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/en\/search\?q=/);
  await enter(page, page.getByRole("link", { name: some.title }));
  await arrived(page, some.title);
  await tabTo(page, page.getByRole("radio").first());
  await page.keyboard.press("ArrowDown");
  await enter(page, button(page, "Add to cart"));
  await enter(page, page.getByRole("link", { name: "Go to the cart" }));
  await arrived(page, "Your cart");
}

async function cart(page) {
  expect(await page.getByRole("link", { name: "Cart: 1" }).isVisible(), "the head of the page does not know of the cart");
  for (const count of [2, 3]) {
    await enter(page, page.getByRole("button", { name: "One more:" }));
    await page.getByRole("link", { name: `Cart: ${count}` }).waitFor();
  }
  await write(page, "Coupon", "NO");
  await page.keyboard.press("Enter");
  await page.getByText("A code has 3 to 40").waitFor();
  for (const code of ["NOBODY-HAS-IT", some.coupon]) {
    await write(page, "Coupon", code);
    await page.keyboard.press("Enter");
    await page.getByText(code, { exact: true }).waitFor();
  }
  await look(page, "cart-guest-en-light-1280");
  await enter(page, page.getByRole("button", { name: "Remove:" }));
  await page.getByText("Your cart is empty").waitFor();
  // The focus is on what takes it back.
  await page.waitForFunction(() => document.activeElement?.textContent === "Put it back");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Cart: 3" }).waitFor();
  await enter(page, button(page, "Go to checkout"));
}

async function address(page) {
  await arrived(page, "Who are you?");
  await write(page, "E-mail address", "no address");
  await page.keyboard.press("Enter");
  await page.getByText("This is no e-mail address.").waitFor();
  await look(page, "checkout-who-faults-en-light-1280");
  await write(page, "E-mail address", `keys-${Date.now()}@example.test`);
  await page.keyboard.press("Enter");
  await heading(page, "Where should it go?");
  await page.getByRole("link", { name: "Cart: 3" }).waitFor();
  const country = page.getByLabel("Country");
  await country.selectOption("US");
  await page.getByLabel("Region, state or province", { exact: true }).waitFor();
  await country.selectOption("FR");
  await tabTo(page, country);
  await page.keyboard.type("Germany");
  await write(page, "Recipient", "Kay Board");
  await write(page, "Street and house", "Lindenallee 7");
  await write(page, "Town or city", "Leipzig");
  await page.keyboard.press("Enter");
  await page.getByText("This is missing.").waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name")) === "postalCode", "the focus is not on what is missing");
  await look(page, "checkout-address-faults-en-light-1280");
  await page.keyboard.type("04");
  await page.keyboard.press("Enter");
  await page.getByText("Please check this.").waitFor();
  await write(page, "Postal code", "04107");
  await page.keyboard.press("Enter");
}

async function deliveryAndPayment(page) {
  await arrived(page, "How should it come?");
  await tabTo(page, page.getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowDown");
  await page.getByRole("radio", { name: /Express/, checked: true }).waitFor();
  await look(page, "checkout-delivery-en-light-1280");
  await enter(page, button(page, "Continue"));
  await arrived(page, "How do you want to pay?");
  await tabTo(page, page.getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowDown");
  await look(page, "checkout-payment-en-light-1280");
  await enter(page, button(page, "Continue"));
}

async function review(page) {
  await arrived(page, "Look it over");
  await page.getByText("There is no such coupon.").waitFor();
  expect(await page.getByText("Express").count() === 2, "the order does not come the way that was chosen");
  await look(page, "checkout-review-coupon-en-light-1280");
  await enter(page, button(page, "Go on without it"));
  await page.getByText("There is no such coupon.").waitFor({ state: "detached" });
  await page.getByText(`Coupon ${some.coupon}`).waitFor();
  await enter(page, button(page, "Order and pay"));
  await page.getByText("You can only go on if you agree.").waitFor();
  await enter(page, page.getByRole("checkbox"), "Space");
  await look(page, "checkout-review-en-light-1280");
  await enter(page, button(page, "Order and pay"));
}

/** Whoever looks at the order while it is paid sees it half way: the page that pays must not, and tells what the answer is. */
async function lookedAtHalfWay(page) {
  const order = /\/v1\/orders\/[0-9a-f-]{36}$/;
  await page.route(/:pay$/, async (paying) => {
    await page.route(order, async (route) => {
      const answer = await route.fetch();
      const { payUntil, ...halfWay } = await answer.json();
      await route.fulfill({ response: answer, json: halfWay });
    });
    const answer = await paying.fetch();
    await page.evaluate(() => {
      window.dispatchEvent(new Event("visibilitychange")); // who comes back to a page sees what is new
      return new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    });
    await page.unroute(order);
    await page.unroute(/:pay$/);
    await paying.fulfill({ response: answer });
  });
}

async function declinedThenPaid(page) {
  await arrived(page, "Your order waits for you");
  await look(page, "done-declined-en-light-1280");
  await lookedAtHalfWay(page);
  await tabTo(page, page.getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowDown");
  await enter(page, button(page, "Pay"));
  await page.getByRole("alert").getByText("The payment was declined").waitFor();
  await tabTo(page, page.getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowUp");
  await enter(page, button(page, "Pay"));
  await arrived(page, "Thank you!");
  await page.getByRole("link", { name: "Cart", exact: true }).waitFor();
  await look(page, "done-en-light-1280");
  await enter(page, page.getByRole("link", { name: "See the order" }));
}

async function order(page) {
  await page.waitForURL(/\/en\/orders\/[0-9a-f-]{36}$/);
  await page.getByText("Agreed terms: version 2026-11").waitFor();
  await enter(page, button(page, "Cancel the order"));
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.textContent === "Cancel the order");
  await enter(page, button(page, "Cancel the order"));
  await tabTo(page, page.getByLabel("How many:"));
  await page.keyboard.press("1");
  await look(page, "order-cancel-en-light-1280");
  await enter(page, page.getByRole("button", { name: "Cancel it" }));
  // What goes back comes by itself: the stream tells the page.
  await page.getByText("1 cancelled").waitFor();
  await page.getByText("Given back").first().waitFor();
  await look(page, "order-refunded-en-light-1280");
}

/** The shop sends the rest: the page hears of it, and says what has come. */
async function received(page) {
  const act = await acting(page, some.owner);
  const { sellerOrders: [part] } = await (await page.request.get(page.url().replace("/en/", "/v1/"))).json();
  await act(`/sellerOrders/${part.id}:accept`);
  await act(`/sellerOrders/${part.id}:ship`, { carrier: "DHL", trackingNumber: "JD0146" });
  await page.getByText("Tracking DHL JD0146").waitFor();
  await page.getByRole("link", { name: /^Invoice/, exact: false }).first().waitFor();
  await enter(page, button(page, "I have received it"));
  await page.getByText("I have received it").waitFor({ state: "detached" });
  await look(page, "order-received-en-light-1280");
}

/** Before it is sent it goes elsewhere: where what was agreed for it holds. */
async function elsewhere(page) {
  await enter(page, button(page, "Change the address"));
  const dialog = page.getByRole("dialog");
  await tabTo(page, dialog.getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowDown");
  await dialog.getByLabel("Recipient").waitFor();
  await write(dialog, "Recipient", "Kay Board");
  await write(dialog, "Street and house", "Markt 1");
  await write(dialog, "Town or city", "Halle");
  await write(dialog, "Postal code", "06108");
  await dialog.getByLabel("Country").selectOption("FR");
  await enter(page, dialog.getByRole("button", { name: "Send it there" }));
  await dialog.getByText("It would cost something else there.").or(dialog.getByText("Please check this.")).first().waitFor();
  await look(page, "order-address-en-light-1280");
  await dialog.getByLabel("Country").selectOption("DE");
  await enter(page, dialog.getByRole("button", { name: "Send it there" }));
  await dialog.waitFor({ state: "detached" });
  await page.getByText("06108 Halle").waitFor();
  await page.getByText("Another delivery address").waitFor();
}

async function byKeyboard() {
  const context = await newContext();
  const page = await newPage(context, /402|409|400|ERR_INTERNET/);
  await page.route(/\/v1\/terms\?/, (route) => route.fulfill({ json: { terms: [TERMS] } }));
  for (const step of [choose, cart, address, deliveryAndPayment, review, declinedThenPaid, elsewhere, order, received, sentBack]) await step(page);
  await context.close();
}

/** A guest with an address and something in the cart, asked for as the pages do. */
async function buyer(expected) {
  const context = await newContext();
  const page = await newPage(context, expected);
  await page.goto(`${url}/en/terms`);
  const ask = (method, path, body, headers = {}) => page.evaluate(async ([how, where, what, heads]) => {
    const answer = await fetch(where, { method: how, headers: { "Content-Type": "application/json", ...heads }, body: what && JSON.stringify(what) });
    return answer.json();
  }, [method, path, body, headers]);
  await ask("POST", "/v1/browser/session:guest", { email: `once-${Date.now()}@example.test` });
  const to = await ask("POST", "/v1/users/me/addresses", { recipient: "Once Only", lines: ["Lindenallee 7"], city: "Leipzig", postalCode: "04107", countryCode: "DE" });
  const fill = async (quantity = 1) => {
    const { id } = await ask("POST", "/v1/browser/carts", {});
    await ask("PUT", `/v1/carts/${id}/items/${some.plain.offer}`, { quantity });
  };
  const toReview = async (method = VISA) => {
    await fill();
    await page.evaluate((draft) => sessionStorage.setItem("checkout", JSON.stringify(draft)), { addressId: to.id, method });
    await page.goto(`${url}/en/checkout/review`);
    await button(page, "Order and pay").waitFor();
  };
  const orders = async () => (await ask("GET", "/v1/orders?pageSize=100")).orders;
  return { context, page, ask, toReview, orders };
}

/** However an order was sent: it is there once more than before, and the page shows it. */
async function once({ page, orders }, what, act, before) {
  await act();
  await heading(page, "Thank you!");
  const after = (await orders()).length;
  expect(after === before + 1, `${what}: there are ${after - before} orders`);
  expect(await page.evaluate(() => sessionStorage.length) === 0, `${what}: something of the order is kept`);
}

const CHECKOUT = /:checkout$/;

async function onlyOnce() {
  const one = await buyer(/ERR_FAILED|ERR_INTERNET|ERR_CONNECTION/);
  const { page } = one;
  await one.toReview();
  await once(one, "a double click", () => button(page, "Order and pay").dblclick(), 0);

  // The answer does not come any more: the page asks again, under the same key.
  await one.toReview();
  const keys = new Set();
  let cut = 0;
  await page.route(CHECKOUT, async (route) => {
    keys.add(route.request().headers()["idempotency-key"]);
    if ((cut += 1) > 1) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await once(one, "a connection cut after sending", () => button(page, "Order and pay").click(), 1);
  await page.unroute(CHECKOUT);
  expect(keys.size === 1 && cut === 2, `a connection cut after sending: ${cut} requests under ${keys.size} keys`);

  // The page is loaded again while the order is under way.
  await one.toReview();
  let sent;
  const reached = new Promise((done) => { sent = done; });
  await page.route(CHECKOUT, async (route) => {
    await route.fetch();
    sent();
  }, { times: 1 });
  await button(page, "Order and pay").click();
  await reached;
  await look(page, "checkout-sending-en-light-1280");
  await once(one, "a reload under way", () => page.reload(), 2);

  // Back to what was bought already: nothing is there to be bought again.
  await page.goto(`${url}/en/checkout/review`);
  await page.getByText("There is nothing to order").waitFor();
  await look(page, "checkout-empty-en-light-1280");
  await one.context.close();
}

/** What changes between the review and the order is told, and can be ordered so. */
async function whatChanges() {
  const one = await buyer(/409/);
  const { page, context } = one;
  const { accessToken } = await (await context.request.post(`${url}/v1/sessions`, { data: some.owner })).json();
  const headers = { Authorization: `Bearer ${accessToken}` };
  const price = (amount) => context.request.patch(`${url}/v1/offers/${some.plain.offer}`, { data: { price: { amount, currency: "EUR" } }, headers });
  await one.toReview();
  await price(some.plain.price + 100);
  await button(page, "Order and pay").click();
  await page.getByText("Something costs something else now").waitFor();
  await look(page, "checkout-price-changed-en-light-1280");
  await page.goto(`${url}/en/cart`);
  await page.getByText("It has become dearer").waitFor();
  await look(page, "cart-dearer-en-light-1280");
  await price(some.plain.price);
  const left = (await (await context.request.get(`${url}/v1/offers/${some.plain.offer}`, { headers })).json()).available;
  await page.getByRole("textbox", { name: "Quantity" }).fill(String(left + 1));
  await page.getByRole("textbox", { name: "Quantity" }).press("Enter");
  await button(page, "Go to checkout").click();
  await page.getByText("Some things cannot be ordered").waitFor();
  await look(page, "cart-less-left-en-light-1280");
  await page.getByRole("button", { name: `Take ${left}` }).click();
  await page.getByRole("link", { name: `Cart: ${left}` }).waitFor();
  await context.close();
}

/** A bank that wants to see its customer: who thinks better of it comes back to a page that says what to do, and the bank's way back leads to the order. */
async function confirmedAtTheBank() {
  const one = await buyer(/asked elsewhere|answer: 401 .*favicon|console: .*401/);
  const { page } = one;
  await one.toReview("pm_card_threeDSecure2Required");
  await button(page, "Order and pay").click();
  await heading(page, "Confirm your payment");
  await page.goBack();
  await page.getByRole("heading", { level: 2, name: "Confirm the payment" }).waitFor();
  await look(page, "done-confirm-en-light-1280");
  await page.getByRole("link", { name: "Confirm at the bank" }).click();
  await page.getByRole("button", { name: "Complete" }).click();
  await page.waitForURL(/\/en\/orders\/[0-9a-f-]{36}$/);
  // It goes on by itself: the stream tells the page.
  await page.getByText(/^(The money is reserved|Paid)$/).waitFor();
  expect((await one.orders()).length === 1, "a payment that was confirmed made another order");
  await one.context.close();
}

await Promise.all([byKeyboard(), onlyOnce().then(whatChanges).then(confirmedAtTheBank)]);
await browser.close();
