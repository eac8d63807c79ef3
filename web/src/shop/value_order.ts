const SIZES = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL"];

/** Sizes from small to large and numbers from low to high; anything else as it came. */
export function ordered(values: readonly string[]): readonly string[] {
  const rank = values.every((value) => SIZES.includes(value.toUpperCase()))
    ? (value: string) => SIZES.indexOf(value.toUpperCase())
    : (value: string) => Number.parseFloat(value);
  if (values.some((value) => Number.isNaN(rank(value)))) return values;
  return [...values].sort((one, other) => rank(one) - rank(other));
}
