import { expect, test } from "vitest";
import source from "../../../../services/user/domain/countries.cpp?raw";
import { COUNTRIES, countryOf } from "./countries";

test("the countries are those of the service that judges addresses", () => {
  // A row each; literals beside each other are one.
  const rows = source
    .replace(/"\s*\n\s*"/g, "")
    .split(/\n {4}\{(?=")/)
    .slice(1);
  const theirs = rows.map((row) => {
    const [code = "", , examples = ""] = [...row.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, each]) => each);
    const [city, region, postalCode] = [...row.matchAll(/Need::k(\w+)/g)].map(([, need]) => need === "Yes");
    return { code, city, region, postalCode, example: examples.split(",")[0] };
  });
  expect(theirs.length).toBeGreaterThan(240);
  expect(COUNTRIES).toEqual(theirs);
});

test("what Germany and the United States need", () => {
  expect(countryOf("DE")).toEqual({
    code: "DE",
    city: true,
    region: false,
    postalCode: true,
    example: "26133",
  });
  expect(countryOf("US")?.region).toBe(true);
  expect(countryOf("ZZ")).toBeUndefined();
});
