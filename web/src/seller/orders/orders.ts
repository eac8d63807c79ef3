import { queryOptions } from "@tanstack/preact-query";
import { api, type Schemas } from "../../api/client";
import type { Tone } from "../../ui/badge";
import { mine } from "../mine";

export type SellerOrder = Schemas["SellerOrder"];
export type State = SellerOrder["state"];
export type Line = SellerOrder["lines"][number];

/** What has to be worked on, from left to right. */
export const BOARD = ["PLACED", "ACCEPTED", "PARTIALLY_SHIPPED", "SHIPPED"] as const;
export const STATES: readonly State[] = [...BOARD, "DELIVERED", "COMPLETED", "CANCELLED", "REJECTED"];

export function toneOf(state: State): Tone {
  if (state === "PLACED" || state === "ACCEPTED" || state === "PARTIALLY_SHIPPED") return "wait";
  if (state === "CANCELLED" || state === "REJECTED" || state === "FAILED") return "bad";
  return state === "COMPLETED" ? "quiet" : "good";
}

/** Of a line, what is neither sent nor cancelled yet. */
export function leftOf({ quantity, shippedQuantity, cancelledQuantity }: Line): number {
  return quantity - shippedQuantity - cancelledQuantity;
}

/** How many orders are in each state. */
export const counts = (sellerId: string) =>
  queryOptions({
    queryKey: ["mine", "seller", sellerId, "orders", "count"],
    queryFn: async () => {
      const { counts: said } = await mine(() =>
        api.GET("/v1/sellers/{sellerId}/orders:count", { params: { path: { sellerId } } }),
      );
      return Object.fromEntries(said.map(({ state, count }) => [state, count])) as Partial<
        Record<State, number>
      >;
    },
  });

export const orderOf = (id: string) =>
  queryOptions({
    queryKey: ["mine", "order", id],
    queryFn: () =>
      mine(() => api.GET("/v1/sellerOrders/{sellerOrderId}", { params: { path: { sellerOrderId: id } } })),
  });

export type Search = { states?: readonly State[]; number?: string; from?: string; until?: string };

/** What a list of orders is asked: days as they are written in a date field, the last one included. */
export function queryOf({ states, number, from, until }: Search) {
  const next = until ? new Date(Date.parse(until) + 86_400_000).toISOString() : "";
  return {
    ...(states && states.length > 0 && { state: [...states] }),
    ...(number && { number }),
    ...(from && { createTimeFrom: `${from}T00:00:00Z` }),
    ...(next && { createTimeTo: next }),
  };
}
