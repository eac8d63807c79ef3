import { expect, test } from "vitest";
import { step } from "./combobox";

test("arrows go round, by way of the text itself", () => {
  expect([step(-1, "ArrowDown", 2), step(0, "ArrowDown", 2), step(1, "ArrowDown", 2)]).toEqual([0, 1, -1]);
  expect([step(-1, "ArrowUp", 2), step(1, "ArrowUp", 2), step(0, "ArrowUp", 2)]).toEqual([1, 0, -1]);
  expect(step(1, "Home", 2)).toBe(1);
  expect(step(-1, "ArrowDown", 0)).toBe(-1);
});
