import { expect, test } from "vitest";
import { ppmOf } from "./coupon_dialog";

test("per cent are parts per million", () => {
  expect(ppmOf("10")).toBe(100_000);
  expect(ppmOf("12,5")).toBe(125_000);
  expect(ppmOf("100")).toBe(1_000_000);
  for (const none of ["", "0", "101", "-5", "ten"]) expect(ppmOf(none)).toBeUndefined();
});
