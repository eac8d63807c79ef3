import { useLocation, useSearch } from "wouter-preact";

export type FilterValues = Readonly<Record<string, string>>;

/** What a list is narrowed by, as its URL says it: nothing else in there counts, and nothing is longer than it may be. */
export function readQuery(query: string, names: readonly string[]): FilterValues {
  const said = new URLSearchParams(query);
  return Object.fromEntries(names.map((name) => [name, (said.get(name) ?? "").slice(0, 200)]));
}

/** The same values give the same text, in the order of their names; what is empty is left out. */
export function writeQuery(values: FilterValues): string {
  const said = new URLSearchParams();
  for (const name of Object.keys(values).sort()) if (values[name]) said.set(name, values[name]);
  const text = said.toString();
  return text && `?${text}`;
}

/** The filters of this page, kept in its URL: they stay over a reload, can be sent to somebody, and Back undoes one. */
export function useFilters(names: readonly string[]) {
  const [path, go] = useLocation();
  const values = readQuery(useSearch(), names);
  const set = (patch: FilterValues) => go(`${path}${writeQuery({ ...values, ...patch })}`);
  const clear = () => go(path);
  return { values, set, clear, isNarrowed: names.some((name) => values[name]), query: writeQuery(values) };
}
