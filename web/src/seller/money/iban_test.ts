import { expect, test } from "vitest";
import { isIban, plainIban } from "./iban";

test("an IBAN is one by its check digits, however it is written", () => {
  for (const good of ["DE89 3704 0044 0532 0130 00", "de89370400440532013000", "GB82-WEST-1234-5698-7654-32"])
    expect(isIban(good)).toBe(true);
  for (const bad of ["DE89 3704 0044 0532 0130 01", "DE98 3704 0044 0532 0130 00", "", "DE89", "12345678"])
    expect(isIban(bad)).toBe(false);
  expect(plainIban("de89 3704")).toBe("DE893704");
});
