import { expect, test } from "vitest";
import { groupOf, placeOf } from "./notices";

const ID = "01a22b80-8fca-7001-9f58-e168314d56bc";

test("what has happened leads to where it can be seen", () => {
  expect(placeOf({ kind: "PARCEL_SHIPPED", orderId: ID, title: "" })).toBe(`/orders/${ID}`);
  expect(placeOf({ kind: "MESSAGE_RECEIVED", conversationId: ID, orderId: ID, title: "" })).toBe(
    `/messages/${ID}`,
  );
  expect(placeOf({ kind: "WISH_PRICE_FELL", productId: ID, title: "Tea" })).toBe(`/p/${ID}/tea`);
  expect(placeOf({ kind: "PRODUCT_APPROVED", productId: ID, title: "Tea" })).toBe("/sell");
  expect(placeOf({ kind: "SALE", orderId: ID, title: "" })).toBe("/sell");
  expect(placeOf({ kind: "NEW_DEVICE", title: "" })).toBe("/account/sessions");
  expect(placeOf({ kind: "ORDER_PLACED", title: "" })).toBe("");
});

test("kinds are in the groups of whom they are for", () => {
  const kinds = [
    "SALE",
    "RETURN_SENT",
    "RETURN_RECEIVED",
    "ORDER_PLACED",
    "WISH_BACK_IN_STOCK",
    "NEW_DEVICE",
  ] as const;
  expect(kinds.map(groupOf)).toEqual([
    "forShops",
    "forShops",
    "forBuyers",
    "forBuyers",
    "forBuyers",
    "forAccount",
  ]);
});
