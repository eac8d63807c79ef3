/** The same things with one of them at another place. */
export function moved<T extends { id: string }>(all: readonly T[], id: string, to: number): T[] {
  const one = all.find((each) => each.id === id);
  const others = all.filter((each) => each.id !== id);
  if (!one) return others;
  const at = Math.max(0, Math.min(to, others.length));
  return [...others.slice(0, at), one, ...others.slice(at)];
}
