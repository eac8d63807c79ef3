import { expect, test } from "vitest";
import source from "../../../../services/user/domain/countries.cpp?raw";
import { COUNTRIES, countryOf } from "./countries";

test("the countries are those of the service that judges addresses", () => {
  const rows = source.matchAll(
    /\{"([A-Z]{2})",\s*Need::k(\w+),\s*Need::k(\w+),\s*Need::k(\w+)((?:,\s*"(?:[^"\\]|\\.)*")*)/g,
  );
  const theirs = [...rows].map(([, code = "", city, region, postalCode, rest = ""]) => {
    const examples = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)][1]?.[1] ?? "";
    return {
      code,
      city: city === "Yes",
      region: region === "Yes",
      postalCode: postalCode === "Yes",
      example: examples.split(",")[0],
    };
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
