declare module "virtual:permissions" {
  /** Which permission an operation needs of operators; those without one are not theirs alone. */
  export const permissions: Readonly<Record<string, string>>;
}
