import { expect, test } from "vitest";
import { formatsOf, minorUnits } from "./format";

const plain = (text: string) => text.replace(/\s/g, " ");

test("money is in minor units of its currency", () => {
  expect(formatsOf("en").money({ amount: 199950, currency: "EUR" })).toBe("€1,999.50");
  expect(plain(formatsOf("ru").money({ amount: 199950, currency: "EUR" }))).toBe("1 999,50 €");
  expect(formatsOf("en").money({ amount: 500, currency: "JPY" })).toBe("¥500");
  expect([minorUnits("JPY"), minorUnits("KWD"), minorUnits("USD")]).toEqual([1, 1000, 100]);
});

test("countries are named in the language", () => {
  expect([formatsOf("en").country("DE"), formatsOf("ru").country("DE")]).toEqual(["Germany", "Германия"]);
});

test("the time and stars are as the language writes them", () => {
  expect(formatsOf("ru").date("2026-11-30T12:00:00Z")).toBe("30 ноября 2026 г.");
  expect([formatsOf("en").stars(450), formatsOf("ru").stars(450)]).toEqual(["4.5", "4,5"]);
});
