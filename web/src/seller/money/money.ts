import { queryOptions } from "@tanstack/preact-query";
import { api, type Schemas } from "../../api/client";
import { Refusal } from "../../api/refusal";
import type { Tone } from "../../ui/badge";
import { mine } from "../mine";

export type Balance = Schemas["SellerBalanceInCurrency"];
export type Sale = Schemas["Sale"];
export type Payout = Schemas["Payout"];
export type PayoutAccount = Schemas["PayoutAccount"];

export const SALE_TONES: Readonly<Record<Sale["state"], Tone>> = {
  PLACED: "wait",
  EARNED: "wait",
  RELEASED: "good",
};
export const SALE_STATES = Object.keys(SALE_TONES) as Sale["state"][];

export const PAYOUT_TONES: Readonly<Record<Payout["state"], Tone>> = {
  DUE: "wait",
  SUBMITTED: "wait",
  PAID: "good",
  FAILED: "bad",
  RETURNED: "bad",
};
export const PAYOUT_STATES = Object.keys(PAYOUT_TONES) as Payout["state"][];

/** What everything about a shop's money is kept by: what is done with some of it makes all of it anew. */
export const moneyKey = (sellerId: string) => ["mine", ...ofMoney(sellerId)] as const;
/** The same for lists, which are somebody's own by themselves. */
export const ofMoney = (sellerId: string) => ["seller", sellerId, "money"] as const;

/** What the marketplace owes the shop, by currency. */
export const balances = (sellerId: string) =>
  queryOptions({
    queryKey: [...moneyKey(sellerId), "balance"],
    queryFn: () =>
      mine(() => api.GET("/v1/sellers/{sellerId}/balance", { params: { path: { sellerId } } })).then(
        (answer) => answer.balances,
      ),
  });

/** Where the shop's money goes; null where nobody has said so yet. */
export const bankOf = (sellerId: string) =>
  queryOptions({
    queryKey: [...moneyKey(sellerId), "bank"],
    queryFn: async (): Promise<PayoutAccount | null> => {
      try {
        return await mine(() =>
          api.GET("/v1/sellers/{sellerId}/payoutAccount", { params: { path: { sellerId } } }),
        );
      } catch (refused) {
        if (refused instanceof Refusal && refused.reason === "NOT_FOUND") return null;
        throw refused;
      }
    },
  });

/** The days of a filter, as lists of money are asked for them: by UTC, as statements are, the last one included. */
export function spanOf({ from, until }: Readonly<Record<string, string>>) {
  const next = until ? new Date(Date.parse(until) + 86_400_000).toISOString() : "";
  return { ...(from && { createTimeFrom: `${from}T00:00:00Z` }), ...(next && { createTimeTo: next }) };
}

/** A payout's destination in a line: "Ada Ltd, …3000", or the account with the provider. */
export const destinationOf = ({
  accountHolder,
  ibanLast4,
  providerAccount,
}: Pick<PayoutAccount, "accountHolder" | "ibanLast4" | "providerAccount">): string =>
  providerAccount ?? [accountHolder, ibanLast4 && `…${ibanLast4}`].filter(Boolean).join(", ");

/** What there is to pay out, in each currency that there is something in. */
export const dueOf = (all: readonly Balance[]): Balance[] => all.filter((one) => one.available.amount > 0);

/** How long a change of the bank account still keeps payouts back; "" where it does not. */
export const heldUntil = (account: PayoutAccount | null | undefined, now = Date.now()): string =>
  account?.heldUntil && Date.parse(account.heldUntil) > now ? account.heldUntil : "";

export type Change = Schemas["SellerLedgerEntryChange"];

/** What an entry changed in all, account by account: what it booked out and in again is no change. */
export function netOf(changes: readonly Change[]): Change[] {
  const sums = new Map<string, Change>();
  for (const { account, amount } of changes) {
    const key = `${account} ${amount.currency}`;
    const before = sums.get(key)?.amount.amount ?? 0;
    sums.set(key, { account, amount: { ...amount, amount: before + amount.amount } });
  }
  return [...sums.values()].filter(({ amount }) => amount.amount !== 0);
}
