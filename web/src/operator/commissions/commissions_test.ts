import { expect, test } from "vitest";
import { formatsOf } from "../../text/format";
import { isLive, isToCome, type Rule, takesOf } from "./commissions";

const words = {
  each: (money: string) => `${money} each`,
  atLeast: (money: string) => `>= ${money}`,
  atMost: (money: string) => `<= ${money}`,
  ofDelivery: "delivery",
  withTax: (share: string) => `tax ${share}`,
};

test("what a rule takes is said in a line, without what it does not have", () => {
  const eur = (amount: number) => ({ amount, currency: "EUR" });
  const rule = { percentagePpm: 125_000, onDelivery: false, taxPpm: 0 } as Rule;
  const takes = (more: Partial<Rule>) => takesOf({ ...rule, ...more }, words, formatsOf("en"), "en");
  expect(takes({})).toBe("12.5%");
  expect(takes({ fixed: eur(30), floor: eur(50), cap: eur(0), onDelivery: true, taxPpm: 190_000 })).toBe(
    "12.5%, €0.30 each, >= €0.50, <= €0.00, delivery, tax 19%",
  );
});

test("what is in force can be ended, what is to come can be withdrawn", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  const published = (validFrom: string, validUntil?: string) => ({
    state: "PUBLISHED" as const,
    validFrom,
    ...(validUntil && { validUntil }),
  });
  expect(isLive(published("2026-11-01T00:00:00Z"), now)).toBe(true);
  expect(isLive(published("2026-11-01T00:00:00Z", "2026-11-30T12:00:00Z"), now)).toBe(false);
  expect(isLive({ state: "DRAFT" }, now)).toBe(false);
  expect(isToCome(published("2026-12-01T00:00:00Z"), now)).toBe(true);
  expect(isToCome(published("2026-11-30T12:00:00Z"), now)).toBe(false);
});
