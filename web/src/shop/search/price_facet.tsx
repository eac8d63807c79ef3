import { minorUnits } from "../../text/format";
import { useText } from "../../text/messages";
import { Field } from "../../ui/field";
import type { Filters } from "../paths";
import "./price_facet.css";

/** "12,5" of somebody is 1250 cents; what is no amount is none. */
export function amountOf(written: FormDataEntryValue | null, units: number): number | undefined {
  const text = String(written ?? "")
    .trim()
    .replace(",", ".");
  return /^\d{1,10}(\.\d+)?$/.test(text) ? Math.round(Number(text) * units) : undefined;
}

export function PriceFacet({
  filters,
  currency,
  change,
}: {
  filters: Filters;
  currency: string;
  change: (changed: Partial<Filters>) => void;
}) {
  const { text, format } = useText();
  const units = minorUnits(currency);
  const written = (amount: number | undefined) => (amount === undefined ? "" : String(amount / units));
  return (
    <form
      class="facet price-facet"
      key={`${filters.minPrice}-${filters.maxPrice}`}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        change({ minPrice: amountOf(form.get("min"), units), maxPrice: amountOf(form.get("max"), units) });
      }}
    >
      <h2>{text.search.price}</h2>
      <div class="price-facet-row">
        <Field
          name="min"
          label={text.search.from(format.sign(currency))}
          inputMode="decimal"
          defaultValue={written(filters.minPrice)}
        />
        <Field
          name="max"
          label={text.search.to(format.sign(currency))}
          inputMode="decimal"
          defaultValue={written(filters.maxPrice)}
        />
      </div>
      <button type="submit" class="button">
        {text.search.apply}
      </button>
    </form>
  );
}
