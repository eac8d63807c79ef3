import { expect, test } from "vitest";
import { en } from "./en";
import { ru } from "./ru";
import { serverWords } from "./server";

test("what is counted has all the forms of its language", () => {
  expect(serverWords(en, "en")["search.total"]).toEqual({ one: "# product", other: "# products" });
  expect(serverWords(ru, "ru")["search.total"]).toEqual({
    one: "# товар",
    few: "# товара",
    many: "# товаров",
    other: "# товара",
  });
});

test("what is said about something has a place for it", () => {
  expect(serverWords(en, "en")["search.headingFor"]).toBe("Results for “{}”");
  expect(serverWords(ru, "ru")["product.lowest"]).toContain("{}");
});
