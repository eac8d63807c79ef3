import { expect, test } from "vitest";
import { leftOf, minorOf, ordersQuery, refundable } from "./orders";

test("amounts are read as people write them, and nothing else is one", () => {
  expect(minorOf("19.99", 100)).toBe(1999);
  expect(minorOf("19,9", 100)).toBe(1990);
  expect(minorOf("1 000", 100)).toBe(100_000);
  expect(minorOf("1500", 1)).toBe(1500);
  for (const none of ["", "1.999", "1.5.0", "-3", "1e3"]) expect(minorOf(none, 100)).toBeUndefined();
  expect(minorOf("1.5", 1)).toBeUndefined();
});

test("what is left of a part is what has not gone back, of what was charged", () => {
  const money = (amount: number) => ({ amount, currency: "EUR" });
  const payment = {
    id: "p",
    orderId: "o",
    state: "CAPTURED" as const,
    amount: money(5000),
    authorized: money(5000),
    captured: money(5000),
    refunded: money(500),
    splits: [{ sellerOrderId: "a", sellerId: "s", amount: money(3000), refunded: money(500) }],
    attempts: [],
    refunds: [],
    createTime: "2026-11-30T12:00:00Z",
    updateTime: "2026-11-30T12:00:00Z",
    number: 1,
  };
  expect(refundable(payment, "a")).toEqual(money(2500));
  expect(refundable(payment, "b")).toBeUndefined();
  expect(refundable({ ...payment, captured: money(0) }, "a")).toBeUndefined();
  expect(refundable(undefined, "a")).toBeUndefined();
});

test("what is in a URL is asked for as the contract has it", () => {
  expect(ordersQuery({ number: "M-1", email: "", state: "PLACED", shop: "s" })).toEqual({
    number: "M-1",
    state: ["PLACED"],
    sellerId: "s",
  });
  expect(ordersQuery({ state: "GONE" })).toEqual({});
});

test("units that were sent or cancelled are not cancelled again", () => {
  const line = { quantity: 5, cancelledQuantity: 1, shippedQuantity: 2 } as Parameters<typeof leftOf>[0];
  expect(leftOf(line)).toBe(2);
});
