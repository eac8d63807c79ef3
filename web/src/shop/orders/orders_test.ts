import { expect, test } from "vitest";
import type { Order, OrderLine, OrderState } from "../../api/orders";
import { cancelBody, cancellable, isWhole } from "./cancellable";
import { moodOf, readState, STATES } from "./states";

const line = (id: string, quantity: number, cancelled = 0, shipped = 0) =>
  ({ id, quantity, cancelledQuantity: cancelled, shippedQuantity: shipped }) as OrderLine;
const order = (...parts: [OrderState, ...OrderLine[]][]) =>
  ({ sellerOrders: parts.map(([state, ...lines]) => ({ state, lines })) }) as Order;
const left = (of: Order) => cancellable(of).map((one) => [one.lineId, one.left]);

test("what was neither sent nor cancelled can be cancelled, by units", () => {
  expect(
    left(order(["PLACED", line("a", 3, 1)], ["PARTIALLY_SHIPPED", line("b", 3, 0, 2), line("c", 1, 0, 1)])),
  ).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  for (const state of ["DELIVERED", "COMPLETED", "CANCELLED", "REJECTED", "FAILED"] as const)
    expect(left(order([state, line("a", 3)]))).toEqual([]);
});

test("all of an order of which nothing has gone is one word; anything else is said line by line", () => {
  const whole = order(["PLACED", line("a", 2), line("b", 1)]);
  const all = new Map([
    ["a", 2],
    ["b", 1],
  ]);
  expect(cancelBody(cancellable(whole), all, isWhole(whole), " late ")).toEqual({ reason: "late" });
  expect(cancelBody(cancellable(whole), new Map([["a", 1]]), true, "")).toEqual({
    lines: [{ lineId: "a", quantity: 1 }],
  });
  const partly = order(["PLACED", line("a", 2, 1)]);
  expect(cancelBody(cancellable(partly), new Map([["a", 1]]), isWhole(partly), "")).toEqual({
    lines: [{ lineId: "a", quantity: 1 }],
  });
  expect(cancelBody(cancellable(whole), new Map([["a", 0]]), true, "why")).toBeUndefined();
});

test("a URL asks for a state, or for all of them", () => {
  expect(readState("?state=SHIPPED")).toBe("SHIPPED");
  expect([readState("?state=shipped"), readState("?state=x"), readState("")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(STATES.map(moodOf)).toEqual([
    "wait",
    "go",
    "go",
    "go",
    "go",
    "good",
    "good",
    "over",
    "over",
    "over",
  ]);
});
