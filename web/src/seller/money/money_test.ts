import { expect, test } from "vitest";
import { destinationOf, dueOf, heldUntil, netOf, spanOf } from "./money";

const eur = (amount: number) => ({ amount, currency: "EUR" });

test("only what is more than nothing can be paid out", () => {
  const balance = (currency: string, available: number) => ({
    currency,
    pending: eur(0),
    available: eur(available),
    reserve: eur(0),
    onItsWay: eur(0),
  });
  expect(
    dueOf([balance("EUR", 5), balance("USD", 0), balance("GBP", -5)]).map((one) => one.currency),
  ).toEqual(["EUR"]);
});

test("a destination is named by what is known of it, never by a whole number", () => {
  expect(destinationOf({ accountHolder: "Ada Ltd", ibanLast4: "3000" })).toBe("Ada Ltd, …3000");
  expect(destinationOf({ providerAccount: "acct_1" })).toBe("acct_1");
});

test("payouts are held until then, and no longer", () => {
  const account = { sellerId: "", changeTime: "2026-11-01T00:00:00Z", heldUntil: "2026-11-03T00:00:00Z" };
  expect(heldUntil(account, Date.parse("2026-11-02T00:00:00Z"))).toBe("2026-11-03T00:00:00Z");
  expect(heldUntil(account, Date.parse("2026-11-03T00:00:00Z"))).toBe("");
  expect(heldUntil(null)).toBe("");
});

test("the last day of a span belongs to it", () => {
  expect(spanOf({ from: "2026-11-01", until: "2026-11-30" })).toEqual({
    createTimeFrom: "2026-11-01T00:00:00Z",
    createTimeTo: "2026-12-01T00:00:00.000Z",
  });
  expect(spanOf({})).toEqual({});
});

test("what an entry books out and in again is no change", () => {
  const change = (account: string, amount: number) => ({ account, amount: eur(amount) });
  expect(
    netOf([
      change("seller_available", -120),
      change("payout_clearing", 120),
      change("seller_available", -30),
      change("seller_available", 30),
      change("seller_reserve", 5),
      change("seller_reserve", -5),
    ]),
  ).toEqual([change("seller_available", -120), change("payout_clearing", 120)]);
});
