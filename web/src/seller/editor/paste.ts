import { emptyVariant, type Variant } from "./model";

/** The cells of what was copied from a sheet: rows by line ends, cells by tabs. */
export function cellsOf(copied: string): string[][] {
  return copied
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((row) => row.split("\t").map((one) => one.trim()));
}

/** A column of the matrix: a field of a variant, or one of its options. */
export type Place = { field: Exclude<keyof Variant, "key" | "options"> } | { option: string };

export function valueAt(variant: Variant, place: Place): string {
  return "field" in place ? variant[place.field] : (variant.options[place.option] ?? "");
}

export function withValue(variant: Variant, place: Place, value: string): Variant {
  if ("field" in place) return { ...variant, [place.field]: value };
  return { ...variant, options: { ...variant.options, [place.option]: value } };
}

/** What was copied, from one cell on to the right and down: rows beyond the last are new, cells beyond the last column fall away. `keeps`: what may not
 * be written over. */
export function paste(
  variants: readonly Variant[],
  places: readonly Place[],
  at: { key: string; column: number },
  copied: string,
  newKey: () => string,
  keeps: (variant: Variant, place: Place) => boolean = () => false,
): Variant[] {
  const next = [...variants];
  const first = variants.findIndex((one) => one.key === at.key);
  cellsOf(copied).forEach((row, down) => {
    const index = Math.max(0, first) + down;
    let variant = next[index] ?? emptyVariant(newKey());
    row.forEach((value, right) => {
      const place = places[at.column + right];
      if (place && !keeps(variant, place)) variant = withValue(variant, place, value);
    });
    next[index] = variant;
  });
  return next;
}
