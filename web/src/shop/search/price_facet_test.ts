import { expect, test } from "vitest";
import { amountOf } from "./price_facet";

test("amounts are read as people of both languages write them", () => {
  expect(["12", "12,5", " 0.99 ", "", "12 €", "-1", "1e3"].map((text) => amountOf(text, 100))).toEqual([
    1200,
    1250,
    99,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(amountOf("500", 1)).toBe(500);
});
