// What the build asks of node; its types as a whole would be a package more.
declare module "node:fs" {
  export function readFileSync(path: URL, encoding: "utf8"): string;
}
