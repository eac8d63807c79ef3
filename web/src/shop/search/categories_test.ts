import { expect, test } from "vitest";
import type { Category } from "../../api/catalogue";
import { childrenOf, pathOf } from "./categories";

const named = (id: string, parentId?: string): Category => ({
  id,
  name: id,
  slug: id,
  etag: "1",
  textLanguage: "en",
  translations: [],
  ...(parentId && { parentId }),
});
const all = [named("books"), named("novels", "books"), named("crime", "novels"), named("tea")];

test("a path leads from the top down", () => {
  expect(pathOf(all, "crime").map((one) => one.id)).toEqual(["books", "novels", "crime"]);
  expect(pathOf(all, undefined)).toEqual([]);
  expect(childrenOf(all, undefined).map((one) => one.id)).toEqual(["books", "tea"]);
});

test("categories below each other do not hang a page", () => {
  expect(pathOf([named("a", "b"), named("b", "a")], "a").map((one) => one.id)).toEqual(["b", "a"]);
});
