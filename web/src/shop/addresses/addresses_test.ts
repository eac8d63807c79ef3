import { expect, test } from "vitest";
import { labelOf, missingIn, valuesOf } from "./addresses";
import { countryOf } from "./countries";

const values = {
  countryCode: "US",
  recipient: "Ada",
  lines: ["1 Main St"],
  postalCode: "",
  city: "",
  region: "",
  phone: "",
  isDefault: false,
};

test("each country wants what its addresses have", () => {
  expect(missingIn(countryOf("US"), values)).toEqual(["postalCode", "city", "region"]);
  expect(missingIn(countryOf("DE"), { ...values, recipient: "" })).toEqual([
    "recipient",
    "postalCode",
    "city",
  ]);
  expect(missingIn(countryOf("AG"), { ...values, lines: [] })).toEqual(["lines"]);
  expect(missingIn(undefined, values)).toEqual(["countryCode"]);
});

test("an address reads like a label, and has no empty lines", () => {
  const address = {
    ...values,
    id: "",
    etag: "",
    createTime: "",
    updateTime: "",
    postalCode: "10115",
    city: "Berlin",
    countryCode: "DE",
  };
  expect(labelOf(address, (code) => `<${code}>`)).toBe("1 Main St\n10115 Berlin\n<DE>");
  expect(valuesOf({ ...address, phone: "+49301234" })).toEqual({
    ...values,
    countryCode: "DE",
    postalCode: "10115",
    city: "Berlin",
    phone: "+49301234",
  });
});
