import { expect, test } from "vitest";
import { rowsOf } from "./rows";

const euro = (amount: number) => ({ amount, currency: "EUR" });
const part = (quantity: number, unit: number, delivery: number, tax: number, mode: "ADDED" | "INCLUDED") => ({
  lines: [{ quantity, unitPrice: euro(unit) }],
  delivery: { price: euro(delivery) },
  taxes: [{ ratePpm: 190000, mode, net: euro(0), amount: euro(tax) }],
});

test("what is added up comes to the total; of two shops at one rate there is one row", () => {
  const { rows, after } = rowsOf({
    sellers: [part(2, 500, 300, 247, "ADDED"), part(1, 1000, 0, 190, "ADDED")],
    coupons: [{ code: "SPRING", amount: euro(100) }],
    total: euro(2000 + 300 - 100 + 437),
  });
  expect(rows.map((one) => [one.is, one.money.amount])).toEqual([
    ["goods", 2000],
    ["delivery", 300],
    ["coupon", -100],
    ["taxAdded", 437],
  ]);
  expect(rows.reduce((all, one) => all + one.money.amount, 0)).toBe(2637);
  expect(after).toEqual([]);
});

test("tax that is in the prices is told after the total, and none is not told", () => {
  const one = rowsOf({
    sellers: [part(3, 1190, 0, 570, "INCLUDED"), part(1, 100, 0, 0, "INCLUDED")],
    coupons: [],
    total: euro(3670),
  });
  expect(one.rows.map((row) => row.money.amount)).toEqual([3670, 0]);
  expect(one.rows[0]).toMatchObject({ count: 4 });
  expect(one.after).toEqual([{ is: "taxIncluded", ratePpm: 190000, money: euro(570) }]);
});
