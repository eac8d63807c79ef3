import { type QueryClient, queryOptions, useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { search } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { pathTo } from "../paths";
import { categoriesIn } from "../search/categories";
import { ProductGrid } from "../search/product_grid";
import { CategoryTiles } from "./category_tiles";
import { Collage } from "./collage";
import "./home.css";

// Whole rows of two, three and four.
const SHOWN = 12;

// What is sold out is no invitation.
const WANTED = { orderBy: "newest", inStock: true, pageSize: SHOWN };

const newestIn = (language: string) =>
  queryOptions({ queryKey: ["products", language, WANTED], queryFn: () => search(language, WANTED) });

export const prepare = (queries: QueryClient, language: string) =>
  Promise.all([queries.prefetchQuery(newestIn(language)), queries.prefetchQuery(categoriesIn(language))]);

export function Home() {
  const { text, language } = useText();
  useTitle(text.name);
  useArrival("home", true);
  const newest = useQuery(newestIn(language));
  const products = newest.data?.products ?? [];
  return (
    <>
      <section class="hero">
        <div>
          <h1 tabIndex={-1}>{text.home.heading}</h1>
          <p>{text.home.lead}</p>
          <Link class="button button-main" href={pathTo.search()}>
            {text.home.browse}
          </Link>
        </div>
        <Collage products={products} />
      </section>
      <CategoryTiles />
      <section class="home-row">
        <div class="heading">
          <h2>{text.home.newest}</h2>
          <Link href={pathTo.search({ order: "newest" })}>{text.home.newestAll}</Link>
        </div>
        {newest.isPending && <Skeleton shape="card" count={10} />}
        {newest.isError && <Problem problem={newest.error} retry={() => void newest.refetch()} />}
        {newest.isSuccess && products.length === 0 && (
          <Empty heading={text.home.empty} hint={text.home.emptyHint}>
            <Link class="button" href={pathTo.search()}>
              {text.menu.allProducts}
            </Link>
          </Empty>
        )}
        <ProductGrid products={products} level={3} />
      </section>
    </>
  );
}
