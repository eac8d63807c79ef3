import type { Schemas } from "../../api/client";
import { readAmount, readWhole, writeAmount } from "../../text/amount";
import type { Offer, Product } from "../products/products";

type OfferDraft = Schemas["OfferDraft"];
type OfferChange = Schemas["OfferChangePatch"];
export type Picture = Pick<Schemas["Picture"], "id" | "altText" | "width" | "height" | "colour" | "media">;
export type Safety = Schemas["ProductSafety"];

/** What is written of one variant. It is named by `key`, never by its place: that of its offer, or of its row until there is one. */
export type Variant = {
  key: string;
  sku: string;
  options: Readonly<Record<string, string>>;
  price: string;
  stock: string;
  weight: string;
  threshold: string;
  taxClass: string;
};
export type Attribute = { key: string; name: string; value: string };
export type Form = {
  title: string;
  description: string;
  categoryId: string;
  attributes: readonly Attribute[];
  pictures: readonly Picture[];
  safety: Safety;
  ownShop: boolean;
  optionNames: readonly string[];
  variants: readonly Variant[];
  currency: string;
};

export const NO_SAFETY: Safety = {
  manufacturer: "",
  manufacturerContact: "",
  responsiblePerson: "",
  responsibleContact: "",
  warnings: "",
};

export const emptyVariant = (key: string, options: Readonly<Record<string, string>> = {}): Variant => ({
  key,
  sku: "",
  options,
  price: "",
  stock: "",
  weight: "",
  threshold: "",
  taxClass: "",
});

export const emptyForm = (currency: string): Form => ({
  title: "",
  description: "",
  categoryId: "",
  attributes: [],
  pictures: [],
  safety: NO_SAFETY,
  ownShop: false,
  optionNames: [],
  variants: [emptyVariant("first")],
  currency,
});

const text = (value: number | undefined) => (value === undefined ? "" : String(value));

export function variantOf(offer: Offer): Variant {
  return {
    key: offer.id,
    sku: offer.sku,
    options: offer.options,
    price: writeAmount(offer.price.amount, offer.price.currency),
    stock: text(offer.onHand),
    weight: text(offer.weightGrams),
    threshold: text(offer.lowStockThreshold),
    taxClass: offer.taxClass ?? "",
  };
}

/** What is saved, as it is edited. Offers that nobody can buy any more are not edited. */
export function formOf(product: Product): Form {
  const offers = product.offers.filter((one) => one.state === "ACTIVE");
  return {
    title: product.title,
    description: product.description ?? "",
    categoryId: product.categoryId,
    attributes: Object.entries(product.attributes).map(([name, value]) => ({ key: name, name, value })),
    pictures: product.pictures,
    safety: { ...NO_SAFETY, ...product.productSafety },
    ownShop: product.offersBy === "OWN_SHOP",
    optionNames: [...new Set(offers.flatMap((one) => Object.keys(one.options)))],
    variants: offers.map(variantOf),
    currency: offers[0]?.price.currency ?? "EUR",
  };
}

/** All pairs of values, in the order in which they are written; what is there already by its options stays as it is. */
export function combine(
  names: readonly { name: string; values: readonly string[] }[],
  there: readonly Variant[],
  newKey: () => string,
): Variant[] {
  const pairs = names.reduce<Record<string, string>[]>(
    (all, { name, values }) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
  const same = (one: Variant, options: Record<string, string>) =>
    names.every(({ name }) => one.options[name] === options[name]);
  const kept = there.filter((one) => pairs.some((options) => same(one, options)));
  const fresh = pairs
    .filter((options) => !kept.some((one) => same(one, options)))
    .map((options) => emptyVariant(newKey(), options));
  // An offer that has a row stays until somebody removes it; a row that nobody has written in goes.
  const written = there.filter((one) => !kept.includes(one) && (one.sku || one.price));
  return [...kept, ...written, ...fresh];
}

/** "TEA-BLUE-M" of "tea" and its options: letters and digits that a SKU may have. */
export function skuOf(begin: string, options: Readonly<Record<string, string>>): string {
  return [begin, ...Object.values(options)]
    .map((part) =>
      part
        .toUpperCase()
        .replace(/[^A-Z0-9._]+/g, "-")
        .replace(/^-+|-+$/g, ""),
    )
    .filter(Boolean)
    .join("-")
    .slice(0, 64);
}

/** What of a variant can't be sent, by the name of its field. */
export function faultsOf(variant: Variant, currency: string): (keyof Variant)[] {
  const isEmptyOr = (value: string, good: boolean) => value.trim() === "" || good;
  const checks: [keyof Variant, boolean][] = [
    ["sku", /^[A-Za-z0-9._-]{1,64}$/.test(variant.sku.trim())],
    ["price", readAmount(variant.price, currency) !== undefined],
    ["stock", isEmptyOr(variant.stock, readWhole(variant.stock) !== undefined)],
    ["weight", isEmptyOr(variant.weight, (readWhole(variant.weight, 1e6) ?? 0) > 0)],
    ["threshold", isEmptyOr(variant.threshold, readWhole(variant.threshold) !== undefined)],
    ["taxClass", isEmptyOr(variant.taxClass, /^[a-z0-9_-]{1,40}$/.test(variant.taxClass.trim()))],
  ];
  return checks.filter(([, good]) => !good).map(([field]) => field);
}

const optionsOf = (variant: Variant) =>
  Object.fromEntries(Object.entries(variant.options).filter(([name, value]) => name && value.trim()));

function whole(written: string): number | undefined {
  return written.trim() === "" ? undefined : readWhole(written);
}

/** A new offer. */
export function draftOf(variant: Variant, currency: string): OfferDraft {
  const stock = whole(variant.stock);
  const lowStockThreshold = whole(variant.threshold);
  const weightGrams = whole(variant.weight);
  return {
    sku: variant.sku.trim(),
    options: optionsOf(variant),
    price: { amount: readAmount(variant.price, currency) ?? 0, currency },
    ...(stock !== undefined && { stock }),
    ...(lowStockThreshold !== undefined && { lowStockThreshold }),
    ...(weightGrams !== undefined && { weightGrams }),
    ...(variant.taxClass.trim() && { taxClass: variant.taxClass.trim() }),
  };
}

/** What is another than it was saved, with the names of the fields: a name without a value takes it away. Undefined where nothing is. */
export function changeOf(
  was: Variant,
  is: Variant,
  currency: string,
): { updateMask: string; body: OfferChange } | undefined {
  const { price, options, lowStockThreshold, weightGrams, taxClass } = draftOf(is, currency);
  const all = {
    price: is.price !== was.price && { price },
    options: JSON.stringify(optionsOf(is)) !== JSON.stringify(optionsOf(was)) && { options: options ?? {} },
    lowStockThreshold:
      is.threshold !== was.threshold && (lowStockThreshold === undefined ? {} : { lowStockThreshold }),
    weightGrams: is.weight !== was.weight && (weightGrams === undefined ? {} : { weightGrams }),
    taxClass: is.taxClass !== was.taxClass && (taxClass === undefined ? {} : { taxClass }),
  };
  const mask = Object.entries(all).filter(([, change]) => change !== false);
  if (mask.length === 0) return undefined;
  return {
    updateMask: mask.map(([name]) => name).join(","),
    body: Object.assign({}, ...mask.map(([, change]) => change)),
  };
}

/** What the product itself is asked to become. */
export function productOf(form: Form) {
  return {
    title: form.title.trim(),
    description: form.description,
    categoryId: form.categoryId,
    attributes: Object.fromEntries(
      form.attributes.filter((one) => one.name.trim()).map((one) => [one.name.trim(), one.value.trim()]),
    ),
    pictureIds: form.pictures.map((one) => one.id),
    productSafety: form.safety,
    offersBy: form.ownShop ? ("OWN_SHOP" as const) : ("ANYBODY" as const),
  };
}
