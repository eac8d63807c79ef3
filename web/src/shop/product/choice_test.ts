import { expect, test } from "vitest";
import type { Offer } from "../../api/catalogue";
import { choose, firstOf, optionsOf, rivalsOf } from "./choice";

function offer(
  id: string,
  options: Record<string, string>,
  amount = 100,
  available = 1,
  sellerId = "s",
): Offer {
  const time = "2026-01-01T00:00:00Z";
  const price = { amount, currency: "EUR" };
  return {
    id,
    productId: "p",
    sellerId,
    sku: id,
    options,
    price,
    available,
    state: "ACTIVE",
    createTime: time,
    updateTime: time,
    etag: "1",
    prices: [],
  };
}
const blackL = offer("blackL", { colour: "black", size: "L" });
const whiteM = offer("whiteM", { colour: "white", size: "M" }, 90);
const whiteS = offer("whiteS", { colour: "white", size: "S" }, 80, 0);
const all = [blackL, whiteM, whiteS];

test("a page begins with the cheapest offer that can be bought", () => {
  expect(firstOf(all)?.id).toBe("whiteM");
  expect(firstOf([whiteS])?.id).toBe("whiteS");
  expect(firstOf([])).toBeUndefined();
});

test("a pair that does not exist changes the other option instead of blocking", () => {
  expect(choose(all, blackL, "size", "M").id).toBe("whiteM");
  expect(choose(all, whiteM, "colour", "black").id).toBe("blackL");
});

test("what was chosen stays chosen while it can, also where it is sold out", () => {
  expect(choose(all, whiteM, "size", "S").id).toBe("whiteS");
  expect(choose(all, whiteS, "colour", "white").id).toBe("whiteS");
  expect(choose(all, whiteM, "colour", "red").id).toBe("whiteM");
});

test("options keep the order of the offers, but sizes go from small to large", () => {
  expect(optionsOf(all)).toEqual([
    { name: "colour", values: ["black", "white"] },
    { name: "size", values: ["S", "M", "L"] },
  ]);
  const weights = ["500 g", "1000 g", "250 g"].map((weight) => offer(weight, { weight }));
  expect(optionsOf(weights)[0]?.values).toEqual(["250 g", "500 g", "1000 g"]);
});

test("other shops are asked about the very same thing", () => {
  const dearer = offer("b", { size: "L", colour: "black" }, 120, 1, "other");
  const cheaper = offer("a", { size: "L", colour: "black" }, 110, 1, "third");
  const gone = offer("c", { size: "L", colour: "black" }, 1, 0, "fourth");
  expect(rivalsOf([...all, dearer, cheaper, gone], blackL).map((one) => one.id)).toEqual(["a", "b"]);
});
