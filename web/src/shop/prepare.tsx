import type { QueryClient } from "@tanstack/preact-query";
import { newestIn } from "./home/home";
import { later } from "./later";
import { readFilters, wantedOf } from "./paths";
import { categoriesIn } from "./search/categories";
import { foundBy } from "./search/results";

export const ProductPage = later(
  () => import("./product/product_page"),
  (room) => room.ProductPage,
);
export const ShopPage = later(
  () => import("./seller/shop_page"),
  (room) => room.ShopPage,
);

/** The page that the server has written is shown again by scripts: once all of it is there, so that nobody sees it come twice. */
export async function prepare(
  queries: QueryClient,
  language: string,
  path: string,
  query: string,
): Promise<void> {
  const [, room = "", name = ""] = path.split("/");
  if (room === "p")
    return void (await ProductPage.load().then((page) => page.prepare(queries, language, name)));
  if (room === "s")
    return void (await ShopPage.load().then((page) => page.prepare(queries, language, name, query)));
  const categories = queries.fetchQuery(categoriesIn(language)).catch(() => []);
  if (room === "") await queries.prefetchQuery(newestIn(language));
  const within = room === "c" ? { slug: decodeURIComponent(name) } : undefined;
  const category = (await categories).find((one) => one.slug === within?.slug);
  if (room === "search" || category)
    await queries.prefetchInfiniteQuery(
      foundBy(language, wantedOf(readFilters(query), category ? { categoryId: category.id } : {})),
    );
}
