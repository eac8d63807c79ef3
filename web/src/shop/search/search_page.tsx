import { type QueryClient, useQuery } from "@tanstack/preact-query";
import { useSearch } from "wouter-preact";
import { useText } from "../../text/messages";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { NotFound } from "../frame/not_found";
import { pathTo, readFilters, wantedOf } from "../paths";
import { categoriesIn, pathOf } from "./categories";
import { Crumbs } from "./crumbs";
import { foundBy, Results } from "./results";

/** `slug`: of a category, where it is about one. */
export async function prepare(queries: QueryClient, language: string, slug: string, query: string) {
  const categories = queries.fetchQuery(categoriesIn(language)).catch(() => []);
  const category = slug && (await categories).find((one) => one.slug === decodeURIComponent(slug));
  const within = category ? { categoryId: category.id } : {};
  if (category || !slug)
    await queries.prefetchInfiniteQuery(foundBy(language, wantedOf(readFilters(query), within)));
  await categories;
}

export function SearchPage() {
  const { text } = useText();
  const { words } = readFilters(useSearch());
  const heading = words ? text.search.headingFor(words) : text.search.heading;
  useTitle(heading);
  useArrival(`search ${words}`, true);
  return (
    <>
      <h1 tabIndex={-1}>{heading}</h1>
      <Results key="search" within={{}} path={(filters) => pathTo.search(filters)} />
    </>
  );
}

export function CategoryPage({ slug }: { slug: string }) {
  const { language } = useText();
  const all = useQuery(categoriesIn(language));
  const category = all.data?.find((one) => one.slug === decodeURIComponent(slug));
  useTitle(category?.name);
  useArrival(`category ${slug}`, category !== undefined);
  if (all.isError) return <Problem level={1} problem={all.error} retry={() => void all.refetch()} />;
  if (all.isPending) return <Skeleton shape="card" count={10} />;
  if (!category) return <NotFound />;
  return (
    <>
      <Crumbs path={pathOf(all.data, category.parentId)} />
      <h1 tabIndex={-1}>{category.name}</h1>
      <Results
        key={category.id}
        within={{ categoryId: category.id }}
        path={(filters) => pathTo.category(category.slug, filters)}
      />
    </>
  );
}
