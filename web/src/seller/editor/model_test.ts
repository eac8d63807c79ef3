import { expect, test } from "vitest";
import { changeOf, combine, draftOf, emptyVariant, faultsOf, skuOf, type Variant } from "./model";
import { cellsOf, type Place, paste } from "./paste";

let made = 0;
const newKey = () => `new-${++made}`;
const tea: Variant = {
  ...emptyVariant("tea", { colour: "blue", size: "M" }),
  sku: "TEA",
  price: "19.99",
  stock: "3",
};

test("all pairs of options are made once, and what is there stays", () => {
  const names = [
    { name: "colour", values: ["blue", "red"] },
    { name: "size", values: ["S", "M"] },
  ];
  const all = combine(names, [tea, emptyVariant("untouched")], newKey);
  expect(all).toHaveLength(4);
  expect(all[0]).toBe(tea);
  expect(all.map(({ options }) => Object.values(options).join(""))).toEqual([
    "blueM",
    "blueS",
    "redS",
    "redM",
  ]);
  expect(combine(names, all, newKey)).toEqual(all);
});

test("a row that was written in stays when its options go", () => {
  expect(combine([{ name: "colour", values: ["red"] }], [tea], newKey)[0]).toBe(tea);
});

test("what can't be sent is named", () => {
  expect(faultsOf(tea, "EUR")).toEqual([]);
  expect(faultsOf({ ...tea, sku: "a b", price: "1,999", weight: "0", stock: "-1" }, "EUR")).toEqual([
    "sku",
    "price",
    "stock",
    "weight",
  ]);
});

test("only what has changed is sent, and what was emptied is named without a value", () => {
  expect(changeOf(tea, tea, "EUR")).toBeUndefined();
  expect(changeOf({ ...tea, weight: "100" }, { ...tea, price: "20" }, "EUR")).toEqual({
    updateMask: "price,weightGrams",
    body: { price: { amount: 2000, currency: "EUR" } },
  });
  expect(draftOf(tea, "EUR")).toEqual({
    sku: "TEA",
    options: { colour: "blue", size: "M" },
    price: { amount: 1999, currency: "EUR" },
    stock: 3,
  });
});

test("SKUs are made of what a SKU may have", () => {
  expect(skuOf("tea pot", { colour: "dark blue", size: "½ l" })).toBe("TEA-POT-DARK-BLUE-L");
});

const PLACES: Place[] = [{ field: "sku" }, { option: "size" }, { field: "price" }];

test("cells of a sheet go to the right and down, by the row's key", () => {
  const other = emptyVariant("other");
  const pasted = paste(
    [tea, other],
    PLACES,
    { key: "other", column: 1 },
    "L\t5\tbeyond\r\nXL\t6\r\n",
    newKey,
  );
  expect(pasted).toHaveLength(3);
  expect(pasted[0]).toBe(tea);
  expect(pasted[1]).toMatchObject({ key: "other", sku: "", price: "5", options: { size: "L" } });
  expect(pasted[2]).toMatchObject({ price: "6", options: { size: "XL" } });
  expect(cellsOf("a\tb\n")).toEqual([["a", "b"]]);
});

test("what may not be written over stays", () => {
  const [first] = paste(
    [tea],
    PLACES,
    { key: "tea", column: 0 },
    "NEW\tL",
    newKey,
    (_, place) => "field" in place,
  );
  expect(first).toMatchObject({ sku: "TEA", options: { size: "L" } });
});
