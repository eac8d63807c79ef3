import { beforeEach, expect, test, vi } from "vitest";
import { endAttempt, endDraft, keepAttempt, keepDraft, readAttempt, readDraft } from "./draft";

const body = { shippingAddressId: "address", paymentMethod: "card", quoteHash: "hash" };

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

test("an order keeps its key until there is a last word on it, and then another one gets another", () => {
  const keys = ["first", "second"];
  const newKey = () => keys.shift() ?? "";
  expect(keepAttempt("cart", body, newKey).key).toBe("first");
  expect(keepAttempt("cart", body, newKey).key).toBe("first");
  expect(readAttempt()).toEqual({ key: "first", cartId: "cart", body });
  endAttempt();
  expect(readAttempt()).toBeUndefined();
  expect(keepAttempt("cart", body, newKey).key).toBe("second");
});

test("what is sent again is what was sent, whatever has been chosen since", () => {
  keepAttempt("cart", body, () => "key");
  expect(keepAttempt("cart", { ...body, paymentMethod: "other" }, () => "other").body).toEqual(body);
});

test("choices add up, and nothing else is read", () => {
  keepDraft({ addressId: "address" });
  keepDraft({ method: "card" });
  expect(readDraft()).toEqual({ addressId: "address", method: "card" });
  endDraft();
  expect(readDraft()).toEqual({});
  for (const other of ["{", "7", '{"addressId":7}', "null"]) {
    sessionStorage.setItem("checkout", other);
    sessionStorage.setItem("checkout-sent", other);
    expect([readDraft(), readAttempt()]).toEqual([{}, undefined]);
  }
});
