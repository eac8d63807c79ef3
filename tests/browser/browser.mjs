// One Chromium, and pages that may do nothing wrong: what they do wrong is printed, one line for each.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// The packages are installed outside the checkout: MARKET_NODE_MODULES says where.
const require = createRequire(`${process.env.MARKET_NODE_MODULES}/`);
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { chromium } = (await load("playwright-core")).default;
const axe = readFileSync(createRequire(require.resolve("@axe-core/playwright")).resolve("axe-core/axe.min.js"), "utf8");

export const url = process.env.MARKET_URL;
const pictures = process.env.MARKET_SCREENSHOTS;
mkdirSync(pictures, { recursive: true });

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
export const browser = await chromium.launch({ executablePath: process.env.MARKET_CHROMIUM, args: quiet });

export const wrong = (what) => console.log(what);

// What did not come is told by what is there instead.
process.on("uncaughtException", async (error) => {
  console.error(error);
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    const shown = await page.evaluate(() => [document.body.innerText, document.activeElement?.outerHTML.slice(0, 200)]).catch(String);
    console.error(page.url(), shown);
  }
  process.exit(1);
});

/** The certificate of a marketplace of one's own is of a CA that no browser knows. */
export const newContext = ({ theme = "light", width = 1280 } = {}) =>
  browser.newContext({
    ignoreHTTPSErrors: true,
    colorScheme: theme,
    reducedMotion: "reduce",
    viewport: { width, height: width < 600 ? 740 : 900 },
  });

/** A page, of which nothing fails but what `expected` matches. */
export async function newPage(context, expected = /^$/) {
  const page = await context.newPage();
  const say = (what) => {
    if (!expected.test(what)) wrong(`${new URL(page.url() || "about:blank").pathname}: ${what}`);
  };
  page.on("pageerror", (error) => say(`script: ${error.message}`));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && say(`console: ${message.text()}`));
  page.on("requestfailed", (request) => {
    // Who goes on writing asks no more about what he wrote before.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") say(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("request", (request) => request.url().startsWith(url) || say(`asked elsewhere: ${request.url()}`));
  page.on("response", (response) => response.status() >= 400 && say(`answer: ${response.status()} ${response.url()}`));
  return page;
}

/** Has the focus, and keeps it: what a page has just shown may put it elsewhere once it is painted. */
const has = (locator) => locator.evaluate((one) => one === document.activeElement
  && new Promise((painted) => requestAnimationFrame(() => setTimeout(() => painted(one === document.activeElement)))));

/** Goes on with Tab until it is there; what a keyboard does not reach nobody can use with one. */
export async function tabTo(page, locator, most = 160) {
  await locator.waitFor();
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await has(locator)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`a keyboard does not get to ${locator}`);
}

/** By keyboard, in the place of what is there; within a page or a dialog of it. */
export async function write(within, label, text) {
  const page = "keyboard" in within ? within : within.page();
  await tabTo(page, within.getByLabel(label, { exact: true }));
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

export async function enter(page, locator, key = "Enter") {
  await tabTo(page, locator);
  await page.keyboard.press(key);
}

// In the dark only colours are others.
const RULES = {
  light: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] },
  dark: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
};

/** An arrival has put the focus where screen readers go on. */
export async function arrived(page, name) {
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
}

/** acts(path, data): what a shop does meanwhile, of which pages hear. */
export async function acting(page, credentials) {
  const { accessToken } = await (await page.request.post(`${url}/v1/sessions`, { data: credentials })).json();
  return async (path, data = {}) => {
    const headers = { Authorization: `Bearer ${accessToken}`, "Idempotency-Key": crypto.randomUUID() };
    const answer = await page.request.post(`${url}/v1${path}`, { data, headers });
    if (!answer.ok()) wrong(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
}

/** Whether everybody can use what is shown, and what it looks like: `name`.png. */
export async function look(page, name, theme = "light") {
  await page.evaluate(() => document.fonts.ready);
  // Skeletons have gone and pictures come.
  await page.waitForFunction(() => !document.querySelector(".skeleton")
    && [...document.images].every((image) => image.complete || image.loading === "lazy"));
  // Evaluated, not added as a script: the policy of the pages forbids that, and it is to be in force.
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axe);
  const found = await page.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ").slice(0, 600)}`);
  }, RULES[theme]);
  for (const one of found) wrong(`${name}: axe: ${one}`);
  const seen = await page.evaluate(() => ({
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll("h1").length,
    language: document.documentElement.lang,
    title: document.title,
  }));
  if (seen.sideways > 0) wrong(`${name}: scrolls sideways by ${seen.sideways} px`);
  if (seen.headings !== 1) wrong(`${name}: has ${seen.headings} h1`);
  if (seen.language !== new URL(page.url()).pathname.slice(1, 3)) wrong(`${name}: is said to be in ${seen.language}`);
  if (!seen.title) wrong(`${name}: has no title`);
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}
