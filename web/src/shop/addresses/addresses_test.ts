import { expect, test } from "vitest";
import { addressLines } from "./address_lines";
import { missingIn, valuesOf } from "./addresses";
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
  expect(addressLines(address, { country: (code) => `<${code}>` })).toEqual([
    "Ada",
    "1 Main St",
    "10115 Berlin",
    "<DE>",
  ]);
  expect(valuesOf({ ...address, phone: "+49301234" })).toEqual({
    ...values,
    countryCode: "DE",
    postalCode: "10115",
    city: "Berlin",
    phone: "+49301234",
  });
});
