import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";

export type Return = Schemas["Return"];
export type ReturnState = Schemas["ReturnState"];

export const TONES: Readonly<Record<ReturnState, Tone>> = {
  REQUESTED: "wait",
  APPROVED: "wait",
  IN_TRANSIT: "wait",
  RECEIVED: "wait",
  CLOSED: "good",
  REJECTED: "quiet",
};
export const STATES = Object.keys(TONES) as ReturnState[];

export const returns = (
  { state, order, shop, buyer }: Readonly<Record<string, string>>,
  pageToken: string,
) => {
  const known = STATES.find((one) => one === state);
  const query = {
    pageSize: PAGE,
    ...(known && { state: known }),
    ...(order && { orderId: order }),
    ...(shop && { sellerId: shop }),
    ...(buyer && { buyerId: buyer }),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/returns", { params: { query } }))).then((answer) => ({
    rows: answer.returns,
    nextPageToken: answer.nextPageToken,
  }));
};

const at = (returnId: string) => ({ params: { path: { returnId } } });
const why = (reason: string) => (reason ? { reason } : {});

export const returnQuery = (returnId: string) =>
  queryOptions({
    queryKey: ["mine", "op", "return", returnId],
    queryFn: () => asMember(() => ask(api.GET("/v1/returns/{returnId}", at(returnId)))),
  });

export const approve = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/returns/{returnId}:approve", { ...at(id), body: why(reason) })));
export const reject = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/returns/{returnId}:reject", { ...at(id), body: { reason } })));
export const receive = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/returns/{returnId}:receive", { ...at(id), body: why(reason) })));
export const closeReturn = (id: string, restock: boolean, reason: string) =>
  asMember(() =>
    ask(api.POST("/v1/returns/{returnId}:close", { ...at(id), body: { restock, ...why(reason) } })),
  );

/** What can be done with a return in its state, as services/order/domain has it. */
export function actsIn(state: ReturnState) {
  return {
    approve: state === "REQUESTED",
    reject: state === "REQUESTED" || state === "RECEIVED",
    receive: state === "APPROVED" || state === "IN_TRANSIT",
    close: state === "APPROVED" || state === "IN_TRANSIT" || state === "RECEIVED",
  };
}
