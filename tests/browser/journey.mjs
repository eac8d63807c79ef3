// What people do: look for something, choose it, sign up, sign out; and what becomes of their session meanwhile.
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const unique = `web-${Date.now()}-${process.pid}`;
const email = `${unique}@example.test`;
const password = `${unique} violet teapot`;
const port = new URL(url).port;
const cookie = (name) => (port && port !== "443" ? `${name}-${port}` : name);

const expect = (is, what) => is || wrong(what);
const pathOf = (page) => decodeURIComponent(new URL(page.url()).pathname);

/** Nothing that a script could read says who somebody is. */
async function expectSecret(context, page) {
  const cookies = await context.cookies();
  const tokens = cookies.filter((one) => one.name.startsWith("__Host-"));
  expect(tokens.length >= 2, `there are ${tokens.length} cookies with tokens`);
  for (const one of tokens) expect(one.httpOnly && one.secure && one.sameSite === "Strict", `${one.name} can be read or sent elsewhere`);
  const readable = await page.evaluate(() => [document.cookie, document.documentElement.outerHTML,
    JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })].join("\n"));
  for (const one of tokens) expect(!readable.includes(one.value), `the pages know the value of ${one.name}`);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length) === 0, "something is kept in the browser");
}

async function search(page) {
  await page.goto(`${url}/en/`);
  const box = page.getByRole("combobox");
  await box.fill("long sleev");
  await page.getByRole("option", { name: some.title }).waitFor();
  await look(page, "suggestions-en-light-1280");
  // Words first, then by hand.
  await box.press("Escape");
  expect(!await page.getByRole("listbox").isVisible(), "Escape leaves the suggestions open");
  await box.press("Enter");
  await page.waitForURL(/\/en\/search\?q=long\+sleev/);
  await page.getByRole("link", { name: some.title }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName) === "H1", "the focus is not on the heading of the results");
  await page.getByRole("checkbox", { name: "In stock" }).check();
  await page.waitForURL(/stock=1/);
  await page.getByRole("button", { name: "Remove filter: In stock" }).click();
  await page.waitForURL((where) => !where.search.includes("stock"));
  await page.getByRole("link", { name: some.title }).click();
}

async function choose(page) {
  await page.getByRole("heading", { level: 1, name: some.title }).waitFor();
  await page.getByRole("link", { name: "All products" }).click();
  await page.locator(".product-card").last().scrollIntoViewIfNeeded();
  const far = await page.evaluate(() => scrollY);
  await page.locator(".product-card a").last().click();
  await page.locator(".product").waitFor();
  expect(await page.evaluate(() => scrollY) === 0, "a product does not begin at its top");
  await page.goBack();
  await page.waitForFunction((there) => scrollY > there - 200, far);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: some.title }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName) === "H1", "the focus is not on the heading of the product");
  for (const group of await page.locator("fieldset.options").all()) {
    for (const value of await group.getByRole("radio").all()) {
      await value.check();
      expect(await value.isChecked(), "an option that was taken is not chosen");
    }
  }
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.waitForURL(/sign-in\?from=/);
}

async function signUp(context, page) {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This e-mail address and password do not go together.").waitFor();
  await look(page, "sign-in-refused-en-light-1280");
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Your name").fill("Wanda Web");
  await page.getByLabel("E-mail address").fill("no address");
  await page.getByRole("main").getByRole("button", { name: "Create an account" }).click();
  await page.locator("input[name=email][aria-invalid=true]").waitFor();
  await look(page, "sign-up-faults-en-light-1280");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("heading", { level: 1, name: some.title }).waitFor();
  await page.locator(".account-menu summary").waitFor();
  await expectSecret(context, page);
}

async function account(page) {
  await page.locator(".account-menu summary").click();
  await look(page, "account-menu-en-light-1280");
  await page.getByRole("link", { name: "Orders" }).click();
  await page.getByText("No orders yet").waitFor();
  await look(page, "orders-empty-en-light-1280");
  await page.locator(".account-menu summary").click();
  await page.locator(".account-menu").getByRole("link", { name: "Your account" }).click();
  await page.getByText("Hello, Wanda Web").waitFor();
  await look(page, "account-en-light-1280");
}

/** Two tabs find at once that the token has ended: one renews it, both go on. */
async function expire(context, page) {
  const other = await newPage(context);
  await other.goto(`${url}/en/orders`);
  await other.getByText("No orders yet").waitFor();
  const asked = [];
  for (const one of [page, other]) one.on("request", (request) => request.url().endsWith(":refresh") && asked.push(request.url()));
  await context.clearCookies({ name: cookie("__Host-at") });
  await context.addCookies([{ name: cookie("signed-in"), value: "1", url, secure: true, sameSite: "Strict" }]);
  await Promise.all([page, other].map((one) => one.reload()));
  await Promise.all([page.getByText("Hello, Wanda Web").waitFor(), other.getByText("No orders yet").waitFor()]);
  expect(asked.length === 1, `two tabs renewed one session ${asked.length} times`);
  return other;
}

async function signOut(context, page, other) {
  await page.locator(".account-menu summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  expect(pathOf(page) === "/en/", `signing out leads to ${pathOf(page)}`);
  await other.getByText("You are not signed in").waitFor();
  await look(other, "signed-out-en-light-1280");
  const left = (await context.cookies()).map((one) => one.name).filter((name) => /^(__Host-[ar]t|signed-in)/.test(name));
  expect(left.length === 0, `after signing out there are ${left}`);
}

async function signInAgain(context, page) {
  await page.goto(`${url}/ru/sign-in`);
  await page.getByLabel("Адрес эл. почты").fill(email);
  await page.getByLabel("Пароль").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Вход" }).click();
  await page.locator(".account-menu summary").waitFor();
  expect(pathOf(page) === "/ru/", `signing in leads to ${pathOf(page)}`);
}

const context = await newContext();
// A password that is wrong is said with 401.
const page = await newPage(context, /401/);
await search(page);
await choose(page);
await signUp(context, page);
await account(page);
const other = await expire(context, page);
await signOut(context, page, other);
await signInAgain(context, page);
await browser.close();
