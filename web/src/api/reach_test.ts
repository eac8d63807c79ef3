import { expect, test, vi } from "vitest";
import { isReached, onReach, reach, sayReached } from "./reach";

test("who listens hears of each change, once", () => {
  const heard = vi.fn();
  const end = onReach(heard);
  for (const is of [true, false, false, true, true]) sayReached(is);
  expect(heard.mock.calls).toEqual([[false], [true]]);
  end();
  sayReached(false);
  expect(heard).toHaveBeenCalledTimes(2);
});

test("an answer of any kind is one; none is none", async () => {
  expect(await reach(() => Promise.resolve(new Response("", { status: 503 })))).toBe(true);
  expect(await reach(() => Promise.reject(new TypeError("Failed to fetch")))).toBe(false);
  expect(isReached()).toBe(false);
});
