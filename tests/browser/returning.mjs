// What was bought goes back in part, by keyboard alone; the page hears of each step of the shop by itself.
import { acting, arrived, enter, look, tabTo, url, write, wrong } from "./browser.mjs";

const some = JSON.parse(process.env.MARKET_SOME);
const main = (page) => page.getByRole("main");
const press = (page, name) => enter(page, main(page).getByRole("button", { name }));
const TEXT = "The box was wet.";

/** On the page of an order of which two units have come. */
export async function sentBack(page) {
  await enter(page, main(page).getByRole("link", { name: "Send something back" }));
  await arrived(page, "Send something back");
  await written(page);
  await arrived(page, /^Return /);
  await page.getByText("The shop looks at it").first().waitFor();
  if (await page.evaluate(() => sessionStorage.length) > 0) wrong("what was sent is kept as a draft");
  await look(page, "return-requested-en-light-1280");
  await settled(page);
}

async function written(page) {
  await main(page).getByLabel("How many go back:").waitFor();
  await tabTo(page, main(page).getByLabel("How many go back:"));
  await page.keyboard.press("0");
  await press(page, "Ask to send it back");
  await page.getByText("Choose at least one thing.").waitFor();
  await page.getByText("Say why, please.").waitFor();
  if (await page.evaluate(() => document.activeElement?.dataset.of) !== "units") wrong("the focus is not on what is missing");
  await look(page, "return-faults-en-light-1280");
  await page.keyboard.press("1");
  await tabTo(page, page.getByLabel("Why", { exact: true }));
  await page.keyboard.type("It is d");
  await write(page, "What is the matter? (optional)", TEXT);
  await withoutNetwork(page);
  await press(page, "Ask to send it back");
}

/** What is written stays where the network goes, and where the page is loaded again. */
async function withoutNetwork(page) {
  await page.context().setOffline(true);
  await page.getByRole("status").getByText("You seem to be offline.").waitFor();
  await press(page, "Ask to send it back");
  await page.getByRole("alert").getByText("You seem to be offline.").waitFor();
  await look(page, "return-offline-en-light-1280");
  await page.context().setOffline(false);
  await page.getByRole("status").getByText("You seem to be offline.").waitFor({ state: "hidden" });
  await page.reload();
  await page.waitForFunction((text) => document.querySelector("textarea")?.value === text, TEXT);
  if (await page.getByLabel("Why", { exact: true }).inputValue() !== "DAMAGED") wrong("the reason that was chosen is lost");
}

async function settled(page) {
  const act = await acting(page, some.owner);
  const path = `/returns/${page.url().split("/").at(-1)}`;
  await act(`${path}:approve`);
  await page.getByText("You have sent it?").waitFor();
  await press(page, "Tell the shop");
  await page.getByText("This is missing.").first().waitFor();
  await look(page, "return-ship-faults-en-light-1280");
  await write(page, "Who carries it", "DHL");
  await write(page, "Tracking number", "JD0147");
  await page.keyboard.press("Enter");
  await page.getByText("DHL: JD0147").waitFor();
  await look(page, "return-sent-en-light-1280");
  await act(`${path}:receive`);
  await page.getByRole("status").getByText("It has come to the shop").waitFor();
  await act(`${path}:close`, { restock: true });
  await page.getByRole("status").getByText("Settled").waitFor();
  await look(page, "return-settled-en-light-1280");
  await enter(page, main(page).getByRole("link", { name: "See the order" }));
  await arrived(page, /^Order /);
  await page.getByText("1 sent back").waitFor();
  await papers(page);
  await look(page, "order-sent-back-en-light-1280");
}

/** The invoice and what corrects it, as a page and as a file. */
async function papers(page) {
  const note = main(page).getByRole("link", { name: /^Credit note (?!.*PDF)/ });
  await note.first().waitFor();
  for (const name of [/^Invoice (?!.*PDF)/, /^Credit note (?!.*PDF)/]) {
    const answer = await page.request.get(`${url}${await main(page).getByRole("link", { name }).first().getAttribute("href")}`);
    if (!/^text\/html/.test(answer.headers()["content-type"])) wrong(`a page of papers is ${answer.headers()["content-type"]}`);
  }
  await tabTo(page, main(page).getByRole("link", { name: /^Invoice .* as a PDF/ }));
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  if (!/\.pdf$/.test(file.suggestedFilename())) wrong(`a paper is kept as ${file.suggestedFilename()}`);
}
