import { expect, test } from "vitest";
import { fitting } from "./palette_match";

const COMMANDS = [
  { name: "Open the orders", group: "Go to" },
  { name: "Orders", group: "Go to" },
  { name: "Éclair", words: "cake" },
];
const names = (written: string) => fitting(COMMANDS, written).map(({ name }) => name);

test("commands are found by parts of their words, without accents, the ones that begin so first", () => {
  expect(names("")).toHaveLength(3);
  expect(names("ord")).toEqual(["Orders", "Open the orders"]);
  expect(names("go open")).toEqual(["Open the orders"]);
  expect(names("ecl")).toEqual(["Éclair"]);
  expect(names("cake")).toEqual(["Éclair"]);
  expect(names("none")).toEqual([]);
});
