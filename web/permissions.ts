import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const NAME = "virtual:permissions";
const LINE =
  /^ {6}operationId: (?<operation>\w+)$|^ {6}description: .*operators with the permission `(?<permission>[a-z_.]+)`/gm;

/** Which permission operators need for what: {operation: permission}, as the contract says it. */
export function permissionsOf(contract: string): Record<string, string> {
  const found: Record<string, string> = {};
  let operation = "";
  for (const { groups } of contract.matchAll(LINE)) {
    if (groups?.operation) operation = groups.operation;
    else if (groups?.permission) found[operation] = groups.permission;
  }
  return found;
}

/** The method table of the contract as a module, so that no page has a list of its own. */
export function permissions(): Plugin {
  return {
    name: "permissions",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const contract = new URL("../docs/openapi.yaml", import.meta.url);
      this.addWatchFile(contract.pathname);
      const table = permissionsOf(
        readFileSync(contract, "utf8").replaceAll(/ operators with/gi, " operators with"),
      );
      return `export const permissions = ${JSON.stringify(table)};`;
    },
  };
}
