import { expect, test } from "vitest";
import { Keys } from "./key";

test("a request has one key until it is answered or becomes another one", () => {
  let made = 0;
  const keys = new Keys(() => `key ${++made}`);
  expect([keys.of({ a: 1 }), keys.of({ a: 1 })]).toEqual(["key 1", "key 1"]);
  expect(keys.of({ a: 2 })).toBe("key 2");
  keys.answered();
  expect(keys.of({ a: 2 })).toBe("key 3");
});
