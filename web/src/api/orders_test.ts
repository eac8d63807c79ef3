import { expect, test } from "vitest";
import { leftOut } from "./orders";
import { Refusal } from "./refusal";

const metadata = (more: object) => ({ lines: [], sellers: [], coupons: [], ...more });
const coupon = { field: "couponCodes[0]", code: "SPRING", why: "EXPIRED" };
const seller = { sellerId: "shop", deliveryMethodId: "way", why: "TOO_HEAVY" };

test("a quote does without a coupon that does not fit, however it was written", () => {
  const refused = new Refusal("COUPON_NOT_APPLICABLE", {
    status: 409,
    metadata: metadata({ coupons: [coupon] }),
  });
  expect(leftOut(refused, ["spring", "OTHER"], [])).toEqual({ coupons: [coupon], sellers: [] });
});

test("a quote does without a way of delivery that was chosen, and not without one that nobody chose", () => {
  const refused = new Refusal("DELIVERY_UNAVAILABLE", {
    status: 409,
    metadata: metadata({ sellers: [seller] }),
  });
  expect(leftOut(refused, [], [{ sellerId: "shop" }])).toEqual({ coupons: [], sellers: [seller] });
  expect(leftOut(refused, [], [])).toBeUndefined();
});

test("nothing is left out twice, so there is an end to it", () => {
  const refused = new Refusal("COUPON_NOT_APPLICABLE", {
    status: 409,
    metadata: metadata({ coupons: [coupon] }),
  });
  expect(leftOut(refused, ["OTHER"], [])).toBeUndefined();
  expect(leftOut(new Refusal("OFFER_UNAVAILABLE", { status: 409 }), ["SPRING"], [])).toBeUndefined();
  expect(leftOut(new TypeError(), ["SPRING"], [])).toBeUndefined();
});
