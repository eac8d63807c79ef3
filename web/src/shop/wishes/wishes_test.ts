import { expect, test } from "vitest";
import { changeOf } from "./wishes";

const eur = (amount: number) => ({ amount, currency: "EUR" });

test("a change is told where both prices are known, in one currency", () => {
  expect(changeOf({ price: eur(900), priceThen: eur(1000) })).toBe(-100);
  expect(changeOf({ price: eur(1000), priceThen: eur(900) })).toBe(100);
  expect(changeOf({ price: eur(900), priceThen: { amount: 1000, currency: "USD" } })).toBe(0);
  expect(changeOf({ priceThen: eur(900) })).toBe(0);
});
