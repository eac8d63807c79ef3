import * as v from "valibot";
import { expect, test } from "vitest";
import { en } from "../text/en";
import { fault, faultsOf, fieldOf } from "./form";

const words = en.problem.fault;
const schema = v.object({
  email: v.pipe(v.string(), v.email(fault("email"))),
  password: v.pipe(v.string(), v.minLength(8, fault("password")), v.maxLength(100, fault("refused"))),
  note: v.pipe(v.string(), v.maxLength(3)),
});

test("each field says the first thing that is wrong with it, in the words of the page alone", () => {
  expect(faultsOf(schema, { email: "a", password: "b", note: "long" }, words)).toEqual({
    email: words.email,
    password: words.password,
    note: words.refused,
  });
  expect(faultsOf(schema, { email: "a@b.example", password: "long enough", note: "" }, words)).toEqual({});
});

test("what a refusal is about has the name that it has in the form", () => {
  expect(["email", "address.postalCode", "lines[1]", "address.lines[0]"].map(fieldOf)).toEqual([
    "email",
    "postalCode",
    "lines",
    "lines",
  ]);
});
