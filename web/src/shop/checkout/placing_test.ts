import { expect, test } from "vitest";
import { Refusal } from "../../api/refusal";
import { outcomeOf, untilFinal } from "./placing";

const metadata = { lines: [], sellers: [], coupons: [], orderId: "order" };

/** Answers what it is told to, in turn, and says how long was waited in between. */
async function sent(...answers: (Refusal | string)[]) {
  const waited: number[] = [];
  const left = [...answers];
  const result = await untilFinal(
    async () => {
      const next = left.shift();
      if (next instanceof Refusal || next === undefined) throw next;
      return next;
    },
    async (ms) => void waited.push(ms),
  ).catch((problem) => problem);
  return { result, waited, left };
}

test("what was cut off is sent again, further and further apart, until there is an answer", async () => {
  const { result, waited } = await sent(
    new Refusal("OFFLINE"),
    new Refusal("IDEMPOTENCY_KEY_IN_FLIGHT", { status: 409 }),
    new Refusal("UNREADABLE", { status: 502 }),
    "order",
  );
  expect([result, waited]).toEqual(["order", [1000, 2000, 4000]]);
});

test("nobody waits for ever, and what is busy says how long", async () => {
  const { result, waited, left } = await sent(
    new Refusal("RATE_LIMITED", { status: 429, retryAfter: 5 }),
    ...Array.from({ length: 9 }, () => new Refusal("COMMIT_UNKNOWN", { status: 503 })),
  );
  expect(waited).toEqual([5000, 2000, 4000, 8000, 15000]);
  expect(left.length).toBe(4);
  expect(outcomeOf(result)).toEqual({ is: "unsure" });
});

test("a last word ends it at once", async () => {
  for (const reason of ["OUT_OF_STOCK", "PRICE_CHANGED", "COUPON_NOT_APPLICABLE"] as const) {
    const { result, waited } = await sent(new Refusal(reason, { status: 409 }), "never");
    expect([waited, outcomeOf(result)]).toEqual([[], { is: "refused" }]);
  }
});

test("of a refused order, some are kept, and the way leads there", () => {
  for (const reason of ["PAYMENT_DECLINED", "UNKNOWN_PAYMENT_METHOD", "CART_IN_CHECKOUT"] as const)
    expect(outcomeOf(new Refusal(reason, { status: 402, metadata }))).toEqual({
      is: "order",
      orderId: "order",
    });
  expect(outcomeOf(new Refusal("SESSION_ENDED", { status: 401 }))).toEqual({ is: "signedOut" });
  expect(outcomeOf(new Refusal("CART_EMPTY", { status: 409 }))).toEqual({ is: "refused" });
  expect(outcomeOf(new TypeError("a mistake of ours"))).toEqual({ is: "refused" });
});
