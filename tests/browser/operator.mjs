// Who runs the marketplace at work, by keyboard alone; and what each role sees of these pages.
import { browser, enter, look, newContext, newPage, tabTo, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const expect = (is, what) => is || wrong(what);
const base = `${url}/en/operator`;

async function write(page, field, text) {
  await tabTo(page, field);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

const main = (page) => page.getByRole("main");
const dialog = (page) => page.getByRole("dialog");
const button = (page, name) => main(page).getByRole("button", { name, exact: true });

async function arrived(page, name) {
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
}

async function signIn(page, { email, password }) {
  await page.goto(base);
  await write(page, page.getByLabel("E-mail address"), email);
  await write(page, page.getByLabel("Password"), password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
}

/** Somewhere by the palette, as its first letters say. */
async function palette(page, letters, expected) {
  await page.keyboard.press("Control+k");
  await dialog(page).getByRole("combobox").waitFor();
  await page.keyboard.type(letters);
  await dialog(page).getByRole("option", { name: expected }).waitFor();
  return page.keyboard.press("Enter");
}

/** From the inbox: a shop that waits is looked at, approved, suspended and back, each with its record. */
async function shops(page) {
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  await enter(page, main(page).getByRole("link", { name: "Shops to approve" }));
  await arrived(page, "Shops");
  await enter(page, main(page).locator(`a[href$="/sellers/${some.waiting}"]`));
  await arrived(page, "Waiting engines");
  await main(page).getByText("HRB 17").waitFor();
  await enter(page, button(page, "Approve"));
  await dialog(page).getByText("buyers can find it and buy from it").waitFor();
  await look(page, "operator-approve-en-light-1280");
  // Who has second thoughts is where he was.
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  expect(await button(page, "Approve").evaluate((one) => one === document.activeElement), "Escape does not lead back to the button");
  await page.keyboard.press("Enter");
  await enter(page, dialog(page).getByRole("button", { name: "Approve" }));
  await main(page).getByText("“Waiting engines” is open.").waitFor();
  await main(page).getByText("Open", { exact: true }).waitFor();

  await enter(page, button(page, "Suspend"));
  await dialog(page).getByText("Within two seconds").waitFor();
  await enter(page, dialog(page).getByRole("button", { name: "Suspend" }));
  await dialog(page).getByText("This is missing.").waitFor();
  await look(page, "operator-suspend-en-light-1280");
  await write(page, dialog(page).getByLabel("Reason"), `Sells what is not its own. ${some.mischief}`);
  await enter(page, dialog(page).getByRole("button", { name: "Suspend" }));
  await main(page).getByText("“Waiting engines” is suspended.").waitFor();
  await enter(page, main(page).getByRole("link", { name: "See it in the audit log" }));
  await arrived(page, "Audit log");
  await main(page).getByRole("rowheader", { name: "SuspendSeller" }).waitFor();
  await main(page).getByText("Sells what is not its own.").waitFor();
  await enter(page, main(page).locator("summary").first());
  await look(page, "operator-audit-open-en-light-1280");
}

/** An order is found by its number, and some of one part goes back: what will come of it stands there before. */
async function refund(page) {
  await palette(page, some.number, `Order ${some.number}`);
  await arrived(page, "Orders");
  await enter(page, main(page).getByRole("link", { name: some.number, exact: true }));
  await arrived(page, `Order ${some.number}`);
  await enter(page, main(page).getByRole("button", { name: /^Refund: / }).last());
  const amount = dialog(page).getByLabel(/^Amount/);
  await write(page, amount, "999999");
  await dialog(page).getByText(/^At most/).first().waitFor();
  await write(page, amount, "5.00");
  await dialog(page).getByText("€5.00 go back to the buyer, the way they were paid.").waitFor();
  await write(page, dialog(page).getByLabel("Reason"), "A scratch.");
  await look(page, "operator-refund-en-light-1280");
  await enter(page, dialog(page).getByRole("button", { name: "Give €5.00 back" }));
  await main(page).getByText("€5.00 go back to the buyer.", { exact: true }).waitFor();
  await main(page).getByRole("cell", { name: "A scratch." }).waitFor();
  await enter(page, button(page, "Compute them again"));
  await main(page).getByText("All of them match what is stored").waitFor();
  await enter(page, main(page).getByRole("link", { name: "Its entries in the ledger" }));
  await arrived(page, "Ledger");
  await main(page).getByText("Balanced", { exact: true }).first().waitFor();
  await main(page).getByRole("cell", { name: "Given back" }).nth(1).waitFor();
}

/** A category is taken along by M and put into another one by Enter. */
async function categories(page) {
  await palette(page, "categ", "Categories");
  await arrived(page, "Categories");
  const tree = page.getByRole("tree");
  await enter(page, button(page, "New category"));
  await write(page, dialog(page).getByLabel("Name", { exact: true }), "Small engines");
  await write(page, dialog(page).getByLabel("Name in links"), `small-${some.category}`);
  await enter(page, dialog(page).getByRole("button", { name: "Save" }));
  await main(page).getByText("The category “Small engines” is there.").waitFor();
  const item = (slug) => tree.getByRole("treeitem").filter({ has: page.getByText(slug, { exact: true }) });
  await item(`small-${some.category}`).waitFor();
  await tabTo(page, tree.locator("[tabindex='0']"));
  const goTo = async (slug) => {
    await page.keyboard.press("Home");
    for (let tries = 0; tries < 200; tries += 1) {
      if (await item(slug).evaluate((one) => one === document.activeElement)) return;
      await page.keyboard.press("ArrowDown");
    }
    throw new Error(`arrows do not get to ${slug}`);
  };
  await goTo(`small-${some.category}`);
  await page.keyboard.press("m");
  await main(page).getByText("You take “Small engines” along").waitFor();
  await goTo(some.category);
  await look(page, "operator-category-taken-en-light-1280");
  await page.keyboard.press("Enter");
  await dialog(page).getByText("It becomes part of: Engines.").waitFor();
  await look(page, "operator-category-move-en-light-1280");
  await enter(page, dialog(page).getByRole("button", { name: "Move it" }));
  await main(page).getByText("“Small engines” is in: Engines.").waitFor();
  await tabTo(page, tree.locator("[tabindex='0']"));
  await goTo(some.category);
  if (await item(some.category).getAttribute("aria-expanded") === "false") await page.keyboard.press("ArrowRight");
  await goTo(`small-${some.category}`);
  expect(await item(`small-${some.category}`).getAttribute("aria-level") === "2", "what was moved is not below where it was put");
}

/** A product that was proposed is published, a review hidden, a report answered. */
async function moderation(page) {
  await page.goto(`${base}/products/${some.proposed}`);
  await page.getByRole("heading", { level: 1, name: "Proposed engine" }).waitFor();
  await main(page).getByText("Brass, hand-finished.").waitFor();
  await enter(page, button(page, "Approve"));
  await enter(page, dialog(page).getByRole("button", { name: "Approve" }));
  await main(page).getByText("“Proposed engine” is published.").waitFor();
  await page.goto(`${base}/reviews/${some.review}`);
  await enter(page, main(page).getByRole("button", { name: /^Hide: / }));
  await write(page, dialog(page).getByLabel("Reason"), "Rude.");
  await enter(page, dialog(page).getByRole("button", { name: "Hide" }));
  await main(page).getByText("Hidden", { exact: true }).waitFor();
  await palette(page, "repor", "Reports");
  await arrived(page, "Reports");
  await enter(page, main(page).getByRole("button", { name: "Answer" }).first());
  await write(page, dialog(page).getByLabel("Answer"), "Thank you. It is gone.");
  await look(page, "operator-report-answer-en-light-1280");
  await enter(page, dialog(page).getByRole("button", { name: "Send the answer" }));
  await main(page).getByText("The report is answered.").waitFor();
}

/** Every dialog that makes something, with what it lacks. */
async function dialogs(page) {
  const open = async (path, name, press, called) => {
    await page.goto(`${base}/${path}`);
    await main(page).getByRole("button", { name }).first().click();
    await dialog(page).getByRole("button", { name: press }).first().click();
    await dialog(page).locator(".field-wrong:not(:empty)").first().waitFor();
    await look(page, `operator-${called}-en-light-1280`);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
  };
  await open("coupons", "Make a coupon", "Make a coupon", "coupon-new");
  await open("taxes", "Add a rate", "Add a rate", "tax-new");
  await open("terms", /^New version: Imprint/, "Publish", "terms-new");
  await open("api-keys", "Make a key", "Make a key", "key-new");
  await open("search-rules", "What comes first", "Make the rule", "search-rule-new");
  await page.goto(`${base}/orders/${some.order}`);
  await main(page).getByRole("button", { name: "Cancel" }).click();
  await dialog(page).getByText("What these units cost goes back to the buyer.").waitFor();
  await look(page, "operator-cancel-en-light-1280");
}

// Which operation a page stands and falls with, as research/web.md has the sitemap: written down a second time, so that a page that asks
// for less than it shows is seen here.
const NEEDED = {
  sellers: ["sellers.read", "/v1/admin/sellers"],
  accounts: ["accounts.read", "/v1/accounts"],
  roles: ["roles.read", "/v1/roles"],
  "api-keys": ["api_keys.write", "/v1/apiKeys"],
  products: ["products.read", "/v1/admin/products"],
  reports: ["content.moderate", "/v1/admin/reports"],
  conversations: ["messages.read", "/v1/conversations?reported=true"],
  "search-rules": ["search.write", "/v1/admin/searchRules"],
  orders: ["orders.read", "/v1/admin/orders"],
  checkouts: ["orders.read", "/v1/admin/checkouts"],
  returns: ["orders.read", "/v1/returns"],
  payments: ["payments.read", "/v1/payments"],
  ledger: ["ledger.read", "/v1/ledger/entries"],
  coupons: ["coupons.write", "/v1/coupons"],
  taxes: ["taxes.write", "/v1/taxRates"],
  audit: ["audit.read", "/v1/auditEvents"],
};

/** What a role may not see is not in the menu, says so at its path without asking for anything, and is refused by the API. */
async function role(name, who) {
  const context = await newContext();
  const page = await newPage(context, /403/);
  await signIn(page, who);
  const mine = await page.evaluate(async (role) => {
    const { roles } = await (await fetch("/v1/roles")).json();
    return roles.find((one) => one.name === role).permissions;
  }, name);
  const menu = page.getByRole("navigation", { name: "Main menu" });
  for (const [path, [permission, asked]] of Object.entries(NEEDED)) {
    const may = mine.includes(permission);
    const links = await menu.locator(`a[href$="/operator/${path}"]`).count();
    expect(links === (may ? 1 : 0), `${name}: ${links} links to ${path}`);
    const status = await page.evaluate(async (path) => (await fetch(path)).status, asked);
    // Of these everybody has his own, and sees no more.
    const isAnybodys = asked.startsWith("/v1/conversations") || asked === "/v1/returns";
    expect(status === (may || isAnybodys ? 200 : 403), `${name}: ${asked} answers ${status}`);
    if (may) continue;
    const before = [];
    const note = (request) => new URL(request.url()).pathname === asked.split("?")[0] && before.push(request.url());
    page.on("request", note);
    await page.evaluate((to) => history.pushState(null, "", to), `${base}/${path}`);
    await page.getByRole("heading", { level: 1, name: "Your role does not see this page" }).waitFor();
    page.off("request", note);
    expect(before.length === 0, `${name}: asks for ${before} all the same`);
  }
  await page.goto(base);
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton"));
  if (name === "finance") await look(page, "operator-inbox-finance-en-light-1280");
  await context.close();
}

/** Who runs nothing is told so. */
async function stranger() {
  const context = await newContext();
  const page = await newPage(context);
  await page.goto(base);
  const email = `nobody-${Date.now()}@example.test`;
  await page.evaluate((body) => fetch("/v1/browser/session:signUp", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
    JSON.stringify({ email, password: "copper teapot window", displayName: "Nobody" }));
  await page.reload();
  await page.getByText(`You are signed in as ${email}`).waitFor();
  await look(page, "operator-stranger-en-light-1280");
  await context.close();
}

const context = await newContext();
const page = await newPage(context);
try {
  await signIn(page, some.admin);
  await shops(page);
  await refund(page);
  await categories(page);
  await moderation(page);
  await dialogs(page);
  for (const [name, who] of Object.entries(some.roles)) await role(name, who);
  await stranger();
} catch (problem) {
  for (const one of browser.contexts().flatMap((each) => each.pages())) {
    await one.screenshot({ path: `${process.env.MARKET_SCREENSHOTS}/operator-broken.png`, fullPage: true });
    wrong(`${one.url()}: ${(await one.locator("body").innerText()).slice(0, 1500)}`);
  }
  wrong(problem.stack);
}
await browser.close();
