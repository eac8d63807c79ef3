import { api } from "../api/client";
import { mine } from "./mine";
import type { Offer, Product } from "./products/products";
import type { Seller } from "./shop";

// What everybody may read is answered to everybody alike: a cookie counts for nothing there (ADR 46), so a GET shows a shop neither its drafts nor its
// stock. A change of nothing answers with what is there, as its shop sees it, and changes nothing.

export const ownSeller = (sellerId: string): Promise<Seller> =>
  mine(() => api.PATCH("/v1/sellers/{sellerId}", { params: { path: { sellerId } }, body: {} }));

export const ownOffer = (offerId: string): Promise<Offer> =>
  mine(() => api.PATCH("/v1/offers/{offerId}", { params: { path: { offerId } }, body: {} }));

// Of a product with more variants than that, thresholds are not asked for one by one.
const ASKED = 20;

/** A product with its variants, and what only the shop knows of these. */
export async function ownProduct(productId: string, withOffers: boolean): Promise<Product> {
  const product = await mine(() =>
    api.PATCH("/v1/products/{productId}", { params: { path: { productId } }, body: {} }),
  );
  if (!withOffers || product.offers.length > ASKED) return product;
  const offers = await Promise.all(
    product.offers.map((one) => (one.sellerId === product.sellerId ? ownOffer(one.id) : one)),
  );
  return { ...product, offers };
}
