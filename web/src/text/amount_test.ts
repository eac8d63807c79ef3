import { expect, test } from "vitest";
import { readAmount, readWhole, writeAmount } from "./amount";

test("amounts are read as they are written, exactly", () => {
  expect(readAmount("19.99", "EUR")).toBe(1999);
  expect(readAmount("1 019,9", "EUR")).toBe(101990);
  expect(readAmount("0.07", "EUR")).toBe(7);
  expect(readAmount("2000", "JPY")).toBe(2000);
  for (const none of ["", "-1", "1.999", "1e3", "1.2.3", "x"])
    expect(readAmount(none, "EUR")).toBeUndefined();
  expect(readAmount("1.5", "JPY")).toBeUndefined();
});

test("what is written is read again", () => {
  for (const amount of [0, 7, 1999, 100000]) {
    expect(readAmount(writeAmount(amount, "EUR"), "EUR")).toBe(amount);
    expect(readAmount(writeAmount(amount, "JPY"), "JPY")).toBe(amount);
  }
  expect(writeAmount(-5, "EUR")).toBe("-0.05");
});

test("whole numbers have nothing but digits", () => {
  expect(readWhole("1 000")).toBe(1000);
  for (const none of ["", "1.5", "-1", "9999999999"]) expect(readWhole(none)).toBeUndefined();
});
