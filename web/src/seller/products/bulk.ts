import { api, type Schemas } from "../../api/client";
import { mine } from "../mine";
import { ownOffer } from "../own";
import type { Offer, Row } from "./products";

type OfferRow = Schemas["OfferRow"];
export type Result = Schemas["OfferRowResult"];

// What one request takes.
const MOST_ROWS = 100;

/** What is to become of all that is chosen. */
export type Change =
  | { kind: "price"; amount: number; currency: string }
  | { kind: "percent"; percent: number }
  | { kind: "stock"; stock: number }
  | { kind: "state"; state: Offer["state"] };

/** A price that is changed by so many per cent, to the nearest minor unit and never below nothing. */
export function changedBy(amount: number, percent: number): number {
  return Math.max(0, Math.round((amount * (100 + percent)) / 100));
}

/** One row for each offer, only if it is still the version that was seen. A price in another currency than that of the offer is another price of it. */
export function rowsFor(offers: readonly Offer[], change: Change): OfferRow[] {
  return offers.map((offer) => rowFor(offer, change));
}

function rowFor(offer: Offer, change: Change): OfferRow {
  const row = { offerId: offer.id, ifMatch: offer.etag };
  switch (change.kind) {
    case "price":
      return { ...row, price: { amount: change.amount, currency: change.currency } };
    case "percent":
      return {
        ...row,
        price: { amount: changedBy(offer.price.amount, change.percent), currency: offer.price.currency },
      };
    case "stock":
      return {
        ...row,
        stock: change.stock,
        ...(offer.onHand !== undefined && { expectedStock: offer.onHand }),
      };
    case "state":
      return { ...row, state: change.state };
  }
}

/** All rows, a hundred at a time; `keyOf` gives the key of a request. What each came to, in their order. */
export async function sendRows(
  sellerId: string,
  rows: readonly OfferRow[],
  keyOf: (request: unknown) => string,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < rows.length; at += MOST_ROWS) {
    const body = { rows: rows.slice(at, at + MOST_ROWS) };
    const params = { path: { sellerId }, header: { "Idempotency-Key": keyOf(body) } };
    const done = await mine(() => api.POST("/v1/sellers/{sellerId}/offers:batchUpdate", { params, body }));
    results.push(...done.results);
  }
  return results;
}

/** What is known of rows after a change of many: those that are done as they are now, those that were refused as somebody else has left them. */
export async function renewed(
  known: ReadonlyMap<string, Row>,
  results: readonly Result[],
): Promise<ReadonlyMap<string, Row>> {
  const next = new Map(known);
  const set = (row: Row, offer: Offer) => next.set(row.id, { ...row, offer });
  await Promise.all(
    results.map(async ({ offerId, offer, problem }) => {
      const row = known.get(offerId);
      if (row?.offer && offer) set(row, { ...row.offer, ...offer });
      // Who can't be asked now is refused once more, by name.
      else if (row && problem)
        await ownOffer(offerId).then(
          (now) => set(row, now),
          () => undefined,
        );
    }),
  );
  return next;
}
