import { expect, test } from "vitest";
import { leftOf, queryOf } from "./orders";

test("days are asked for as times, the last one with all of its hours", () => {
  expect(queryOf({ states: ["PLACED"], number: "A-1", from: "2026-11-01", until: "2026-11-30" })).toEqual({
    state: ["PLACED"],
    number: "A-1",
    createTimeFrom: "2026-11-01T00:00:00Z",
    createTimeTo: "2026-12-01T00:00:00.000Z",
  });
  expect(queryOf({ number: "", from: "", until: "" })).toEqual({});
});

test("what is left of a line is neither sent nor cancelled", () => {
  const line = { quantity: 5, shippedQuantity: 2, cancelledQuantity: 1 };
  expect(leftOf(line as Parameters<typeof leftOf>[0])).toBe(2);
});
