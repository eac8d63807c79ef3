import { expect, test } from "vitest";
import { countChosen, togglingAll, togglingRange } from "./selection";

const IDS = ["a", "b", "c", "d"];
const sorted = (set: ReadonlySet<string>) => [...set].sort().join("");

test("all that is shown is chosen or not; what is not shown stays chosen", () => {
  expect(sorted(togglingAll(new Set(["x", "a"]), IDS))).toBe("abcdx");
  expect(sorted(togglingAll(new Set([...IDS, "x"]), IDS))).toBe("x");
});

test("with the shift key everything between is as the one that was pressed", () => {
  expect(sorted(togglingRange(new Set(["a"]), IDS, "c", "a"))).toBe("abc");
  expect(sorted(togglingRange(new Set(IDS), IDS, "b", "d"))).toBe("a");
  expect(sorted(togglingRange(new Set(), IDS, "b", undefined))).toBe("b");
  expect(sorted(togglingRange(new Set(), IDS, "b", "gone"))).toBe("b");
});

test("what is chosen and not shown is counted", () => {
  expect(countChosen(new Set(["a", "b", "x"]), IDS)).toEqual({ shown: 2, hidden: 1 });
});
