/** All of `ids` chosen, or none of them where all were: what is chosen beyond them stays. */
export function togglingAll(chosen: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const next = new Set(chosen);
  const all = ids.every((id) => chosen.has(id));
  for (const id of ids) all ? next.delete(id) : next.add(id);
  return next;
}

/** The other of chosen and not for `id`; with `from` the same for all between the two, as with the shift key. */
export function togglingRange(
  chosen: ReadonlySet<string>,
  ids: readonly string[],
  id: string,
  from: string | undefined,
): ReadonlySet<string> {
  const next = new Set(chosen);
  const add = !chosen.has(id);
  const at = ids.indexOf(id);
  const begin = from === undefined ? -1 : ids.indexOf(from);
  const range = begin < 0 ? [id] : ids.slice(Math.min(at, begin), Math.max(at, begin) + 1);
  for (const one of range) add ? next.add(one) : next.delete(one);
  return next;
}

/** How many of the chosen are among what is shown, and how many a filter or another page hides. */
export function countChosen(chosen: ReadonlySet<string>, ids: readonly string[]) {
  const shown = ids.filter((id) => chosen.has(id)).length;
  return { shown, hidden: chosen.size - shown };
}
