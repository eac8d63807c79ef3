import { api, type Schemas } from "../../api/client";
import type { Tone } from "../../ui/badge";
import { mine } from "../mine";

export type Product = Schemas["Product"];
export type Offer = Schemas["Offer"];
export type ProductState = Product["state"];

export const PRODUCT_STATES: readonly ProductState[] = [
  "PUBLISHED",
  "DRAFT",
  "PROPOSED",
  "CHANGES_REQUESTED",
  "ARCHIVED",
  "TAKEN_DOWN",
];

export function toneOf(state: ProductState): Tone {
  if (state === "PUBLISHED") return "good";
  if (state === "PROPOSED" || state === "CHANGES_REQUESTED") return "wait";
  return state === "TAKEN_DOWN" ? "bad" : "quiet";
}

/** A line of the list: an offer with its product, or a product that nobody offers yet. */
export type Row = { id: string; product: Product; offer: Offer | undefined };

export function rowsOf(products: readonly Product[]): Row[] {
  return products.flatMap((product): Row[] =>
    product.offers.length > 0
      ? product.offers.map((offer) => ({ id: offer.id, product, offer }))
      : [{ id: product.id, product, offer: undefined }],
  );
}

/** "blue, M" of the options of an offer. */
export const variantOf = (offer: Pick<Offer, "options">) => Object.values(offer.options).join(", ");

export function listProducts(
  sellerId: string,
  state: ProductState | undefined,
  page: { pageToken?: string },
) {
  return api.GET("/v1/sellers/{sellerId}/products", {
    params: { path: { sellerId }, query: { ...(state && { state }), pageSize: 100, ...page } },
  });
}

/** A product, for who may see and not change it: what is for sale by its id, else among the newest of the shop. */
export async function findProduct(sellerId: string, productId: string): Promise<Product> {
  const newest = await mine(() => listProducts(sellerId, undefined, {}));
  return (
    newest.products.find((one) => one.id === productId) ??
    mine(() => api.GET("/v1/products/{productId}", { params: { path: { productId } } }))
  );
}
