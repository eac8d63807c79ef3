import type { QueryClient } from "@tanstack/preact-query";
import { later } from "../ui/later";

const toSearch = () => import("./search/search_page");

export const Home = later(
  () => import("./home/home"),
  (room) => room.Home,
);
export const SearchPage = later(toSearch, (room) => room.SearchPage);
export const CategoryPage = later(toSearch, (room) => room.CategoryPage);
export const ProductPage = later(
  () => import("./product/product_page"),
  (room) => room.ProductPage,
);
export const ShopPage = later(
  () => import("./seller/shop_page"),
  (room) => room.ShopPage,
);

/** What a page asks, by what its path names and what its query says. */
type Prepared = {
  prepare: (queries: QueryClient, language: string, name: string, query: string) => Promise<unknown>;
};

/** The pages that the server writes, by the first part of their paths. */
const WRITTEN: Readonly<Record<string, { load: () => Promise<Prepared> }>> = {
  "": Home,
  search: SearchPage,
  c: CategoryPage,
  p: ProductPage,
  s: ShopPage,
};

/** The page that the server has written is shown again by scripts: once all of it is there, so that nobody sees it come twice. */
export async function prepare(
  queries: QueryClient,
  language: string,
  path: string,
  query: string,
): Promise<void> {
  const [, room = "", name = ""] = path.split("/");
  await WRITTEN[room]?.load().then((page) => page.prepare(queries, language, name, query));
}
