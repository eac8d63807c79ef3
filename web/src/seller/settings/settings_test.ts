import { expect, test } from "vitest";
import { en } from "../../text/en";
import type { Seller } from "../shop";
import { changeOf, settingsOf, wrongIn } from "./settings";

const was = settingsOf({
  displayName: "Tea house",
  description: "Tea.",
  trader: { legalName: "Tea Ltd", lines: ["Lane 1", "House 2"], countryCode: "DE" },
} as Seller);

test("only what has changed is sent, and what was emptied is named without a value", () => {
  expect(changeOf(was, { ...was, displayName: " Tea ", description: "" })).toEqual({
    updateMask: "displayName,description",
    body: { displayName: "Tea" },
  });
});

test("a trader and a holiday are said as wholes", () => {
  const { updateMask, body } = changeOf(was, { ...was, city: "Kiel", holidayUntil: "2027-01-01T10:00" });
  expect(updateMask).toBe("holiday,trader");
  expect(body.trader).toEqual({
    legalName: "Tea Ltd",
    lines: ["Lane 1", "House 2"],
    city: "Kiel",
    countryCode: "DE",
  });
  expect(body.holiday).toEqual({ until: new Date("2027-01-01T10:00").toISOString() });
});

test("what is missing is said before anybody is asked", () => {
  const words = en.problem.fault;
  expect(wrongIn(was, words)).toEqual({});
  expect(
    Object.keys(wrongIn({ ...was, displayName: "", legalName: "", holidayNote: "Away" }, words)),
  ).toEqual(["displayName", "legalName", "holidayUntil"]);
});
