import { expect, test } from "vitest";
import type { Part } from "../../api/orders";
import { canGoElsewhere } from "./address_change";

const order = (...states: (Part["state"] | [Part["state"], number])[]) => ({
  sellerOrders: states.map((one) => {
    const [state, parcels] = Array.isArray(one) ? one : [one, 0];
    return { state, parcels: Array.from({ length: parcels }, () => ({}) as Part["parcels"][number]) };
  }),
});

test("an order goes elsewhere until its first parcel", () => {
  for (const state of ["PENDING_PAYMENT", "PLACED", "ACCEPTED"] as const)
    expect(canGoElsewhere(order(state))).toBe(true);
  for (const state of ["PARTIALLY_SHIPPED", "SHIPPED", "DELIVERED", "COMPLETED"] as const)
    expect(canGoElsewhere(order(state))).toBe(false);
  expect(canGoElsewhere(order("PLACED", "SHIPPED"))).toBe(false);
  expect(canGoElsewhere(order(["ACCEPTED", 1]))).toBe(false);
});

test("a part that comes to nothing does not matter; an order that does goes nowhere", () => {
  expect(canGoElsewhere(order("PLACED", "REJECTED"))).toBe(true);
  expect(canGoElsewhere(order("CANCELLED", "REJECTED", "FAILED"))).toBe(false);
});
