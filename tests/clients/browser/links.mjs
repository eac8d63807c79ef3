// The pages that links in mails lead to, in Chromium, 360 px wide: does MARKET_STEPS, a list of
// {open, fill: {id of an input: text}, press: name of a button, see: text}, each with what it needs, and looks after each whether
// everybody can use what is there, whether the token has left the address bar, and whether anything was kept. Prints one line for each
// thing that is wrong.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.MARKET_NODE_MODULES}/`);
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { chromium } = (await load("playwright-core")).default;
const { AxeBuilder } = (await load("@axe-core/playwright")).default;

const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.MARKET_CHROMIUM, args: quiet });
const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: process.env.MARKET_LOCALE, reducedMotion: "reduce",
  colorScheme: process.env.MARKET_COLORS, viewport: { width: 360, height: 640 } });
const page = await context.newPage();
page.setDefaultTimeout(20_000);
page.on("request", (request) => {
  if (!request.url().startsWith(`${process.env.MARKET_URL}/`)) console.log(`asked elsewhere: ${request.url()}`);
  if (request.url().startsWith(process.env.MARKET_URL) && request.isNavigationRequest() && request.method() !== "GET") {
    console.log(`the browser sent a form by itself: ${request.url()}`);
  }
});
page.on("pageerror", (error) => console.log(`script: ${error.message}`));
page.on("console", (message) => {
  // A refusal is said there, too.
  if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) console.log(`console: ${message.text()}`);
});

async function look(state) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  for (const { id, nodes } of violations) console.log(`axe, ${state}: ${id}: ${nodes.map((node) => node.html).join(" ")}`);
  const { wide, kept, lang } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth > innerWidth,
    kept: localStorage.length + sessionStorage.length + document.cookie.length,
    lang: document.documentElement.lang,
  }));
  if (wide) console.log(`${state}: wider than the window`);
  if (kept) console.log(`${state}: something is kept`);
  if (!process.env.MARKET_LOCALE.startsWith(lang)) console.log(`${state}: in ${lang}`);
  if (page.url().includes("#") || page.url().includes("?")) console.log(`${state}: the address bar shows ${page.url()}`);
}

for (const { open, fill = {}, press, see } of JSON.parse(process.env.MARKET_STEPS)) {
  const state = [open, press, see].filter(Boolean).join(", ");
  try {
    if (open) {
      await page.goto(`${process.env.MARKET_URL}${open}`);
      await page.locator("#title").and(page.locator(":not(:text-is('Marketplace'))")).waitFor();
      await look(`${open}, opened`);
    }
    for (const [id, text] of Object.entries(fill)) await page.locator(`input#${id}`).fill(text);
    if (press) {
      await page.getByRole("button", { name: press }).first().focus();
      await page.keyboard.press("Enter");
    }
    await page.getByText(see).first().waitFor();
    if (press && (await page.evaluate(() => document.activeElement === document.body))) console.log(`${state}: the focus is lost`);
    await look(state);
  } catch (error) {
    console.log(`${state}: ${error.message}\n${await page.locator("body").innerText()}`);
    break;
  }
}
// Who leaves the page is signed out: what it asks for at its end is on its way before this is answered.
await page.goto(`${process.env.MARKET_URL}/reset-password`);
await browser.close();
