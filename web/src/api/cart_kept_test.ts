import { expect, test } from "vitest";
import { readKept } from "./cart_kept";

const ID = "01a22c38-66cc-7000-a1e0-e6b4795d9f47";

test("what is kept of a cart is read, and nothing else", () => {
  expect(readKept(JSON.stringify({ id: ID, count: 3, more: 1 }))).toEqual({ id: ID, count: 3 });
  for (const other of [
    null,
    "",
    "{",
    "[]",
    "7",
    JSON.stringify({ id: "../accounts/me", count: 1 }),
    JSON.stringify({ id: ID, count: -1 }),
    JSON.stringify({ id: ID, count: "1" }),
    JSON.stringify({ id: ID }),
  ])
    expect(readKept(other)).toBeUndefined();
});
