import { queryOptions } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";

export type Payout = Schemas["Payout"];
export type PayoutState = Schemas["PayoutState"];

export const PAYOUT_TONES: Readonly<Record<PayoutState, Tone>> = {
  DUE: "wait",
  SUBMITTED: "wait",
  PAID: "good",
  FAILED: "bad",
  RETURNED: "bad",
};
export const PAYOUT_STATES = Object.keys(PAYOUT_TONES) as PayoutState[];

type Asked = Readonly<Record<string, string>>;

export const payouts = ({ state, shop, currency }: Asked, pageToken = "", pageSize = PAGE) => {
  const known = PAYOUT_STATES.find((one) => one === state);
  const query = {
    pageSize,
    ...(known && { state: known }),
    ...(shop && { sellerId: shop }),
    ...(currency && { currency: currency.toUpperCase() }),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/payouts", { params: { query } }))).then((answer) => ({
    rows: answer.payouts,
    nextPageToken: answer.nextPageToken,
  }));
};

const at = (payoutId: string) => ({ path: { payoutId } });

export const payoutQuery = (id: string) =>
  queryOptions({
    queryKey: ["mine", "op", "payout", id],
    queryFn: () => asMember(() => ask(api.GET("/v1/payouts/{payoutId}", { params: at(id) }))),
  });

export const linesOf = (id: string, pageToken: string) =>
  asMember(() =>
    ask(
      api.GET("/v1/payouts/{payoutId}/lines", {
        params: { ...at(id), query: { pageSize: PAGE, ...(pageToken && { pageToken }) } },
      }),
    ),
  ).then((answer) => ({ rows: answer.lines, nextPageToken: answer.nextPageToken }));

export const markPaid = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/payouts/{payoutId}:markPaid", { params: at(id), body: { reason } })));

export const markReturned = (id: string, reason: string) =>
  asMember(() => ask(api.POST("/v1/payouts/{payoutId}:markReturned", { params: at(id), body: { reason } })));

/** What can still be said of a payout: what the bank has may have arrived or come back, what has arrived may come back. */
export const mayArrive = ({ state }: Pick<Payout, "state">) => state === "SUBMITTED";
export const mayComeBack = ({ state }: Pick<Payout, "state">) => state === "SUBMITTED" || state === "PAID";

/** Where it goes, in a line; never a whole number of an account. */
export const destinationOf = ({
  accountHolder,
  ibanLast4,
  providerAccount,
}: Pick<Payout, "accountHolder" | "ibanLast4" | "providerAccount">): string =>
  providerAccount ?? [accountHolder, ibanLast4 && `…${ibanLast4}`].filter(Boolean).join(", ");
