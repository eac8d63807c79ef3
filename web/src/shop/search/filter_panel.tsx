import { useEffect, useState } from "preact/hooks";
import type { Facets } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import type { Filters } from "../paths";
import { ordered } from "../value_order";
import { CategoryFacet } from "./category_facet";
import { CheckFacet } from "./check_facet";
import { PriceFacet } from "./price_facet";
import "./filter_panel.css";

const WIDE = "(min-width: 60rem)";

/** Beside the list where there is room for it, else a disclosure above it. */
function useIsWide(): boolean {
  const [isWide, setIsWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const media = matchMedia(WIDE);
    const follow = () => setIsWide(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  return isWide;
}

export function FilterPanel({
  filters,
  facets,
  within,
  change,
}: {
  filters: Filters;
  facets: Facets | undefined;
  within: { categoryId?: string; sellerId?: string };
  change: (changed: Partial<Filters>) => void;
}) {
  const { text } = useText();
  const isWide = useIsWide();
  const toggled = (one: string) =>
    filters.attributes.includes(one)
      ? filters.attributes.filter((other) => other !== one)
      : [...filters.attributes, one];

  const groups = (
    <div class="filters">
      <CategoryFacet counts={facets?.categories ?? []} filters={filters} {...within} />
      <PriceFacet filters={filters} currency={facets?.prices[0]?.currency ?? "EUR"} change={change} />
      <CheckFacet
        heading={text.search.availability}
        rows={[{ key: "1", label: text.search.inStock, count: facets?.inStock, checked: filters.inStock }]}
        toggle={() => change({ inStock: !filters.inStock })}
      />
      <CheckFacet
        heading={text.search.rating}
        rows={(facets?.ratings ?? []).map(({ minRating, count }) => ({
          key: String(minRating),
          label: text.search.stars(minRating),
          count,
          checked: filters.stars === minRating,
        }))}
        toggle={(key) => change({ stars: filters.stars === Number(key) ? undefined : Number(key) })}
      />
      {!within.sellerId && (
        <CheckFacet
          heading={text.search.shop}
          rows={(facets?.sellers ?? []).map(({ sellerId, name, count }) => ({
            key: sellerId,
            label: name,
            count,
            checked: filters.shops === sellerId,
          }))}
          toggle={(key) => change({ shops: filters.shops === key ? "" : key })}
        />
      )}
      {(facets?.attributes ?? []).map(({ name, values }) => (
        <CheckFacet
          key={name}
          heading={name}
          rows={ordered(values.map(({ value }) => value)).map((value) => ({
            key: `${name}=${value}`,
            label: value,
            count: values.find((one) => one.value === value)?.count,
            checked: filters.attributes.includes(`${name}=${value}`),
          }))}
          toggle={(key) => change({ attributes: toggled(key) })}
        />
      ))}
    </div>
  );

  if (isWide) {
    return (
      <section class="filter-panel" aria-label={text.search.filters}>
        {groups}
      </section>
    );
  }
  return (
    <details class="filter-panel">
      <summary class="button">
        <Icon name="filter" />
        {text.search.filters}
      </summary>
      {groups}
    </details>
  );
}
