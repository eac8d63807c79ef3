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

/** What only a person can know of a payout: that it has arrived, and that it came back after all. */
async function payouts(page) {
  await palette(page, "payout", "Payouts");
  await arrived(page, "Payouts");
  await enter(page, main(page).locator(`a[href$="/payouts/${some.payout}"]`));
  await arrived(page, /^Payout of/);
  await enter(page, button(page, "It has arrived"));
  await dialog(page).getByText("count as arrived").waitFor();
  await enter(page, dialog(page).getByRole("button", { name: "It has arrived" }));
  await dialog(page).getByText("This is missing.").waitFor();
  await look(page, "operator-payout-paid-en-light-1280");
  await write(page, dialog(page).getByLabel("Reason"), `On the statement. ${some.mischief}`);
  await enter(page, dialog(page).getByRole("button", { name: "It has arrived" }));
  await main(page).getByText("have arrived.").waitFor();
  await main(page).getByText("Paid", { exact: true }).first().waitFor();
  await enter(page, button(page, "It came back"));
  await write(page, dialog(page).getByLabel("Reason"), "The account is closed.");
  await enter(page, dialog(page).getByRole("button", { name: "It came back" }));
  await main(page).getByText("Came back", { exact: true }).waitFor();
  expect(await button(page, "It has arrived").count() + await button(page, "It came back").count() === 0, "a payout that came back is not over");
  await enter(page, main(page).getByRole("link", { name: "See it in the audit log" }));
  await arrived(page, "Audit log");
  await main(page).getByRole("rowheader", { name: "MarkPayoutReturned" }).waitFor();
}

/** What differs is put right by an entry that is said before it is booked. */
async function findings(page) {
  await palette(page, "findin", "Findings");
  await arrived(page, "Findings");
  await enter(page, main(page).getByRole("button", { name: `Resolve: Charged, but not as much, payment/${some.finding}` }));
  await dialog(page).getByText("Nothing is booked.").waitFor();
  await enter(page, dialog(page).getByRole("checkbox"), "Space");
  await dialog(page).getByText("The ledger books €4.99: debit of Goodwill, credit of What the provider owes us.").waitFor();
  await enter(page, dialog(page).getByRole("button", { name: "Resolve" }));
  await dialog(page).getByText("This is missing.").waitFor();
  await look(page, "operator-finding-resolve-en-light-1280");
  await write(page, dialog(page).getByLabel("What was found out"), `They took less by hand. ${some.mischief}`);
  await enter(page, dialog(page).getByRole("button", { name: "Resolve" }));
  await main(page).getByText("It is resolved.").waitFor();
  await enter(page, main(page).getByRole("link", { name: "Resolved", exact: true }));
  await main(page).getByText("By an operator: They took less by hand.").first().waitFor();
  await look(page, "operator-findings-resolved-en-light-1280");
}

/** A commission rule from its first word to its end, by keyboard alone: tried on what was sold, proposed, approved by somebody else. */
async function commission(page) {
  const name = `Engines ${Date.now()}`;
  await palette(page, "commis", "Commission");
  await arrived(page, "Commission");
  await enter(page, button(page, "Make a rule"));
  await enter(page, dialog(page).getByRole("button", { name: "Make a rule" }));
  await dialog(page).getByText("This is missing.").waitFor();
  await look(page, "operator-commission-new-en-light-1280");
  await write(page, dialog(page).getByLabel("Name"), name);
  await write(page, dialog(page).getByLabel("Per cent of what the line earns"), "50");
  await write(page, dialog(page).getByLabel("Shop’s id"), some.soldShop);
  await enter(page, dialog(page).getByRole("button", { name: "Make a rule" }));
  await arrived(page, name);
  await main(page).getByText("50%", { exact: true }).waitFor();
  await enter(page, button(page, "Try it"));
  await main(page).getByRole("heading", { name: "Shops that it changes most for" }).waitFor();
  await look(page, "operator-commission-simulated-en-light-1280");
  await enter(page, button(page, "Publish"));
  await dialog(page).getByText("From then on sales fall under it: 50%.").waitFor();
  await look(page, "operator-commission-publish-en-light-1280");
  await enter(page, dialog(page).getByRole("button", { name: "Publish" }));
  await main(page).getByText("You have proposed it yourself").waitFor();
  expect(await button(page, "Approve").count() === 0, "who proposed a rule may approve it");
  const rule = new URL(page.url()).pathname;

  const context = await newContext();
  const second = await newPage(context);
  await signIn(second, some.roles.finance);
  await enter(second, main(second).getByRole("link", { name, exact: true }));
  await arrived(second, name);
  await enter(second, button(second, "Approve"));
  await second.getByRole("dialog").getByText("It is published as it was proposed: 50%.").waitFor();
  await look(second, "operator-commission-approve-en-light-1280");
  await enter(second, second.getByRole("dialog").getByRole("button", { name: "Approve" }));
  await main(second).getByText("Published", { exact: true }).waitFor();
  await context.close();

  // Another price is another version, which may be given up; the one in force goes on until it is ended.
  await page.goto(`${url}${rule}`);
  await enter(page, button(page, "Change"));
  await dialog(page).getByText("What is published never changes").waitFor();
  await write(page, dialog(page).getByLabel("Per cent of what the line earns"), "40");
  await enter(page, dialog(page).getByRole("button", { name: "Save" }));
  await main(page).getByText("40%", { exact: true }).waitFor();
  await look(page, "operator-commission-next-en-light-1280");
  await enter(page, button(page, "Withdraw"));
  await enter(page, dialog(page).getByRole("button", { name: "Withdraw" }));
  await main(page).getByText("Withdrawn", { exact: true }).waitFor();
  await enter(page, main(page).getByRole("link", { name: "version 1", exact: true }));
  await enter(page, button(page, "End it"));
  await enter(page, dialog(page).getByRole("button", { name: "End it" }));
  await main(page).getByText(`“${name}” has ended.`).waitFor();
  await button(page, "End it").waitFor({ state: "detached" });
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
  payouts: ["payouts.read", "/v1/payouts"],
  findings: ["ledger.read", "/v1/findings"],
  commissions: ["commissions.write", "/v1/commissionRules"],
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
  await payouts(page);
  await findings(page);
  await commission(page);
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
