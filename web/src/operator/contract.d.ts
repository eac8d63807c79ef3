declare module "virtual:contract" {
  /** Which permission an operation needs of operators; those without one are not theirs alone. */
  export const permissions: Readonly<Record<string, string>>;
  /** The services that have operations. */
  export const services: readonly string[];
}
