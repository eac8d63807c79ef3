import { expect, test } from "vitest";
import { moved } from "./order";

const all = ["a", "b", "c"].map((id) => ({ id }));
const after = (id: string, to: number) =>
  moved(all, id, to)
    .map((one) => one.id)
    .join("");

test("one is at another place, and the others keep their order", () => {
  expect(after("a", 1)).toBe("bac");
  expect(after("c", 0)).toBe("cab");
  expect(after("a", 9)).toBe("bca");
  expect(after("b", -1)).toBe("bac");
  expect(after("none", 0)).toBe("abc");
});
