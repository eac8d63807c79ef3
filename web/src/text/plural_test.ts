import { expect, test } from "vitest";
import { pluralIn } from "./plural";

test("Russian has a form for 1, 2, 5, 21 and 1.5", () => {
  const forms = { one: "# товар", few: "# товара", many: "# товаров", other: "# товара" };
  const said = [1, 2, 5, 11, 21, 1.5].map((count) => pluralIn("ru")(count, forms));
  expect(said).toEqual(["1 товар", "2 товара", "5 товаров", "11 товаров", "21 товар", "1,5 товара"]);
});

test("English has one and other", () => {
  const forms = { one: "# product", other: "# products" };
  expect([0, 1, 1234].map((count) => pluralIn("en")(count, forms))).toEqual([
    "0 products",
    "1 product",
    "1,234 products",
  ]);
});
