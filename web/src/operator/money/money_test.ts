import { expect, test } from "vitest";
import { sumsOf } from "./money";

test("accounts that do not come to nothing are seen, in each currency by itself", () => {
  const balance = (account: string, currency: string, amount: number) => ({ account, currency, amount });
  expect(
    sumsOf([
      balance("psp_clearing", "USD", 500),
      balance("order_escrow", "EUR", -300),
      balance("psp_clearing", "EUR", 300),
    ]),
  ).toEqual([
    { currency: "EUR", amount: 0 },
    { currency: "USD", amount: 500 },
  ]);
  expect(sumsOf([])).toEqual([]);
});
