import { expect, test } from "vitest";
import { formatsOf } from "./format";
import { signed } from "./signed";

test("what is more says so, too", () => {
  const write = (amount: number) => signed(formatsOf("en"), { amount, currency: "EUR" });
  expect([write(500), write(-500), write(0)]).toEqual(["+€5.00", "-€5.00", "€0.00"]);
});
