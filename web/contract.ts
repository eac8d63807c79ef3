import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const NAME = "virtual:contract";
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

/** Who offers operations: the contract files each under its service. */
export function servicesOf(contract: string): string[] {
  return [
    ...new Set([...contract.matchAll(/^ {6}tags:\n {8}- (\w+)$/gm)].flatMap(([, service]) => service ?? [])),
  ];
}

/** The method table of the contract as a module, so that no page has a list of its own. */
export function contract(): Plugin {
  return {
    name: "contract",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const file = new URL("../docs/openapi.yaml", import.meta.url);
      this.addWatchFile(file.pathname);
      const text = readFileSync(file, "utf8");
      const table = permissionsOf(text.replaceAll(/ operators with/gi, " operators with"));
      return [
        `export const permissions = ${JSON.stringify(table)};`,
        `export const services = ${JSON.stringify(servicesOf(text))};`,
      ].join("\n");
    },
  };
}
