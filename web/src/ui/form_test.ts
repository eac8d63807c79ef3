import * as v from "valibot";
import { expect, test } from "vitest";
import { faultsOf } from "./form";

const schema = v.object({
  email: v.pipe(v.string(), v.email("an address")),
  password: v.pipe(v.string(), v.minLength(8, "longer"), v.maxLength(100, "shorter")),
});

test("each field says the first thing that is wrong with it", () => {
  expect(faultsOf(schema, { email: "a", password: "b" }, "?")).toEqual({
    email: "an address",
    password: "longer",
  });
  expect(faultsOf(schema, { email: "a@b.example", password: "long enough" }, "?")).toEqual({});
});
