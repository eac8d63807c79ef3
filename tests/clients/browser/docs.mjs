// /docs in Chromium: signs in and searches with "Try it out", and is axe clean in every state on the way. Prints one line for each
// thing that is wrong.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages are installed outside the checkout: MARKET_NODE_MODULES says where.
const require = createRequire(`${process.env.MARKET_NODE_MODULES}/`);
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { chromium } = (await load("playwright-core")).default;
const { AxeBuilder } = (await load("@axe-core/playwright")).default;

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.MARKET_CHROMIUM, args: quiet });
// The certificate of a marketplace of one's own is of a CA that no browser knows.
const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
const foreign = [];
page.on("request", (request) => {
  if (!request.url().startsWith(process.env.MARKET_URL) && !request.url().startsWith("data:")) foreign.push(request.url());
});
page.on("pageerror", (error) => console.log(`script: ${error.message}`));
page.on("console", (message) => {
  if (message.type() === "error") console.log(`console: ${message.text()}`);
});

async function scan(state) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  for (const { id, nodes } of violations) console.log(`axe, ${state}: ${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

async function opened(tag, operation) {
  await page.locator(`#operations-tag-${tag} button`).first().click();
  const block = page.locator(`#operations-${tag}-${operation}`);
  await block.locator(".opblock-summary-control").click();
  await block.locator(".execute").waitFor();
  return block;
}

async function executed(block, status) {
  await block.locator(".execute").click();
  const answer = block.locator("tr.response .response-col_status").first();
  await block.locator(".live-responses-table").waitFor();
  const got = (await answer.innerText()).trim();
  if (got !== status) console.log(`answered ${got} instead of ${status}`);
}

await page.goto(`${process.env.MARKET_URL}/docs`);
await page.locator(".opblock-tag").first().waitFor();
await scan("closed");
const signIn = await opened("auth", "signIn");
await signIn.locator("textarea").fill(process.env.MARKET_CREDENTIALS);
await scan("an operation");
await executed(signIn, "201");
await scan("an answer");
const search = await opened("product", "searchProducts");
await search.locator('[data-param-name="query"] input[type=text]').fill("engine");
await executed(search, "200");
await scan("a search");
for (const url of foreign) console.log(`asked elsewhere: ${url}`);
await browser.close();
