import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/preact-query";
import { Link, useLocation, useSearch } from "wouter-preact";
import { search, type Wanted } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { type Filters, NO_FILTERS, ORDERS, readFilters, wantedOf } from "../paths";
import { FilterChips } from "./filter_chips";
import { FilterPanel } from "./filter_panel";
import { ProductGrid } from "./product_grid";
import "./results.css";

const PAGE = 30;

type Within = { categoryId?: string; sellerId?: string };

/** Page by page. */
export const foundBy = (language: string, wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ["products", language, "pages", wanted],
    queryFn: ({ pageParam, signal }) => {
      const page = pageParam ? { pageToken: pageParam } : { facets: true };
      return search(language, { ...wanted, ...page, pageSize: PAGE }, signal);
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });

/** What a search finds, within a category or a shop or everywhere. All that narrows it stands in the URL. */
export function Results({ within, path }: { within: Within; path: (filters: Partial<Filters>) => string }) {
  const { text, language } = useText();
  const [, go] = useLocation();
  const filters = readFilters(useSearch());
  const wanted = wantedOf(filters, within);
  const found = useInfiniteQuery({
    ...foundBy(language, wanted),
    // While filters change, the list stays where it is.
    placeholderData: keepPreviousData,
  });
  const change = (changed: Partial<Filters>) => go(path({ ...filters, ...changed }), { replace: true });
  const pages = found.data?.pages ?? [];
  const products = pages.flatMap((one) => one.products);
  const first = pages[0];
  const none = { ...NO_FILTERS, words: filters.words, order: filters.order };

  return (
    <div class="results">
      <FilterPanel filters={filters} facets={first?.facets} within={within} change={change} />
      <div class="results-found" aria-busy={found.isFetching}>
        <div class="results-bar">
          <p role="status" class="quiet">
            {first?.total !== undefined && text.search.total(first.total)}
          </p>
          <label>
            <span>{text.search.sort}</span>
            <select value={wanted.orderBy} onChange={(event) => change({ order: event.currentTarget.value })}>
              {ORDERS.filter((one) => one !== "relevance" || filters.words).map((one) => (
                <option key={one} value={one}>
                  {text.search.orders[one]}
                </option>
              ))}
            </select>
          </label>
        </div>
        <FilterChips filters={filters} facets={first?.facets} change={change} />
        {found.isPending && <Skeleton shape="card" count={10} />}
        {found.isError && !found.isFetchNextPageError && (
          <Problem problem={found.error} retry={() => void found.refetch()} />
        )}
        {found.isSuccess && products.length === 0 && (
          <Empty
            heading={filters.words ? text.search.noneFor(filters.words) : text.search.none}
            hint={text.search.noneHint}
          >
            <Link class="button button-main" href={path(none)} replace>
              {text.search.clear}
            </Link>
          </Empty>
        )}
        <ProductGrid products={products} />
        {found.isFetchNextPageError && (
          <Problem problem={found.error} retry={() => void found.fetchNextPage()} />
        )}
        {found.hasNextPage && !found.isFetchNextPageError && (
          <div class="more">
            <button
              type="button"
              class="button"
              disabled={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              {found.isFetchingNextPage ? text.loading : text.search.more}
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
