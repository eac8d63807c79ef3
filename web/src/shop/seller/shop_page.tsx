import { type QueryClient, queryOptions, useQuery } from "@tanstack/preact-query";
import { type Seller, seller } from "../../api/catalogue";
import { Refusal } from "../../api/refusal";
import { useText } from "../../text/messages";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { NotFound } from "../frame/not_found";
import { pathTo, readFilters, wantedOf } from "../paths";
import { categoriesIn } from "../search/categories";
import { foundBy, Results } from "../search/results";
import "./shop_page.css";

const shopOf = (id: string) => queryOptions({ queryKey: ["seller", id], queryFn: () => seller(id) });

/** Asks what the page will ask, before it is shown. */
export const prepare = (queries: QueryClient, language: string, id: string, query: string) =>
  Promise.all([
    queries.prefetchQuery(shopOf(id)),
    queries.prefetchQuery(categoriesIn(language)),
    queries.prefetchInfiniteQuery(foundBy(language, wantedOf(readFilters(query), { sellerId: id }))),
  ]);

export function ShopPage({ id }: { id: string }) {
  const { text } = useText();
  const asked = useQuery(shopOf(id));
  useTitle(asked.data?.displayName);
  useArrival(`shop ${id}`, asked.isSuccess);
  if (asked.isPending) return <Skeleton shape="text" count={2} />;
  if (asked.isError) {
    if (asked.error instanceof Refusal && asked.error.status === 404)
      return <NotFound heading={text.shop.notFound} />;
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  }
  const shop = asked.data;
  return (
    <>
      <ShopHead shop={shop} />
      <h2>{text.shop.heading}</h2>
      <Results within={{ sellerId: id }} path={(filters) => pathTo.shop(id, shop.displayName, filters)} />
      <ShopTerms shop={shop} />
    </>
  );
}

function ShopHead({ shop }: { shop: Seller }) {
  const { text, format } = useText();
  const initial = [...shop.displayName][0] ?? "";
  return (
    <header class="shop-head">
      <span class="shop-sign" aria-hidden="true">
        {initial}
      </span>
      <div>
        <h1 tabIndex={-1}>{shop.displayName}</h1>
        <p class="quiet">
          {[format.country(shop.countryCode), text.shop.since(format.date(shop.createTime))]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {shop.holiday && (
          <p class="shop-away">
            {text.shop.away(format.date(shop.holiday.until))} {shop.holiday.note}
          </p>
        )}
        {shop.description && <p class="prose">{shop.description}</p>}
      </div>
    </header>
  );
}

/** How it sends and takes back, and who stands behind it: by law, before anybody buys. */
function ShopTerms({ shop }: { shop: Seller }) {
  const { text, format } = useText();
  const trader = shop.trader && [
    shop.trader.legalName,
    ...shop.trader.lines,
    [shop.trader.postalCode, shop.trader.city].filter(Boolean).join(" "),
    shop.trader.region,
    format.country(shop.trader.countryCode),
    shop.trader.registerNumber,
    shop.trader.vatNumber,
  ];
  const said = [
    { heading: text.shop.delivery, words: shop.shippingPolicy },
    { heading: text.shop.returns, words: shop.returnPolicy },
    { heading: text.shop.contact, words: [shop.contactEmail, shop.contactPhone].filter(Boolean).join("\n") },
    { heading: text.shop.trader, words: trader?.filter(Boolean).join("\n") },
  ].filter((one) => one.words);
  if (said.length === 0) return null;
  return (
    <div class="shop-terms">
      {said.map(({ heading, words }) => (
        <section key={heading}>
          <h2>{heading}</h2>
          <p class="prose">{words}</p>
        </section>
      ))}
    </div>
  );
}
