import type { Money } from "../../api/catalogue";
import type { Quote, TaxSum } from "../../api/orders";

export type Row =
  | { is: "goods"; count: number; money: Money }
  | { is: "delivery"; money: Money }
  | { is: "coupon"; code: string; money: Money }
  | { is: "taxAdded" | "taxIncluded"; ratePpm: number; money: Money };

type Sum = {
  lines: readonly { quantity: number; unitPrice: Money }[];
  delivery: { price: Money };
  taxes: readonly TaxSum[];
};

function taxesOf(parts: readonly Sum[], mode: "ADDED" | "INCLUDED"): Map<number, number> {
  const sums = new Map<number, number>();
  for (const one of parts.flatMap((part) => part.taxes)) {
    if (one.mode === mode && one.amount.amount > 0)
      sums.set(one.ratePpm, (sums.get(one.ratePpm) ?? 0) + one.amount.amount);
  }
  return sums;
}

/** What makes up a total, in the order in which people add it up; after the total comes what of it is tax. */
export function rowsOf(of: { sellers: readonly Sum[]; coupons: Quote["coupons"]; total: Money }): {
  rows: Row[];
  after: Row[];
} {
  const { currency } = of.total;
  const lines = of.sellers.flatMap((one) => one.lines);
  const money = (amount: number) => ({ amount, currency });
  const sum = (amounts: readonly number[]) => money(amounts.reduce((all, one) => all + one, 0));
  const taxes = (mode: "ADDED" | "INCLUDED", is: "taxAdded" | "taxIncluded"): Row[] =>
    [...taxesOf(of.sellers, mode)].map(([ratePpm, amount]) => ({ is, ratePpm, money: money(amount) }));
  return {
    rows: [
      {
        is: "goods",
        count: lines.reduce((all, one) => all + one.quantity, 0),
        money: sum(lines.map((one) => one.unitPrice.amount * one.quantity)),
      },
      { is: "delivery", money: sum(of.sellers.map((one) => one.delivery.price.amount)) },
      ...of.coupons.map((one): Row => ({ is: "coupon", code: one.code, money: money(-one.amount.amount) })),
      ...taxes("ADDED", "taxAdded"),
    ],
    after: taxes("INCLUDED", "taxIncluded"),
  };
}
