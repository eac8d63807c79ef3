import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";

export type Wish = Schemas["Wish"];

export const WISHES = ["mine", "wishes"] as const;

export const wishes = (pageToken: string) =>
  asMember(() =>
    ask(api.GET("/v1/wishlist", { params: { query: { pageSize: 20, ...(pageToken && { pageToken }) } } })),
  );

export const putWish = (offerId: string, currency?: string) =>
  asMember(() =>
    ask(
      api.PUT("/v1/wishlist/{offerId}", {
        params: { path: { offerId } },
        body: currency ? { currency } : {},
      }),
    ),
  );

export const dropWish = (offerId: string) =>
  asMember(() => ask(api.DELETE("/v1/wishlist/{offerId}", { params: { path: { offerId } } })));

/** By how much the price has changed since it was saved, in minor units: less than 0 where it fell, 0 where nobody can say. */
export function changeOf({ price, priceThen }: Pick<Wish, "price" | "priceThen">): number {
  if (!price || !priceThen || price.currency !== priceThen.currency) return 0;
  return price.amount - priceThen.amount;
}
