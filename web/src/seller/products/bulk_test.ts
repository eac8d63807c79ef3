import { expect, test } from "vitest";
import { changedBy, rowsFor } from "./bulk";
import type { Offer } from "./products";

const offer = {
  id: "o",
  etag: "e1",
  price: { amount: 1999, currency: "EUR" },
  onHand: 7,
} as Offer;

test("a price by per cent is rounded to the minor unit", () => {
  expect(changedBy(1999, 10)).toBe(2199);
  expect(changedBy(1999, -10)).toBe(1799);
  expect(changedBy(5, -100)).toBe(0);
  expect(changedBy(5, -150)).toBe(0);
});

test("each row says which version it is meant for", () => {
  expect(rowsFor([offer], { kind: "percent", percent: 10 })).toEqual([
    { offerId: "o", ifMatch: "e1", price: { amount: 2199, currency: "EUR" } },
  ]);
  expect(rowsFor([offer], { kind: "stock", stock: 3 })).toEqual([
    { offerId: "o", ifMatch: "e1", stock: 3, expectedStock: 7 },
  ]);
  expect(rowsFor([offer], { kind: "state", state: "ARCHIVED" })).toEqual([
    { offerId: "o", ifMatch: "e1", state: "ARCHIVED" },
  ]);
});
