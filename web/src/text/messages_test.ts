import { expect, test } from "vitest";
import * as cartEn from "./cart_en";
import * as cartRu from "./cart_ru";
import * as checkoutEn from "./checkout_en";
import * as checkoutRu from "./checkout_ru";
import { en } from "./en";
import * as ordersEn from "./orders_en";
import * as ordersRu from "./orders_ru";
import * as payingEn from "./paying_en";
import * as payingRu from "./paying_ru";
import { ru } from "./ru";

const sources = Object.values(
  import.meta.glob<string>(["../**/*.{ts,tsx}", "!../text/*"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).join("\n");

function names(texts: object, above = ""): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "object" && above === "" ? names(value, `${name}.`) : [`${above}${name}`],
  );
}

test("every text is shown somewhere", () => {
  const unused = names(en).filter(
    (name) => !new RegExp(`text\\.${name.replace(".", "\\.")}\\b`).test(sources),
  );
  expect(unused).toEqual([]);
});

test("no text is left in English", () => {
  const same = names(ru).filter((name) => {
    const [room, key = ""] = name.split(".");
    const of = (texts: object) =>
      Object.entries(Object.entries(texts).find(([one]) => one === room)?.[1] ?? {});
    const [ours, theirs] = [of(ru), of(en)].map((entries) => entries.find(([one]) => one === key)?.[1]);
    return typeof ours === "string" && ours === theirs;
  });
  expect(same).toEqual([]);
});

// The texts of single rooms (rooms.ts), which are said as `said.name`, or, of another room's, `words.name` or `paying.name`.
test.each([
  ["cart", cartEn, cartRu],
  ["checkout", checkoutEn, checkoutRu],
  ["paying", payingEn, payingRu],
  ["orders", ordersEn, ordersRu],
] as const)("every text of %s is shown somewhere, and none is left in English", (_, ours, theirs) => {
  const unused = Object.keys(ours.words).filter(
    (name) => !new RegExp(`(said|words|paying)\\.${name}\\b`).test(sources),
  );
  expect(unused).toEqual([]);
  const of = (texts: object) => Object.entries(texts).filter(([, value]) => typeof value === "string");
  expect(
    of(ours.words).filter(([name, value]) => Object.fromEntries(of(theirs.words))[name] === value),
  ).toEqual([]);
});
