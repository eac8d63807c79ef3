import { expect, test } from "vitest";
import { ROLES } from "../permissions";
import { menuOf } from "./menu";

const pagesOf = (role: string) =>
  menuOf((permission) => ROLES[role]?.includes(permission) ?? false).flatMap(({ pages }) => pages);

test("each role has the pages that it may work on", () => {
  expect(pagesOf("owner")).toHaveLength(18);
  expect(pagesOf("manager")).not.toContain("keys");
  expect(pagesOf("manager")).toContain("payouts");
  expect(pagesOf("staff")).toEqual([
    "dashboard",
    "orders",
    "returns",
    "messages",
    "products",
    "stock",
    "team",
  ]);
  expect(pagesOf("nobody")).toEqual([]);
});
