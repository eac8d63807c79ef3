import { expect, test } from "vitest";
import type { Rule } from "./commissions";
import { changedFields, draftOf, unreadable, writtenOf } from "./draft";

const rule: Rule = {
  id: "1",
  version: 1,
  state: "PUBLISHED",
  name: "Books",
  categoryId: "2",
  percentagePpm: 125_000,
  fixed: { amount: 30, currency: "USD" },
  onDelivery: false,
  taxPpm: 190_000,
  createTime: "2026-11-30T00:00:00Z",
  updateTime: "2026-11-30T00:00:00Z",
  etag: '"1"',
};

test("a form begins with the rule that is there, and says the same again", () => {
  const written = writtenOf(rule);
  expect(written).toMatchObject({ percentage: "12.5", fixed: "0.30", currency: "USD", tax: "19" });
  expect(draftOf(written)).toEqual({
    name: "Books",
    categoryId: "2",
    percentagePpm: 125_000,
    fixed: { amount: 30, currency: "USD" },
    taxPpm: 190_000,
  });
  expect(changedFields(written, writtenOf(rule))).toEqual([]);
});

test("what is emptied is changed, and so is every amount with its currency", () => {
  const written = writtenOf(rule);
  expect(changedFields(written, { ...written, fixed: "", percentage: "12,5" })).toEqual(["fixed"]);
  expect(changedFields(written, { ...written, currency: "EUR", onDelivery: true })).toEqual([
    "fixed",
    "onDelivery",
  ]);
});

test("what can't be read is named", () => {
  const nothing = writtenOf(undefined);
  expect(unreadable(nothing)).toEqual(["name"]);
  expect(unreadable({ ...nothing, name: "A", percentage: "101", cap: "1.234", tax: "x" })).toEqual([
    "percentage",
    "tax",
    "cap",
  ]);
  expect(draftOf({ ...nothing, name: " A " })).toEqual({ name: "A", percentagePpm: 0 });
});
