// What somebody does with an account: a forgotten password, addresses, a second step at sign-in, wishes, questions to a shop, a review with a
// picture; and what becomes of a page whose session ends under it.
import { createHmac } from "node:crypto";
import { browser, look, newContext, newPage, url, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const expect = (is, what) => is || wrong(what);
const until = async (what, get) => {
  for (let tries = 0; tries < 300; tries++) {
    const got = await get();
    if (got) return got;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`never came: ${what}`);
};
// What a form is refused for: 400; a session that is over: 401; what was changed meanwhile: 412.
const REFUSED = /\b(400|401|412)\b/;
const unique = `acct-${Date.now()}-${process.pid}`;
const ada = { email: `${unique}@example.test`, name: some.mischief, password: `${unique} violet teapot`, next: `${unique} copper window` };

const pathOf = (page) => new URL(page.url()).pathname;
const main = (page) => page.getByRole("main");
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

/** A link of the newest mail to somebody that leads to `path`, as its path; another than `other`. */
async function mailed(path, other, to = ada.email) {
  return until(`a mail to ${to} with a link to ${path}`, async () => {
    const found = await (await fetch(`${some.mailbox}/messages?to=${encodeURIComponent(to)}`)).json();
    for (const { id } of found) {
      const { links } = await (await fetch(`${some.mailbox}/messages/${id}`)).json();
      const link = links.find((one) => one.startsWith(`${url}${path}`) && one !== other);
      if (link) return link;
    }
    return undefined;
  });
}

/** What an authenticator shows for a key in base32 (RFC 6238). */
function codeOf(secret, now = Date.now()) {
  const bits = [...secret.replaceAll(" ", "")].map((one) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((one) => Number.parseInt(one, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function signUp(page) {
  await page.goto(`${url}/en/sign-up`);
  await page.getByLabel("Your name").fill(ada.name);
  await page.getByLabel("E-mail address").fill(ada.email);
  await page.getByLabel("Password").fill(ada.password);
  await main(page).getByRole("button", { name: "Create an account" }).click();
  await page.locator(".account-menu summary").waitFor();
  await page.goto(`${url}/en/account`);
  await page.getByText(`Hello, ${ada.name}`).waitFor();
  await page.getByText("Please confirm your e-mail address").waitFor();
  await look(page, "account-unverified-en-light-1280");
  await press(page, "Send it again");
  await page.getByText("A new mail is on its way.").waitFor();
  await page.goto(await mailed("/en/verify-email#"));
  await heading(page, "Confirm your e-mail address");
  expect(!page.url().includes("#"), "the token stays in the address bar");
  await look(page, "verify-email-en-light-1280");
  await press(page, "Confirm the address");
  await heading(page, "Thank you: the address is confirmed");
  await look(page, "verify-email-done-en-light-1280");
  await page.getByRole("link", { name: "To your account" }).click();
  await page.getByText(`Hello, ${ada.name}`).waitFor();
  expect(await page.getByText("Please confirm").count() === 0, "a confirmed address is to be confirmed");
}

async function profile(page) {
  await page.getByRole("link", { name: /^Profile/ }).click();
  await heading(page, "Profile");
  await page.getByLabel("Phone").fill("12");
  await press(page, "Save");
  await page.locator("input[name=phone][aria-invalid=true]").waitFor();
  await look(page, "profile-refused-en-light-1280");
  await page.getByLabel("Phone").fill("+49 30 901820");
  await page.getByLabel("Given name").fill("Ada");
  await page.getByLabel("Language of our mails").selectOption("ru");
  await press(page, "Save");
  await page.getByText("Saved.").waitFor();
  // Somebody else saves meanwhile: both versions are shown.
  await page.evaluate(() => fetch("/v1/users/me", { method: "PATCH", headers: { "Content-Type": "application/json" }, body: '{"familyName":"Lovelace"}' }));
  await page.getByLabel("Given name").fill("Augusta");
  await press(page, "Save");
  await page.getByText("This was changed elsewhere meanwhile").waitFor();
  await look(page, "profile-versions-en-light-1280");
  await press(page, "Keep what is saved");
  expect(await page.getByLabel("Family name").inputValue() === "Lovelace", "the version that was chosen is not shown");
}

async function addresses(page) {
  await page.goto(`${url}/en/returns`);
  await page.getByText("You have sent nothing back").waitFor();
  await look(page, "returns-empty-en-light-1280");
  await page.goto(`${url}/en/account/addresses`);
  await page.getByText("No address yet").waitFor();
  await look(page, "addresses-none-en-light-1280");
  await press(page, "Add an address");
  await page.getByRole("heading", { name: "New address" }).waitFor();
  await page.getByLabel("Country").selectOption("US");
  await page.getByLabel("Recipient").fill(some.mischief.slice(0, 100));
  await press(page, "Save the address");
  await page.locator("input[name=region][aria-invalid=true]").waitFor();
  await look(page, "address-faults-en-light-1280");
  await page.getByLabel("Country").selectOption("DE");
  await page.getByLabel("Street and house").fill("Unter den Linden 1");
  await page.getByLabel("Postal code").fill("1");
  await page.getByLabel("Town or city").fill("Berlin");
  await press(page, "Save the address");
  await page.locator("input[name=postalCode][aria-invalid=true]").waitFor();
  await page.getByLabel("Postal code").fill("10117");
  await press(page, "Save the address");
  await page.getByText("10117 Berlin").waitFor();
  await look(page, "addresses-one-en-light-1280");
  await page.getByRole("button", { name: /^Edit/ }).click();
  await page.evaluate(async () => {
    const { addresses: [one] } = await (await fetch("/v1/users/me/addresses")).json();
    await fetch(`/v1/users/me/addresses/${one.id}`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: '{"city":"Potsdam"}' });
  });
  await page.getByLabel("Street and house").fill("Am Markt 2");
  await press(page, "Save the address");
  await page.getByText("This address was changed elsewhere meanwhile").waitFor();
  await page.getByRole("cell", { name: "Potsdam" }).waitFor();
  await look(page, "address-versions-en-light-1280");
  await press(page, "Save yours");
  await page.getByText("Am Markt 2").waitFor();
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("dialog").waitFor();
  await look(page, "address-delete-en-light-1280");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No address yet").waitFor();
}

async function wishAndAsk(page) {
  await page.goto(`${url}/en/p/${some.product}`);
  await page.getByRole("button", { name: "Save to the wish list" }).click();
  await page.getByRole("link", { name: "On your wish list" }).click();
  await page.getByRole("link", { name: some.title }).waitFor();
  await look(page, "wishes-en-light-1280");
  await page.getByRole("button", { name: /^Remove/ }).click();
  await press(page, "Put it back");
  await page.getByRole("link", { name: some.title }).click();
  await page.getByRole("link", { name: "Ask the shop" }).click();
  await page.getByLabel("Your message").fill(`Is it warm?\n${some.mischief}`);
  await look(page, "message-new-en-light-1280");
  await press(page, "Send");
  await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/);
  await page.locator(".letter-own").getByText("Is it warm?").waitFor();
  await look(page, "conversation-en-light-1280");
  await press(page, "Report this conversation");
  await page.getByLabel("What is wrong").fill("A try.");
  await look(page, "conversation-report-en-light-1280");
  await press(page, "Report it");
  await page.getByText("Reported: we look into it.").waitFor();
  return pathOf(page);
}

/** Returns what ends the second step again. */
async function secondStep(context, page) {
  await page.goto(`${url}/en/account/security`);
  await press(page, "Add an app");
  await page.getByLabel("What to call it").fill("Phone");
  await press(page, "Continue");
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await look(page, "second-step-scan-en-light-1280");
  const secret = await page.locator(".secret").innerText();
  await page.getByLabel("The code that it shows now").fill(codeOf(secret));
  await press(page, "Confirm");
  await page.locator(".codes li").first().waitFor();
  await look(page, "recovery-codes-en-light-1280");
  const recovery = await page.locator(".codes li").first().innerText();
  await press(page, "I have kept them");
  await page.getByText("After your password we ask").waitFor();
  await look(page, "security-on-en-light-1280");
  return recovery;
}

/** The session ends while a form is filled in: the password is asked for above it, nothing is lost, another tab goes on, too. */
async function endedUnderneath(context, page, recovery) {
  const other = await newPage(context, REFUSED);
  await other.goto(`${url}/en/account/profile`);
  await other.getByLabel("Family name").fill("Byron");
  await page.goto(`${url}/en/account/profile`);
  await page.getByLabel("Given name").fill("Kept");
  const { sessions } = await page.evaluate(async () => (await fetch("/v1/sessions")).json());
  await page.evaluate(async (ids) => {
    for (const id of ids) await fetch(`/v1/sessions/${id}`, { method: "DELETE" });
  }, sessions.map((one) => one.id));
  const cookies = (await context.cookies()).filter((one) => one.name.startsWith("__Host-at"));
  await context.clearCookies({ name: cookies[0].name });
  await press(page, "Save");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Your session has ended").waitFor();
  await look(page, "session-ended-en-light-1280");
  await dialog.getByLabel("Password").fill(ada.password);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.getByLabel("Code").fill(recovery);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Saved.").waitFor();
  expect(await page.getByLabel("Given name").inputValue() === "Kept", "what was written is lost");
  expect(await other.getByLabel("Family name").inputValue() === "Byron", "another tab has lost what was written in it");
  await other.close();
}

async function signOut(page) {
  await page.locator(".account-menu summary").click();
  await press(page, "Sign out");
  await page.getByRole("link", { name: "Sign in" }).waitFor();
}

async function forgotten(page) {
  await signOut(page);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await heading(page, "Forgot your password?");
  await page.getByLabel("E-mail address").fill(ada.email);
  await press(page, "Send the link");
  await heading(page, "Look into your mail");
  await look(page, "reset-password-sent-en-light-1280");
  // In the language of their mails.
  await page.goto(await mailed("/ru/reset-password#"));
  await heading(page, "Придумайте новый пароль");
  await look(page, "reset-password-ru-light-1280");
  await page.getByLabel("Новый пароль").fill(ada.next);
  await press(page, "Сохранить пароль");
  await heading(page, "Новый пароль сохранён");
}

/** Somebody else at the same browser sees nothing of the first. */
async function another(page, conversation) {
  await page.goto(`${url}/en/sign-in`);
  await page.getByLabel("E-mail address").fill(some.buyer.email);
  await page.getByLabel("Password").fill(some.buyer.password);
  await main(page).getByRole("button", { name: "Sign in" }).click();
  await page.locator(".account-menu summary").waitFor();
  for (const path of ["/account", "/account/profile", "/account/addresses", "/wishes", "/messages", "/account/sessions"]) {
    await page.goto(`${url}/en${path}`);
    await main(page).getByRole("heading", { level: 1 }).waitFor();
    await page.waitForFunction(() => !document.querySelector(".skeleton"));
    const seen = await main(page).innerText();
    expect(!seen.includes(unique) && !seen.includes("Is it warm?"), `${path} shows somebody else's`);
  }
  await page.goto(`${url}${conversation}`);
  await heading(page, "There is nothing here");
}

async function review(page) {
  const { line, order } = some.reviewable;
  await page.goto(`${url}/en/review/${line}?order=${order}`);
  await heading(page, "Write a review");
  await press(page, "Publish the review");
  await page.getByText("This is missing.").waitFor();
  await look(page, "review-faults-en-light-1280");
  await page.getByRole("radio", { name: "4 stars" }).check({ force: true });
  await page.getByLabel("In a few words").fill("Well made");
  await page.getByLabel("What is it like?").fill(some.mischief);
  await page.locator("input[type=file]").setInputFiles({ name: "one.png", mimeType: "image/png", buffer: Buffer.from(some.picture, "base64") });
  await page.locator(".pictures-field li img").waitFor();
  await look(page, "review-new-en-light-1280");
  await press(page, "Publish the review");
  await heading(page, "Thank you for your review");
  await page.getByRole("link", { name: "Change it" }).click();
  await heading(page, "Change your review");
  await page.getByLabel("In a few words").fill("Very well made");
  await look(page, "review-change-en-light-1280");
  await press(page, "Save the review");
  await heading(page, "Your review is changed");
}

async function report(page) {
  await page.goto(`${url}/en/report/${some.product}`);
  await page.getByLabel("What is wrong").selectOption("COUNTERFEIT");
  await page.getByLabel("What is it, and how do you know?").fill(some.mischief);
  await press(page, "Send the report");
  await heading(page, "Thank you, we look into it");
}

/** What other mails lead to: a guest's account becomes one with a password, somebody new joins a shop, a shop wants fewer mails. */
async function otherMails(page) {
  const { guest, invited, owner } = some.reviewable;
  await page.goto(await mailed("/en/claim-account#", undefined, guest));
  await page.getByLabel("New password").fill(ada.password);
  await press(page, "Save the password");
  await heading(page, "The account is yours");
  await signOut(page);

  await page.goto(await mailed("/en/accept-invitation#", undefined, invited));
  await heading(page, "You are invited to join a shop");
  await look(page, "invitation-en-light-1280");
  await press(page, "Create an account");
  await page.getByLabel("Your name").fill("Ines");
  await page.getByLabel("E-mail address").fill(invited);
  await page.getByLabel("Password").fill(ada.password);
  await main(page).locator("button[type=submit]").click();
  await press(page, "Join the shop");
  await heading(page, "Welcome to the team");
  await page.getByRole("link", { name: "Your shops" }).click();
  await page.getByText("You work there").waitFor();
  await press(page, "Open another shop");
  await page.getByLabel("Name of the shop").fill(`Чай ${unique}`);
  await look(page, "sell-open-en-light-1280");
  await press(page, "Open the shop");
  await page.getByText("You own it").waitFor();
  await look(page, "sell-two-en-light-1280");

  await page.goto(await mailed("/en/unsubscribe#", undefined, owner));
  await press(page, "Unsubscribe");
  await heading(page, "You will get no more mails of this kind");
}

const context = await newContext();
const page = await newPage(context, REFUSED);
try {
  await signUp(page);
  await profile(page);
  await addresses(page);
  const conversation = await wishAndAsk(page);
  const recovery = await secondStep(context, page);
  await endedUnderneath(context, page, recovery);
  await forgotten(page);
  const theirs = await newPage(context, /404/);
  await another(theirs, conversation);
  await review(theirs);
  await report(theirs);
  await signOut(theirs);
  await otherMails(theirs);
} catch (problem) {
  await page.screenshot({ path: `${process.env.MARKET_SCREENSHOTS}/account-broken.png`, fullPage: true });
  for (const one of context.pages()) wrong(`${one.url()}: ${(await one.locator("body").innerText()).slice(0, 1500)}`);
  wrong(problem.stack);
}
await browser.close();
