import type { Facets } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { type Filters, NO_FILTERS } from "../paths";
import "./filter_chips.css";

type Chip = { key: string; label: string; without: Partial<Filters> };

/** What narrows the list right now, each with a way to be rid of it. */
export function FilterChips({
  filters,
  facets,
  change,
}: {
  filters: Filters;
  facets: Facets | undefined;
  change: (changed: Partial<Filters>) => void;
}) {
  const { text, format } = useText();
  const currency = facets?.prices[0]?.currency ?? "EUR";
  const shop = facets?.sellers.find((one) => one.sellerId === filters.shops)?.name ?? text.search.shop;
  const money = (amount: number) => format.money({ amount, currency });
  const { minPrice, maxPrice } = filters;
  const chips: Chip[] = [
    ...(minPrice === undefined
      ? []
      : [{ key: "min", label: text.search.atLeast(money(minPrice)), without: { minPrice: undefined } }]),
    ...(maxPrice === undefined
      ? []
      : [{ key: "max", label: text.search.atMost(money(maxPrice)), without: { maxPrice: undefined } }]),
    ...(filters.inStock ? [{ key: "stock", label: text.search.inStock, without: { inStock: false } }] : []),
    ...(filters.stars
      ? [{ key: "stars", label: text.search.stars(filters.stars), without: { stars: undefined } }]
      : []),
    ...(filters.shops ? [{ key: "shop", label: shop, without: { shops: "" } }] : []),
    ...filters.attributes.map((one) => ({
      key: one,
      label: one.replace("=", ": "),
      without: { attributes: filters.attributes.filter((other) => other !== one) },
    })),
  ];
  if (chips.length === 0) return null;
  return (
    <ul class="chips">
      {chips.map((chip) => (
        <li key={chip.key}>
          <button
            type="button"
            aria-label={text.search.remove(chip.label)}
            onClick={() => change(chip.without)}
          >
            {chip.label}
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          class="chips-clear"
          onClick={() => change({ ...NO_FILTERS, words: filters.words, order: filters.order })}
        >
          {text.search.clear}
        </button>
      </li>
    </ul>
  );
}
