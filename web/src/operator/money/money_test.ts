import { expect, test } from "vitest";
import ledger from "../../../../services/payment/domain/ledger.hpp?raw";
import { ACCOUNTS, isShops, momentOf, sumsOf } from "./money";

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

test("the accounts are those of the ledger", () => {
  const [, words = ""] = /"account of the ledger",\s*\{([^}]*)\}/.exec(ledger) ?? [];
  expect([...words.matchAll(/"(\w+)"/g)].map(([, name]) => name)).toEqual([...ACCOUNTS]);
  expect(ACCOUNTS.filter(isShops)).toEqual([
    "seller_pending",
    "seller_available",
    "seller_reserve",
    "payout_clearing",
  ]);
});

test("a time is the reader's, and what is none asks for now", () => {
  expect(Date.parse(momentOf("2026-11-30T20:15"))).toBe(new Date(2026, 10, 30, 20, 15).getTime());
  expect([momentOf(""), momentOf("2026-11-30"), momentOf(undefined), momentOf("soon")]).toEqual([
    "",
    "",
    "",
    "",
  ]);
});
