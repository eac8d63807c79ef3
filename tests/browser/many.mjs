// Much at once in the console of a shop: a hundred prices, three of which somebody else has changed meanwhile; a file of a thousand rows, 37 of
// which are broken.
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_MANY);
const expect = (is, what) => is || wrong(what);
const shop = `${url}/en/seller/${some.seller}`;

const context = await newContext();
const page = await newPage(context);
const ask = (method, path, body) =>
  page.evaluate(async ([verb, where, what]) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    const answer = await fetch(where, { method: verb, headers, ...(what && { body: JSON.stringify(what) }) });
    return answer.json();
  }, [method, path, body]);

async function prices() {
  await page.goto(`${shop}/products`);
  const rows = page.locator(".table tbody tr");
  await rows.nth(99).waitFor();
  await page.locator("thead").getByLabel("Choose all that are shown").check();
  await page.getByText("100 are chosen").waitFor();
  const { products } = await ask("GET", `/v1/sellers/${some.seller}/products?pageSize=100`);
  const offers = products.flatMap((one) => one.offers);
  const taken = [offers[7], offers[50], offers[99]];
  for (const one of taken) await ask("PATCH", `/v1/offers/${one.id}`, { price: { amount: 999, currency: "EUR" } });
  await page.getByRole("button", { name: "Change prices" }).click();
  await page.getByLabel("How").selectOption({ index: 1 });
  await page.getByLabel("Per cent").fill("10");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "97 are changed. 3 are not:" }).waitFor();
  const named = await page.locator(".bulk-result li").allInnerTexts();
  const shades = taken.map((one) => one.options.colour);
  expect(named.length === 3 && shades.every((shade) => named.some((line) => line.includes(`, ${shade}:`))), `named are ${named}`);
  expect(await rows.locator("input:checked").count() === 100, "what was chosen is not any more");
  await look(page, "seller-bulk-100-en-light-1280");
  const after = await ask("GET", `/v1/sellers/${some.seller}/products?pageSize=100`);
  const price = new Map(after.products.flatMap((one) => one.offers).map((one) => [one.id, one.price.amount]));
  const raised = offers.filter((one) => price.get(one.id) === Math.round(one.price.amount * 1.1));
  expect(raised.length === 97 && taken.every((one) => price.get(one.id) === 999), `${raised.length} prices were raised`);
}

const facts = (name) => page.locator("dl.facts div", { has: page.getByText(name, { exact: true }) }).locator("dd").innerText();

/** Sends the file, in earnest; shows its report once it is there. */
async function send() {
  await page.goto(`${shop}/imports`);
  await page.locator("input[type=file]").setInputFiles({ name: "cups.csv", mimeType: "text/csv", buffer: Buffer.from(some.file) });
  await page.locator("input[name=dryRun]").uncheck();
  await page.getByRole("button", { name: "Start" }).click();
  await page.locator(".table tbody tr").nth(some.broken.length - 1).waitFor({ timeout: 120_000 });
  await page.locator("progress").waitFor({ state: "detached", timeout: 120_000 });
}

async function file() {
  await send();
  expect(await facts("New") === "963" && await facts("Refused") === "37", `${await facts("New")} made, ${await facts("Refused")} refused`);
  const told = await page.locator(".table tbody tr").evaluateAll((rows) => rows.map((row) => ({
    line: Number(row.cells[0].innerText.replace(/\D/g, "")), column: row.cells[2].innerText.trim(), why: row.cells[3].innerText.trim(),
  })));
  expect(told.length === some.broken.length, `${told.length} rows are named`);
  for (const [at, { line, column }] of some.broken.entries())
    expect(told[at]?.line === line && told[at]?.column.includes(column) && told[at]?.why, `line ${line}, ${column}: ${JSON.stringify(told[at])}`);
  await look(page, "seller-import-37-en-light-1280");
  await send();
  expect(await facts("New") === "0" && await facts("As they were") === "963", `a repetition made ${await facts("New")}`);
}

await page.goto(`${url}/en/seller`);
await page.evaluate((body) => fetch("/v1/browser/session", { method: "POST", headers: { "Content-Type": "application/json" }, body }),
  JSON.stringify(some.owner));
for (const step of [prices, file]) {
  try {
    await step();
  } catch (error) {
    wrong(`${step.name}: ${error.message.slice(0, 600)}`);
    await page.screenshot({ path: `${process.env.MARKET_SCREENSHOTS}/seller-failed-${step.name}.png` });
  }
}
await browser.close();
