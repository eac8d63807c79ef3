import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember, WITH_SESSION } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";

export type Seller = Schemas["Seller"];
export type SellerState = Schemas["SellerState"];

export const STATES: readonly SellerState[] = ["PENDING", "ACTIVE", "SUSPENDED", "CLOSED"];

export const TONES: Readonly<Record<SellerState, Tone>> = {
  PENDING: "wait",
  ACTIVE: "good",
  SUSPENDED: "bad",
  CLOSED: "quiet",
};

export type SellersAsked = { state?: string; name?: string; slug?: string; email?: string };

/** The state that a URL asks for; what is none is none. */
export function readState<S extends string>(states: readonly S[], said: string | undefined): S | undefined {
  return states.find((one) => one === said);
}

export const sellers = ({ state, name, slug, email }: SellersAsked, pageToken = "", pageSize = PAGE) => {
  const known = readState(STATES, state);
  return asMember(() =>
    ask(
      api.GET("/v1/admin/sellers", {
        params: {
          query: {
            pageSize,
            ...(known && { state: known }),
            ...(name && { name }),
            ...(slug && { slug }),
            ...(email && { ownerEmail: email }),
            ...(pageToken && { pageToken }),
          },
        },
      }),
    ),
  ).then((answer) => ({ rows: answer.sellers, nextPageToken: answer.nextPageToken }));
};

export const sellerQuery = (sellerId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "seller", sellerId],
    queryFn: () =>
      asMember(() =>
        ask(api.GET("/v1/sellers/{sellerId}", { params: { path: { sellerId } }, ...WITH_SESSION })),
      ),
  });

export const members = (sellerId: string) =>
  asMember(() => ask(api.GET("/v1/sellers/{sellerId}/members", { params: { path: { sellerId } } }))).then(
    (answer) => answer.members,
  );

const at = (sellerId: string) => ({ params: { path: { sellerId } } });

export const approve = (id: string) =>
  asMember(() => ask(api.POST("/v1/sellers/{sellerId}:approve", { ...at(id), body: {} })));
export const suspend = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/sellers/{sellerId}:suspend", { ...at(id), body: { reason } })));
export const reinstate = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/sellers/{sellerId}:reinstate", { ...at(id), body: { reason } })));
export const closeShop = (id: string, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/sellers/{sellerId}:close", { ...at(id), body: { ...(reason && { reason }) } })),
  );
