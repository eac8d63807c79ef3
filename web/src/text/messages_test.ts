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

// The words of single rooms (rooms.ts), which are said as `said.name`, or, of another room's, `words.name` or `paying.name`.
const rooms = import.meta.glob<{ words: object }>("./*_{en,ru}.ts", { eager: true });
const ROOMS = Object.keys(rooms)
  .filter((path) => path.endsWith("_en.ts"))
  .map((path) => {
    const words = (of: string) => rooms[of]?.words ?? {};
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
    // What has no letters is the same in both.
    return typeof said === "string" && /\p{L}/u.test(said) && said === textAt(english, name);
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

test.each(ROOMS)("so it is with the words of %s", (_, english, russian) => {
  const unused = Object.keys(english).filter(
    (name) => !new RegExp(`(said|words|paying|all)\\.${name}\\b`).test(sources),
  );
  expect(unused).toEqual([]);
  expect(same(english, russian)).toEqual([]);
});
