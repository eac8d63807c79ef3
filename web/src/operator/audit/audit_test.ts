import { expect, test } from "vitest";
import { changesOf, shortName } from "./audit";

test("what an act changed is each name once, before and since", () => {
  expect(changesOf({ before: { state: "ACTIVE" }, after: { state: "SUSPENDED", reason: "x" } })).toEqual([
    { name: "reason", from: "", to: "x" },
    { name: "state", from: "ACTIVE", to: "SUSPENDED" },
  ]);
  expect(shortName("/marketplace.user.v1.UserService/SuspendSeller")).toBe("SuspendSeller");
});
