import { useWords } from "../../text/rooms";
import { Table } from "../../ui/table";
import { emptyVariant, type Form, faultsOf, type Variant } from "./model";
import { type Place, paste, valueAt, withValue } from "./paste";
import "./matrix.css";

const newKey = () => crypto.randomUUID();

/** Every variant a row, every field a cell that is written into; what is copied from a sheet fills from the cell in which it is pasted. */
export function Matrix({
  form,
  set,
  isSaved,
  isKnown,
  isChecked,
}: {
  form: Form;
  set: (form: Form) => void;
  /** Whether there is an offer already: its SKU and its stock are not written here. */
  isSaved: (key: string) => boolean;
  /** Whether its threshold is. */
  isKnown: (key: string) => boolean;
  /** Whether what is wrong is shown. */
  isChecked: boolean;
}) {
  const { said } = useWords("assortment");
  const places: (Place & { name: string })[] = [
    { field: "sku", name: said.sku },
    ...form.optionNames.map((option) => ({ option, name: option })),
    { field: "price", name: said.priceIn(form.currency) },
    { field: "stock", name: said.stock },
    { field: "weight", name: said.weight },
    { field: "threshold", name: said.threshold },
    { field: "taxClass", name: said.taxClass },
  ];
  const keeps = (variant: Variant, place: Place) =>
    isSaved(variant.key) &&
    "field" in place &&
    (place.field === "sku" ||
      place.field === "stock" ||
      (place.field === "threshold" && !isKnown(variant.key)));
  const change = (variants: readonly Variant[]) => set({ ...form, variants });
  const nameOf = (variant: Variant) =>
    form.optionNames
      .map((name) => variant.options[name])
      .filter(Boolean)
      .join(", ") ||
    variant.sku ||
    said.newVariant;
  const write = (key: string, place: Place, value: string) =>
    change(form.variants.map((one) => (one.key === key ? withValue(one, place, value) : one)));
  const onPaste = (event: ClipboardEvent, key: string, column: number) => {
    const copied = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(copied.trim())) return;
    event.preventDefault();
    change(paste(form.variants, places, { key, column }, copied, newKey, keeps));
  };
  // What the first row says, in all that say nothing.
  const fill = () => {
    const [first] = form.variants;
    if (!first) return;
    const fields = ["price", "stock", "weight", "threshold", "taxClass"] as const;
    change(
      form.variants.map((one) => ({
        ...one,
        ...Object.fromEntries(fields.filter((field) => !one[field]).map((field) => [field, first[field]])),
      })),
    );
  };
  return (
    <div class="matrix">
      <Table
        caption={said.variants}
        rows={form.variants}
        idOf={(variant) => variant.key}
        columns={[
          ...places.map((place, column) => ({
            key: "field" in place ? place.field : `option ${place.option}`,
            name: place.name,
            cell: (variant: Variant) => {
              const isBad =
                isChecked && "field" in place && faultsOf(variant, form.currency).includes(place.field);
              return (
                <input
                  class={"field" in place && place.field !== "sku" ? "matrix-short" : undefined}
                  aria-label={said.cellOf(place.name, nameOf(variant))}
                  aria-invalid={isBad ? "true" : undefined}
                  readOnly={keeps(variant, place)}
                  autocomplete="off"
                  maxLength={64}
                  value={valueAt(variant, place)}
                  onInput={(event) => write(variant.key, place, event.currentTarget.value)}
                  onPaste={(event) => onPaste(event, variant.key, column)}
                />
              );
            },
          })),
          {
            key: "acts",
            name: "",
            cell: (variant: Variant) => (
              <button
                type="button"
                class="button button-small"
                aria-label={said.removeVariant(nameOf(variant))}
                onClick={() => change(form.variants.filter((one) => one.key !== variant.key))}
              >
                {said.remove}
              </button>
            ),
          },
        ]}
      />
      <div class="acts">
        <button
          type="button"
          class="button button-small"
          onClick={() => change([...form.variants, emptyVariant(newKey())])}
        >
          {said.addVariant}
        </button>
        {form.variants.length > 1 && (
          <button type="button" class="button button-small" onClick={fill}>
            {said.fillDown}
          </button>
        )}
      </div>
      <p class="field-hint">{said.pasteHint}</p>
    </div>
  );
}
