import { expect, test } from "vitest";
import data from "../../../../services/user/domain/countries.cpp?raw";
import { COUNTRIES, needsOf } from "./countries";

test("an address needs here what the marketplace wants of it", () => {
  const rows = [...data.matchAll(/\{"([A-Z]{2})", Need::k(Yes|No), Need::k(Yes|No), Need::k(Yes|No)/g)];
  expect(rows.length).toBeGreaterThan(200);
  expect(COUNTRIES).toEqual(rows.map(([, code]) => code));
  for (const [, code = "", city, region, postalCode] of rows) {
    expect([code, needsOf(code)]).toEqual([
      code,
      { city: city === "Yes", region: region === "Yes", postalCode: postalCode === "Yes" },
    ]);
  }
});
