import { expect, test } from "vitest";
import { draftOf } from "./coupon_dialog";
import { lastDay } from "./limits_dialog";
import { percent, ppmOf } from "./rules";

test("a share is read and written without a rounding", () => {
  expect(ppmOf("19.5")).toBe(195_000);
  expect(ppmOf("100")).toBe(1_000_000);
  for (const none of ["", "101", "-1", "1.23456", "ten"]) expect(ppmOf(none)).toBeUndefined();
  expect(percent(77_000, "en")).toBe("7.7%");
});

test("what is left empty of a coupon is left out", () => {
  const empty = {
    percent: "",
    amount: "",
    currency: "EUR",
    shop: "",
    from: "",
    until: "",
    total: "",
    each: "",
  };
  expect(draftOf({ ...empty, code: "SPRING", kind: "PERCENTAGE", percent: "12.5" })).toEqual({
    code: "SPRING",
    kind: "PERCENTAGE",
    percentagePpm: 125_000,
  });
  expect(draftOf({ ...empty, code: "FIVE", kind: "FIXED", amount: "5", total: "10", each: "1" })).toEqual({
    code: "FIVE",
    kind: "FIXED",
    amount: { amount: 500, currency: "EUR" },
    totalLimit: 10,
    limitPerBuyer: 1,
  });
});

test("the end of a span is shown as its last day", () => {
  const until = draftOf({
    code: "A",
    kind: "FREE_DELIVERY",
    percent: "",
    amount: "",
    currency: "EUR",
    shop: "",
    from: "",
    until: "2026-12-24",
    total: "",
    each: "",
  }).validUntil;
  expect(lastDay(until)).toBe("2026-12-24");
  expect(lastDay(undefined)).toBe("");
});
