import { expect, test } from "vitest";
import { en } from "./en";
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
