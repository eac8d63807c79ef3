// What a first visit costs on a slow phone: a processor of a quarter, 1.6 Mbit and 150 ms, 360 px, nothing kept. Medians of so many rounds, into
// MARKET_FIGURES; who judges them is test_vitals.py.
import { writeFileSync } from "node:fs";
import { browser, newContext, newPage, url } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const ROUNDS = Number(process.env.MARKET_ROUNDS);
const SLOW = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const PATHS = { home: "/", search: "/search?q=tea", product: `/p/${some.product}` };

/** In the page, before any script of it: what the browser says of it. */
function observe() {
  const seen = { lcp: 0, cls: 0, inp: 0 };
  window.vitals = seen;
  const on = (type, take, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  on("largest-contentful-paint", (one) => { seen.lcp = one.startTime; });
  on("layout-shift", (one) => { if (!one.hadRecentInput) seen.cls += one.value; });
  on("event", (one) => { if (one.interactionId) seen.inp = Math.max(seen.inp, one.duration); }, { durationThreshold: 16 });
}

const settled = (page) => page.waitForFunction(() => document.querySelector("main h1") && !document.querySelector(".skeleton")
  && [...document.images].every((image) => image.complete || image.loading === "lazy"));
/** Observers hear of what was painted a moment later. */
const painted = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 250))));

async function opened(path, { slow }) {
  const context = await newContext({ width: 360 });
  const page = await newPage(context);
  await page.addInitScript(observe);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  if (slow) {
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", SLOW);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  await page.goto(`${url}/en${path}`, { waitUntil: "load" });
  await settled(page);
  await painted(page);
  return { context, page, devtools };
}

/** Of a first visit, and then of what is done there: without a network that is slow, since that is no matter of the page's. */
async function visited(path, act) {
  const { context, page, devtools } = await opened(path, { slow: true });
  const { lcp, cls } = await page.evaluate(() => window.vitals);
  await devtools.send("Network.emulateNetworkConditions", { ...SLOW, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await act(page);
  await painted(page);
  const { inp } = await page.evaluate(() => window.vitals);
  await context.close();
  return { lcp, cls, inp };
}

/** What scripts take of the processor, which other load does not change. */
async function scripted(path) {
  const { context, devtools } = await opened(path, { slow: false });
  const { metrics } = await devtools.send("Performance.getMetrics");
  await context.close();
  return metrics.find((one) => one.name === "ScriptDuration").value * 1000;
}

const words = async (page) => {
  await page.locator("[name=q]").click();
  await page.keyboard.type("cup");
};
const ACTS = {
  home: words,
  search: words,
  product: async (page) => {
    await page.locator(".option[data-there=true]").first().click();
    await page.getByRole("main").getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("link", { name: "Go to the cart" }).waitFor();
  },
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const figures = {};
for (const [name, path] of Object.entries(PATHS)) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push({ ...await visited(path, ACTS[name]), script: await scripted(path) });
  const of = (key, digits) => Number(median(rounds.map((one) => one[key])).toFixed(digits));
  figures[name] = { lcpMs: of("lcp", 0), cls: of("cls", 4), inpMs: of("inp", 0), scriptMs: of("script", 1) };
}
writeFileSync(process.env.MARKET_FIGURES, `${JSON.stringify({ rounds: ROUNDS, figures }, undefined, 1)}\n`);
await browser.close();
