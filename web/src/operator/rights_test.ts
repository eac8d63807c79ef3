import { expect, test } from "vitest";
import { permissionsOf, servicesOf } from "../../contract";
import { mayWith } from "./rights";

const roles = [
  { name: "finance", scope: "MARKETPLACE" as const, permissions: ["payments.read", "payments.refund"] },
  { name: "support", scope: "MARKETPLACE" as const, permissions: ["audit.read"] },
  { name: "owner", scope: "SELLER" as const, permissions: ["accounts.read"] },
];

test("somebody may what one of his roles grants, and what no operator needs anything for", () => {
  const may = mayWith(roles, ["finance", "owner"]);
  expect(may("refundPayment")).toBe(true);
  expect(may("listAuditEvents")).toBe(false);
  expect(may("listCategories")).toBe(true);
  // What a role lets members do in their shop lets nobody do it for the marketplace.
  expect(may("listAccounts")).toBe(false);
  expect(mayWith(roles, [])("refundPayment")).toBe(false);
});

test("the table is read from the contract", () => {
  const contract = `paths:
  /v1/a:
    get:
      operationId: listA
      description: "For operators with the permission \`a.read\`."
    post:
      operationId: makeA
      description: "For any account. For members of the seller with the permission \`b.read\`; operators with the permission \`a.write\`."
    patch:
      operationId: changeA
      description: "For anybody."
`;
  expect(permissionsOf(contract)).toEqual({ listA: "a.read", makeA: "a.write" });
});

test("so are the services", () => {
  const of = (service: string) => `      tags:\n        - ${service}\n`;
  expect(servicesOf(of("a") + of("b") + of("a"))).toEqual(["a", "b"]);
});
