import { expect, test } from "vitest";
import type { OrderLine } from "../../api/orders";
import { bodyOf, emptyWish, type Return, readState, returnable } from "./returns";

const line = (id: string, shippedQuantity: number, returnedQuantity = 0) =>
  ({ id, quantity: 5, shippedQuantity, returnedQuantity }) as OrderLine;
const back = (state: Return["state"], lineId: string, quantity: number, sellerOrderId = "part") => ({
  sellerOrderId,
  state,
  lines: [{ lineId, quantity } as Return["lines"][number]],
});
const part = (...lines: OrderLine[]) => ({ id: "part", lines });

test("what was sent goes back once", () => {
  const left = (...returns: ReturnType<typeof back>[]) =>
    returnable(part(line("a", 3), line("b", 0)), returns).map((one) => [one.lineId, one.left]);
  expect(left()).toEqual([["a", 3]]);
  expect(left(back("REQUESTED", "a", 2))).toEqual([["a", 1]]);
  expect(left(back("CLOSED", "a", 2), back("IN_TRANSIT", "a", 1))).toEqual([]);
  // What the shop does not take can be asked for again; what goes to another shop is no matter of this one.
  expect(left(back("REJECTED", "a", 2), back("CLOSED", "a", 1, "other"))).toEqual([["a", 3]]);
});

test("what came back without a return that is known here is gone, too", () => {
  expect(returnable(part(line("a", 3, 2)), []).map((one) => one.left)).toEqual([1]);
});

test("a single thing is chosen already, of several none", () => {
  const one = returnable(part(line("a", 3)), []);
  expect(emptyWish(one).units).toEqual({ a: 1 });
  expect(emptyWish(returnable(part(line("a", 3), line("b", 1)), [])).units).toEqual({});
});

test("nothing is asked for that is not there, and nothing empty is sent", () => {
  const some = returnable(part(line("a", 3), line("b", 1)), []);
  const wish = { units: { a: 9, b: 0 }, reason: "DAMAGED", text: "  ", pictures: [] } as const;
  expect(bodyOf("part", some, wish)).toEqual({
    sellerOrderId: "part",
    lines: [{ lineId: "a", quantity: 3 }],
    reason: "DAMAGED",
  });
  expect(bodyOf("part", some, { ...wish, units: {} })).toBeUndefined();
  const picture = { id: "p" } as Return["pictures"][number];
  expect(bodyOf("part", some, { ...wish, text: " wet ", pictures: [picture] })).toMatchObject({
    text: "wet",
    pictureIds: ["p"],
  });
});

test("a URL asks for a state, or for all", () => {
  expect(readState("state=CLOSED")).toBe("CLOSED");
  expect(readState("state=closed")).toBeUndefined();
  expect(readState("")).toBeUndefined();
});
