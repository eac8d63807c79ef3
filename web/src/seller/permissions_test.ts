import { expect, test } from "vitest";
import contract from "../../../docs/openapi.yaml?raw";
import table from "../../../services/auth/credentials/roles.cpp?raw";
import { NEEDS } from "./frame/menu";
import { ROLES } from "./permissions";

/** What roles.cpp says of a role of members, in the words of permission.proto: API_KEYS_WRITE is api_keys.write. */
function granted(role: string): string[] {
  const of = table.slice(table.indexOf("Of(domain::MemberRole"));
  const name = `k${role[0]?.toUpperCase()}${role.slice(1)}`;
  const [, list = ""] = new RegExp(`MemberRole::${name}:\\s*return \\{([^}]*)\\}`).exec(of) ?? [];
  return [...list.matchAll(/options::(\w+)_([A-Z]+)\b/g)]
    .map(([, of, act]) => `${of?.toLowerCase()}.${act?.toLowerCase()}`)
    .sort();
}

test.each(Object.entries(ROLES))("the services let %s do the same", (role, permissions) => {
  expect(granted(role).length).toBeGreaterThan(5);
  expect([...permissions].sort()).toEqual(granted(role));
});

test("a page of the menu is there for who may ask what it asks", () => {
  for (const [page, { permission, operation }] of Object.entries(NEEDS)) {
    const [said] = new RegExp(`operationId: ${operation}\n(?:.*\n){1,5}`).exec(contract) ?? [];
    expect(said, page).toContain(`\`${permission}\``);
  }
});
