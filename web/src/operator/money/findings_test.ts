import { expect, test } from "vitest";
import contract from "../../../../docs/openapi.yaml?raw";
import { KINDS } from "./findings";

test("what can differ is what the contract says", () => {
  const [, list = ""] =
    /\n {4}FindingKind:\n(?: {6}[^\n]*\n)*? {6}enum:\n((?: +- \w+\n)+)/.exec(contract) ?? [];
  expect([...list.matchAll(/- (\w+)/g)].map(([, name]) => name)).toEqual([...KINDS]);
});
