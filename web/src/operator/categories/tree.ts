import type { Schemas } from "../../api/client";

export type Category = Schemas["Category"];
export type Row = { category: Category; level: number; at: number; of: number; isOpen: boolean | undefined };

const childrenOf = (all: readonly Category[], parentId: string | undefined) =>
  all.filter((one) => one.parentId === parentId);

/** What of the tree is seen, from above: below what is in `open`. `isOpen` is undefined where nothing is below. */
export function rowsOf(
  all: readonly Category[],
  open: ReadonlySet<string>,
  parentId?: string,
  level = 1,
): Row[] {
  const level_ = childrenOf(all, parentId);
  return level_.flatMap((category, index) => {
    const isOpen = childrenOf(all, category.id).length > 0 ? open.has(category.id) : undefined;
    const row = { category, level, at: index + 1, of: level_.length, isOpen };
    return [row, ...(isOpen ? rowsOf(all, open, category.id, level + 1) : [])];
  });
}

/** How many categories are below one. */
export function countBelow(all: readonly Category[], id: string): number {
  return childrenOf(all, id).reduce((sum, one) => sum + 1 + countBelow(all, one.id), 0);
}

/** Whether one may become part of another (undefined: a root): not of itself, nor of what is below it, nor where it is. */
export function mayMove(all: readonly Category[], id: string, parentId: string | undefined): boolean {
  const moved = all.find((one) => one.id === id);
  if (!moved || moved.parentId === parentId) return false;
  for (let at = parentId; at !== undefined; at = all.find((one) => one.id === at)?.parentId)
    if (at === id) return false;
  return true;
}

/** "Home / Kitchen / Pots": where a category is. */
export function pathNames(all: readonly Category[], id: string | undefined): string {
  const names: string[] = [];
  for (let at = id; at !== undefined; ) {
    const one = all.find((each) => each.id === at);
    if (!one) break;
    names.unshift(one.name);
    at = one.parentId;
  }
  return names.join(" / ");
}

/** Where a key leads among the rows: another row, or one that opens or closes. */
export function keyStep(
  rows: readonly Row[],
  at: number,
  key: string,
): { to: number } | { open: string } | { close: string } | undefined {
  const row = rows[at];
  if (!row) return undefined;
  if (key === "ArrowDown") return { to: Math.min(rows.length - 1, at + 1) };
  if (key === "ArrowUp") return { to: Math.max(0, at - 1) };
  if (key === "Home") return { to: 0 };
  if (key === "End") return { to: rows.length - 1 };
  if (key === "ArrowRight") {
    if (row.isOpen === false) return { open: row.category.id };
    return row.isOpen ? { to: at + 1 } : undefined;
  }
  if (key === "ArrowLeft") {
    if (row.isOpen) return { close: row.category.id };
    const above = rows.findIndex((one) => one.category.id === row.category.parentId);
    return above < 0 ? undefined : { to: above };
  }
  return undefined;
}
