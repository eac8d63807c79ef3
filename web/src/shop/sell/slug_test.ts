import { expect, test } from "vitest";
import { suggestSlug } from "./slug";

test("a name becomes what links can have", () => {
  expect(suggestSlug(" Crème & Café! ")).toBe("creme-cafe");
  expect(suggestSlug("Мой чайный магазин")).toBe("moy-chaynyy-magazin");
  expect(suggestSlug("x".repeat(60))).toHaveLength(40);
  expect(suggestSlug("!!!")).toBe("");
});
