// What a shop does in a day, by keyboard alone: a product with variants and a picture, prices of many at once with a conflict, an order accepted and
// sent in two parcels, another rejected; and what is unsaved is not lost.
import { createHmac } from "node:crypto";
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_TRADE);
const expect = (is, what) => is || wrong(what);
const shop = `${url}/en/seller/${some.seller}`;
const unique = String(Date.now()).slice(-8);

// What is refused on purpose: prices that were changed meanwhile.
const context = await newContext();
const page = await newPage(context, /\b(401|403|412)\b/);
const focused = () => page.evaluate(() => document.activeElement?.tagName);

/** Tab by tab to the first thing with this name, as who has no mouse goes there. */
async function tabTo(name, back = false) {
  for (let steps = 0; steps < 200; steps++) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    const found = await page.evaluate(() => {
      const one = document.activeElement;
      const label = one?.getAttribute("aria-label") ?? one?.labels?.[0]?.querySelector("span")?.textContent ?? one?.labels?.[0]?.textContent ?? one?.textContent;
      return label?.trim() ?? "";
    });
    if (typeof name === "string" ? found === name : name.test(found)) return;
  }
  throw new Error(`no Tab leads to ${name}`);
}
const press = async (name) => {
  await tabTo(name);
  await page.keyboard.press("Enter");
};
const write = async (name, text) => {
  await tabTo(name);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
};
const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
const go = async (words, to) => {
  await page.keyboard.press("Control+k");
  await page.locator("dialog input").waitFor();
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await heading(to);
};
const ask = (method, path, body) =>
  page.evaluate(async ([verb, where, what]) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    const answer = await fetch(where, { method: verb, headers, ...(what && { body: JSON.stringify(what) }) });
    return answer.json();
  }, [method, path, body]);

async function signIn() {
  await page.goto(shop);
  await heading("Please sign in");
  await write("E-mail address", some.owner.email);
  await write("Password", some.owner.password);
  await page.keyboard.press("Enter");
  await heading("Overview");
}

async function makeProduct() {
  await go("new product", "New product");
  expect(await focused() === "H1", "the focus is not on the heading of a new page");
  await write("Title", `Striped mug ${unique}`);
  await tabTo("Category");
  await page.keyboard.press("ArrowDown");
  // The choice of files is the browser's own window: what it gives is the same.
  const chooser = page.waitForEvent("filechooser");
  await press("Add pictures");
  await (await chooser).setFiles({ name: "mug.png", mimeType: "image/png", buffer: Buffer.from(some.picture, "base64") });
  await page.getByLabel("What picture 1 shows").waitFor();
  await write("What picture 1 shows", "A striped mug");
  await write("Option 1", "colour");
  await write("Values of option 1, with commas between", "blue, red, green, white");
  await press("Another option");
  await tabTo("Option 2", true);
  await page.keyboard.type("size");
  await write("Values of option 2, with commas between", "S, M, L");
  await write("SKUs begin with", `MUG-${unique}`);
  await press("Make the variants");
  expect(await page.locator(".matrix tbody tr").count() === 12, "four colours in three sizes are not twelve variants");
  await write("Price, EUR: blue, S", "12.50");
  await write("Stock: blue, S", "5");
  await press("Fill empty cells from the first row");
  // Nobody loses it by a click too many.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("stock");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Leave without saving?" }).waitFor();
  await look(page, "seller-leave-en-light-1280");
  await page.keyboard.press("Escape");
  await page.reload();
  expect(await page.getByLabel("Title").inputValue() === `Striped mug ${unique}`, "a draft does not survive a reload");
  await page.keyboard.press("Control+s");
  await heading(`Striped mug ${unique}`);
  await press("Put it up for sale");
  await page.locator(".badge", { hasText: "For sale" }).waitFor();
  await look(page, "seller-product-made-en-light-1280");
}

async function changePrices() {
  await go("products", "Products");
  const rows = page.locator(".table tbody tr", { hasText: `Striped mug ${unique}` });
  await rows.first().waitFor();
  // All of its variants: the first, and with the shift key the last.
  await tabTo(`Choose Striped mug ${unique}, blue, S`);
  await page.keyboard.press("Space");
  await tabTo(`Choose Striped mug ${unique}, white, L`);
  await page.keyboard.press("Shift+Space");
  await page.getByText("12 are chosen").waitFor();
  // Meanwhile somebody else changes one of them.
  const { products } = await ask("GET", `/v1/sellers/${some.seller}/products?pageSize=100`);
  const { offers } = products.find((one) => one.title === `Striped mug ${unique}`);
  const taken = offers.find((one) => one.options.colour === "red" && one.options.size === "M");
  await ask("PATCH", `/v1/offers/${taken.id}`, { price: { amount: 999, currency: "EUR" } });
  await press("Change prices");
  await tabTo("How");
  await page.keyboard.press("ArrowDown");
  await write("Per cent", "10");
  await page.getByText("€12.50 becomes €13.75").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "11 are changed. 1 is not:" }).waitFor();
  await page.locator(".bulk-result li", { hasText: "red, M" }).waitFor();
  expect(await rows.locator("input:checked").count() === 12, "what was chosen is not any more");
  await look(page, "seller-bulk-conflict-en-light-1280");
  await press("Choose only these");
  await page.getByText("1 is chosen").waitFor();
  await press("Change prices");
  await tabTo("How");
  await page.keyboard.press("ArrowDown");
  await write("Per cent", "10");
  await page.getByText("€9.99 becomes €10.99").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "1 is changed." }).waitFor();
}

async function sendInTwo() {
  await go(some.byKeysNumber, "Orders");
  await press(some.byKeysNumber);
  await heading(some.byKeysNumber);
  await press("Accept");
  await page.getByRole("heading", { name: "Next parcel" }).waitFor();
  await write(/^Enamel teapot, shade 0/, "1");
  await write(/^Enamel teapot, shade 1/, "0");
  await write("Carrier", "Royal Mail");
  await write("Tracking number", `RM-${unique}-1`);
  await page.keyboard.press("Enter");
  await page.getByText(`RM-${unique}-1`).waitFor();
  await page.locator(".badge", { hasText: "Partly sent" }).waitFor();
  await look(page, "seller-order-partly-en-light-1280");
  await write("Carrier", "Royal Mail");
  await write("Tracking number", `RM-${unique}-2`);
  await page.keyboard.press("Enter");
  await page.getByText(`RM-${unique}-2`).waitFor();
  await page.locator(".badge", { hasText: "On the way" }).waitFor();
  expect(await page.locator("article.parcel").count() === 2, "it did not go in two parcels");
}

async function reject() {
  await page.goto(`${shop}/orders/${some.reject}`);
  await page.getByRole("button", { name: "Reject" }).waitFor();
  await press("Reject");
  await page.locator("dialog[open]").waitFor();
  await press("Reject");
  await page.locator("dialog textarea[aria-invalid=true]").waitFor();
  await tabTo("Why", true);
  await page.keyboard.type("It broke on the shelf.");
  await press("Reject");
  await page.locator(".badge", { hasText: "Rejected" }).waitFor();
  await look(page, "seller-order-rejected-en-light-1280");
}

/** Some of what is due is asked for, after what will come of it stood there; more than there is can't be. */
async function payOut() {
  await go("payouts", "Payouts");
  await page.getByText("€117.00").first().waitFor();
  await press("Pay out now");
  await page.locator("dialog[open]").getByText("€117.00 go to acct_9004.").waitFor();
  await write("Amount, €", "117.01");
  await page.keyboard.press("Enter");
  await page.locator("dialog input[aria-invalid=true]").waitFor();
  await tabTo("Amount, €", true);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("50");
  await page.getByText("€67.00 stay, for the next payout.").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("cell", { name: "€50.00" }).waitFor();
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.getByText("€67.00").first().waitFor();
  await look(page, "seller-payout-asked-en-light-1280");
  await press("With the bank");
  await page.waitForURL(`${shop}/payouts?state=SUBMITTED`);
  await page.getByRole("cell", { name: "€120.00" }).waitFor();
  // What a statement says can be had as a file.
  await go("statements", "Statements");
  const month = new Date().toISOString().slice(0, 7);
  await press(new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date()));
  await page.getByRole("rowheader", { name: "At the end" }).waitFor();
  const file = await page.evaluate(async (path) => {
    const answer = await fetch(path);
    return [answer.headers.get("content-type"), await answer.text()];
  }, await page.locator(`a[download="statement-${month}.csv"]`).getAttribute("href"));
  expect(file[0].startsWith("text/csv") && file[1].split("\r\n").length > 3, `a statement as a file is ${file[0]}`);
}

/** The code of an authenticator (RFC 6238) of the step of now. */
function codeOf(secret) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/=+$/, "")].map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((one) => Number.parseInt(one, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Where the money goes is an owner's with a second factor; who sets one up goes on without signing in again. */
async function changeBank() {
  await go("bank account", "Bank account");
  await press("Change it");
  await page.locator("dialog[open]").getByText("48 hours as a rule").waitFor();
  await page.locator("dialog[open]").getByText("yours has none").waitFor();
  await write("Account holder", `Olga & Co ${some.mischief}`.slice(0, 70));
  await write("IBAN", "DE89 3704 0044 0532 0130 01");
  await page.keyboard.press("Enter");
  await page.getByText("This is no IBAN").waitFor();
  await look(page, "seller-bank-wrong-en-light-1280");
  await tabTo("IBAN", true);
  await page.keyboard.press("Control+a");
  await page.keyboard.type("DE89 3704 0044 0532 0130 00");
  await page.keyboard.press("Enter");
  await page.getByText("This needs an account with a second factor: set one up").waitFor();
  // Answers with secrets in them are given once: these take no Idempotency-Key.
  const set = (to, body) => page.evaluate(async ([path, what]) => (await fetch(`/v1/accounts/me/authenticators${path}`,
    { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) })).json(), [to, body]);
  const made = await set("", { name: "Phone" });
  await set(`/${made.authenticator.id}:confirm`, { code: codeOf(made.secret) });
  await press("Save it");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.getByText("… 3000").waitFor();
  await page.getByText("nothing is paid out before").waitFor();
  await look(page, "seller-bank-held-en-light-1280");
}

// Which page of money stands and falls with which question, as research/web.md has the sitemap: written down a second time.
const OF_MONEY = { money: "earnings", payouts: "payouts", ledger: "ledgerEntries", statements: "statements", bank: "payoutAccount" };

/** Each role and each page about money: forbidden ones are absent, not there at their path, and refused by the API. */
async function roles() {
  for (const [role, who] of Object.entries({ manager: some.manager, staff: some.staff })) {
    const other = await newContext();
    const theirs = await newPage(other, /403/);
    await theirs.goto(`${url}/en/seller`);
    await theirs.evaluate((body) => fetch("/v1/browser/session", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
      JSON.stringify(who));
    const may = role === "manager";
    for (const [path, asked] of Object.entries(OF_MONEY)) {
      await theirs.goto(`${shop}/${path}`);
      await theirs.locator("main h1:not(.unseen)").waitFor();
      const there = await theirs.locator("main h1", { hasText: "There is nothing here" }).count() === 0;
      expect(there === may, `${role}: ${path} is ${there ? "" : "not "}there`);
      expect(await theirs.locator(`#menu a[href$="/${path}"]`).count() === (may ? 1 : 0), `${role}: ${path} in the menu`);
      const status = await theirs.evaluate(async (to) => (await fetch(to)).status, `/v1/sellers/${some.seller}/${asked}`);
      expect(status === (may ? 200 : 403), `${role}: ${asked} answers ${status}`);
    }
    // A manager looks on: only owners ask for money, and say where it goes.
    if (may) {
      await theirs.goto(`${shop}/bank`);
      await theirs.getByText("Only an owner").waitFor();
      await look(theirs, "seller-bank-manager-en-light-1280");
      expect(await theirs.getByRole("button", { name: "Change it" }).count() === 0, "a manager may change the bank account");
    }
    await other.close();
  }
}

for (const step of [signIn, makeProduct, changePrices, sendInTwo, reject, payOut, changeBank, roles]) {
  try {
    await step();
  } catch (error) {
    wrong(`${step.name}: ${error.message.slice(0, 600)}`);
    await page.screenshot({ path: `${process.env.MARKET_SCREENSHOTS}/seller-failed-${step.name}.png` });
  }
}
expect(await page.evaluate(() => document.title !== "taken"), "a text of a buyer has run");
await browser.close();
