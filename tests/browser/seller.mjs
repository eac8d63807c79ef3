// What a shop does in a day, by keyboard alone: a product with variants and a picture, prices of many at once with a conflict, an order accepted and
// sent in two parcels, another rejected; and what is unsaved is not lost.
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_TRADE);
const expect = (is, what) => is || wrong(what);
const shop = `${url}/en/seller/${some.seller}`;
const unique = String(Date.now()).slice(-8);

// What is refused on purpose: prices that were changed meanwhile.
const context = await newContext();
const page = await newPage(context, /\b(401|412)\b/);
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

for (const step of [signIn, makeProduct, changePrices, sendInTwo, reject]) {
  try {
    await step();
  } catch (error) {
    wrong(`${step.name}: ${error.message.slice(0, 600)}`);
    await page.screenshot({ path: `${process.env.MARKET_SCREENSHOTS}/seller-failed-${step.name}.png` });
  }
}
expect(await page.evaluate(() => document.title !== "taken"), "a text of a buyer has run");
await browser.close();
