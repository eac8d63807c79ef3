import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import type { Tone } from "../../ui/badge";
import { PAGE } from "../listed";
import { between } from "../waited";

export type PaymentState = Schemas["PaymentState"];
export type Balance = Schemas["TrialBalanceResultBalance"];

export const PAYMENT_TONES: Readonly<Record<PaymentState, Tone>> = {
  CREATED: "wait",
  AUTHORIZED: "wait",
  CAPTURED: "good",
  DECLINED: "quiet",
  VOIDED: "quiet",
  UNKNOWN: "bad",
  CAPTURE_FAILED: "bad",
  REQUIRES_ACTION: "wait",
};
export const PAYMENT_STATES = Object.keys(PAYMENT_TONES) as PaymentState[];

type Asked = Readonly<Record<string, string>>;

export const payments = ({ state, order, from, to }: Asked, pageToken = "", pageSize = PAGE) => {
  const known = PAYMENT_STATES.find((one) => one === state);
  const query = {
    pageSize,
    ...(known && { state: known }),
    ...(order && { orderId: order }),
    ...between(from, to),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/payments", { params: { query } }))).then((answer) => ({
    rows: answer.payments,
    nextPageToken: answer.nextPageToken,
  }));
};

/** The accounts of the ledger, as it names them; money_test.ts holds the list to it. */
export const ACCOUNTS = [
  "psp_clearing",
  "order_escrow",
  "seller_pending",
  "seller_available",
  "seller_reserve",
  "payout_clearing",
  "commission_revenue",
  "commission_tax",
  "provider_fees",
  "coupon_funding",
  "disputes",
  "goodwill",
] as const;
/** Those that are a shop's. */
export const isShops = (account: string) => /^(seller_.*|payout_clearing)$/.test(account);

export const entries = ({ payment, account, shop, from, to }: Asked, pageToken: string) => {
  const query = {
    pageSize: PAGE,
    ...(payment && { paymentId: payment }),
    ...(account && { account }),
    ...(shop && { ownerId: shop }),
    ...between(from, to),
    ...(pageToken && { pageToken }),
  };
  return asMember(() => ask(api.GET("/v1/ledger/entries", { params: { query } }))).then((answer) => ({
    rows: answer.entries,
    nextPageToken: answer.nextPageToken,
  }));
};

/** The moment that a field for a time of the reader's says, as the contract writes times; "" for none. */
export function momentOf(written: string | undefined): string {
  const time = new Date(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(written ?? "") ? (written ?? "") : Number.NaN);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

/** What was on each account by then; now, where no time is said. */
export const balances = (asOf: string) =>
  asMember(() => ask(api.GET("/v1/ledger/balances", { params: { query: asOf ? { asOf } : {} } }))).then(
    (answer) => answer.balances,
  );

/** What all accounts come to in each currency: nothing but 0, or money has been lost or made. */
export function sumsOf(all: readonly Balance[]): { currency: string; amount: number }[] {
  const sums = new Map<string, number>();
  for (const { currency, amount } of all) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums]
    .map(([currency, amount]) => ({ currency, amount }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
