import { type QueryClient, queryOptions, useQuery } from "@tanstack/preact-query";
import { type Product, product } from "../../api/catalogue";
import { Refusal } from "../../api/refusal";
import { useText } from "../../text/messages";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { NotFound } from "../frame/not_found";
import { categoriesIn, pathOf } from "../search/categories";
import { Crumbs } from "../search/crumbs";
import { Buying } from "./buying";
import { Details } from "./details";
import { Gallery } from "./gallery";
import { Reviews, reviewsIn } from "./reviews";
import "./product_page.css";

const productIn = (language: string, id: string) =>
  queryOptions({ queryKey: ["product", language, id], queryFn: () => product(language, id) });

/** Asks what the page will ask, before it is shown. */
export const prepare = (queries: QueryClient, language: string, id: string) =>
  Promise.all([
    queries.prefetchQuery(productIn(language, id)),
    queries.prefetchQuery(categoriesIn(language)),
    queries.prefetchInfiniteQuery(reviewsIn(id)),
  ]);

export function ProductPage({ id }: { id: string }) {
  const { text, language } = useText();
  const asked = useQuery(productIn(language, id));
  useTitle(asked.data?.title);
  useArrival(`product ${id}`, asked.isSuccess);
  if (asked.isPending) {
    return (
      <div class="product">
        <Skeleton shape="product" />
        <Skeleton shape="text" count={3} />
      </div>
    );
  }
  if (asked.isError) {
    if (asked.error instanceof Refusal && asked.error.status === 404)
      return <NotFound heading={text.product.notFound} hint={text.product.notFoundHint} />;
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  }
  return <Shown product={asked.data} />;
}

function Shown({ product: shown }: { product: Product }) {
  const { text, language } = useText();
  const categories = useQuery(categoriesIn(language));
  const foreign = shown.textLanguage !== language;
  return (
    <article>
      <Crumbs path={pathOf(categories.data ?? [], shown.categoryId)} />
      <div class="product">
        <Gallery pictures={shown.pictures} />
        <div class="product-facts">
          <h1 tabIndex={-1} lang={foreign ? shown.textLanguage : undefined}>
            {shown.title}
          </h1>
          <Buying product={shown} />
          {foreign && <p class="quiet product-foreign">{text.product.inLanguage}</p>}
          {shown.description && (
            <section>
              <h2>{text.product.about}</h2>
              <p class="prose" lang={foreign ? shown.textLanguage : undefined}>
                {shown.description}
              </p>
            </section>
          )}
          <Details product={shown} />
        </div>
      </div>
      <Reviews productId={shown.id} />
    </article>
  );
}
