import type { Schemas } from "../../api/client";
import { readAmount, writeAmount } from "../../text/amount";
import { ppmOf } from "../rules/rules";
import type { Rule } from "./commissions";

/** The amounts of a rule, which have one currency. */
export const AMOUNTS = ["priceFrom", "priceBelow", "fixed", "floor", "cap"] as const;
export const FIELDS = [
  "name",
  "sellerId",
  "categoryId",
  "percentage",
  "tax",
  "currency",
  ...AMOUNTS,
] as const;

/** A rule as its form has it: everything is written. */
export type Written = Record<(typeof FIELDS)[number], string> & { onDelivery: boolean };

const perCent = (ppm: number): string => String(ppm / 10_000);

/** What the form begins with: a rule that is there, or nothing. */
export function writtenOf(rule: Rule | undefined): Written {
  const money = AMOUNTS.map((name) => rule?.[name]).find((one) => one !== undefined);
  const amount = (name: (typeof AMOUNTS)[number]) => {
    const found = rule?.[name];
    return found ? writeAmount(found.amount, found.currency) : "";
  };
  return {
    name: rule?.name ?? "",
    sellerId: rule?.sellerId ?? "",
    categoryId: rule?.categoryId ?? "",
    percentage: rule ? perCent(rule.percentagePpm) : "",
    tax: rule?.taxPpm ? perCent(rule.taxPpm) : "",
    currency: money?.currency ?? "EUR",
    priceFrom: amount("priceFrom"),
    priceBelow: amount("priceBelow"),
    fixed: amount("fixed"),
    floor: amount("floor"),
    cap: amount("cap"),
    onDelivery: rule?.onDelivery ?? false,
  };
}

/** The fields that hold what can't be read. */
export function unreadable(written: Written): string[] {
  return [
    ...(written.name.trim() ? [] : ["name"]),
    ...(ppmOf(written.percentage || "0") === undefined ? ["percentage"] : []),
    ...(ppmOf(written.tax || "0") === undefined ? ["tax"] : []),
    ...AMOUNTS.filter(
      (name) => written[name].trim() && readAmount(written[name], written.currency) === undefined,
    ),
  ];
}

/** What was written, as the contract takes it; what is left empty is left out. */
export function draftOf(written: Written): Schemas["CommissionRuleDraft"] {
  const { currency, name, sellerId, categoryId } = written;
  const amounts = AMOUNTS.flatMap((one) => {
    const amount = written[one].trim() ? readAmount(written[one], currency) : undefined;
    return amount === undefined ? [] : [[one, { amount, currency }] as const];
  });
  return {
    name: name.trim(),
    ...(sellerId.trim() && { sellerId: sellerId.trim() }),
    ...(categoryId && { categoryId }),
    percentagePpm: ppmOf(written.percentage || "0") ?? 0,
    ...Object.fromEntries(amounts),
    ...(written.onDelivery && { onDelivery: true }),
    ...(ppmOf(written.tax || "0") ? { taxPpm: ppmOf(written.tax) ?? 0 } : {}),
  };
}

// Everything that a change may name: in the mask without a value is "none".
const CHANGED = [
  "name",
  "sellerId",
  "categoryId",
  "percentagePpm",
  ...AMOUNTS,
  "onDelivery",
  "taxPpm",
] as const satisfies readonly (keyof Schemas["CommissionRuleDraft"])[];

/** What of a rule is another now: the names of its fields. Of a change of the currency all amounts are. */
export function changedFields(before: Written, after: Written): string[] {
  const one = draftOf(before);
  const other = draftOf(after);
  return CHANGED.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}
