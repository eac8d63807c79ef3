import { queryOptions } from "@tanstack/preact-query";
import { type Category, categories } from "../../api/catalogue";

const FRESH_MS = 5 * 60_000;

/** All categories: they are few (at most 1,600), and every page needs some of their names. */
export const categoriesIn = (language: string) =>
  queryOptions({
    queryKey: ["categories", language],
    queryFn: () => categories(language),
    staleTime: FRESH_MS,
  });

export function childrenOf(all: readonly Category[], parentId: string | undefined): Category[] {
  return all.filter((one) => one.parentId === parentId);
}

/** From the top down to this one: what stands above a page as its path. */
export function pathOf(all: readonly Category[], id: string | undefined): Category[] {
  const path: Category[] = [];
  let one = all.find((candidate) => candidate.id === id);
  while (one && !path.includes(one)) {
    path.unshift(one);
    const { parentId } = one;
    one = all.find((candidate) => candidate.id === parentId);
  }
  return path;
}
