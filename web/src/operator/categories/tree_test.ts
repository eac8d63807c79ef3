import { expect, test } from "vitest";
import { type Category, countBelow, keyStep, mayMove, pathNames, rowsOf } from "./tree";

const category = (id: string, parentId?: string): Category => ({
  id,
  name: id.toUpperCase(),
  slug: id,
  etag: "1",
  textLanguage: "en",
  translations: [],
  ...(parentId && { parentId }),
});
const all = [category("a"), category("b", "a"), category("c", "b"), category("d")];

test("a tree shows what is open, with its levels", () => {
  expect(rowsOf(all, new Set()).map((row) => [row.category.id, row.level, row.isOpen])).toEqual([
    ["a", 1, false],
    ["d", 1, undefined],
  ]);
  expect(rowsOf(all, new Set(["a", "b"])).map((row) => `${row.category.id}${row.level}`)).toEqual([
    "a1",
    "b2",
    "c3",
    "d1",
  ]);
  expect(countBelow(all, "a")).toBe(2);
  expect(pathNames(all, "c")).toBe("A / B / C");
});

test("nothing becomes part of itself or of what is below it, or moves to where it is", () => {
  expect(mayMove(all, "a", "c")).toBe(false);
  expect(mayMove(all, "a", "a")).toBe(false);
  expect(mayMove(all, "b", "a")).toBe(false);
  expect(mayMove(all, "a", undefined)).toBe(false);
  expect(mayMove(all, "c", undefined)).toBe(true);
  expect(mayMove(all, "d", "c")).toBe(true);
});

test("arrow keys go through a tree as the APG has it", () => {
  const rows = rowsOf(all, new Set(["a"]));
  expect(keyStep(rows, 0, "ArrowDown")).toEqual({ to: 1 });
  expect(keyStep(rows, 2, "ArrowDown")).toEqual({ to: 2 });
  expect(keyStep(rows, 0, "ArrowRight")).toEqual({ to: 1 });
  expect(keyStep(rows, 1, "ArrowRight")).toEqual({ open: "b" });
  expect(keyStep(rows, 0, "ArrowLeft")).toEqual({ close: "a" });
  expect(keyStep(rows, 1, "ArrowLeft")).toEqual({ to: 0 });
  expect(keyStep(rows, 2, "Home")).toEqual({ to: 0 });
  expect(keyStep(rows, 0, "End")).toEqual({ to: 2 });
  expect(keyStep(rows, 0, "x")).toBeUndefined();
});
