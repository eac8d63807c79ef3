import { expect, test } from "vitest";
import { readQuery, writeQuery } from "./use_filters";

test("what is written into a URL is read from it, and nothing else", () => {
  const values = { state: "PLACED", q: "a & b" };
  expect(writeQuery(values)).toBe("?q=a+%26+b&state=PLACED");
  expect(readQuery(`${writeQuery(values)}&other=1`, ["q", "state", "from"])).toEqual({ ...values, from: "" });
  expect(writeQuery({ q: "", state: "" })).toBe("");
  expect(readQuery(`?q=${"x".repeat(300)}`, ["q"]).q).toHaveLength(200);
});
