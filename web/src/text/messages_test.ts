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

// The words of parts of the pages, which those call `here`: of "./enter_en.ts" its `enter`.
const parts = import.meta.glob<Record<string, object>>("./*_{en,ru}.ts", { eager: true });
const PARTS = Object.keys(parts)
  .filter((path) => path.endsWith("_en.ts"))
  .map((path) => {
    const words = (of: string) => Object.values(parts[of] ?? {})[0] ?? {};
    return [path.slice(2, -"_en.ts".length), words(path), words(path.replace("_en.ts", "_ru.ts"))] as const;
  });

function names(texts: object, above = ""): string[] {
  return Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "object" && above === "" ? names(value, `${name}.`) : [`${above}${name}`],
  );
}

function textAt(texts: object, name: string): unknown {
  const [room, key = ""] = name.split(".");
  const at = (of: object, one: string | undefined) => Object.entries(of).find(([each]) => each === one)?.[1];
  const found = at(texts, room);
  return key && typeof found === "object" && found !== null ? at(found, key) : found;
}

const same = (english: object, russian: object) =>
  names(russian).filter((name) => {
    const said = textAt(russian, name);
    return typeof said === "string" && said === textAt(english, name);
  });

test("every text is shown somewhere", () => {
  const unused = names(en).filter(
    (name) => !new RegExp(`text\\.${name.replace(".", "\\.")}\\b`).test(sources),
  );
  expect(unused).toEqual([]);
});

test("no text is left in English", () => {
  expect(same(en, ru)).toEqual([]);
});

test.each(PARTS)("so it is with the words of %s", (_, english, russian) => {
  expect(Object.keys(english).filter((name) => !new RegExp(`here\\.${name}\\b`).test(sources))).toEqual([]);
  expect(same(english, russian)).toEqual([]);
});
