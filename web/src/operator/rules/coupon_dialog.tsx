import { useState } from "preact/hooks";
import * as v from "valibot";
import { minorUnits } from "../../text/format";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Does, useStale } from "../acting";
import { minorOf } from "../orders/orders";
import { useTell } from "../told";
import { dayStart } from "../waited";
import { type CouponDraft, makeCoupon, ppmOf } from "./rules";

const KINDS = ["PERCENTAGE", "FIXED", "FREE_DELIVERY"] as const;
const CURRENCIES = ["EUR", "USD", "GBP", "RUB", "JPY"] as const;

const Draft = v.object({
  code: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  kind: v.picklist(KINDS),
  percent: v.string(),
  amount: v.string(),
  currency: v.string(),
  shop: v.pipe(v.string(), v.trim()),
  from: v.string(),
  until: v.string(),
  total: v.pipe(v.string(), v.regex(/^\d*$/, fault("refused"))),
  each: v.pipe(v.string(), v.regex(/^\d*$/, fault("refused"))),
});
type Given = v.InferOutput<typeof Draft>;

/** What a form says of a coupon, as the contract takes it; what is left empty is left out. */
export function draftOf(given: Given): CouponDraft {
  const validFrom = dayStart(given.from);
  const validUntil = dayStart(given.until, 1);
  return {
    code: given.code,
    kind: given.kind,
    ...(given.kind === "PERCENTAGE" && { percentagePpm: ppmOf(given.percent) ?? 0 }),
    ...(given.kind === "FIXED" && {
      amount: { amount: minorOf(given.amount, minorUnits(given.currency)) ?? 0, currency: given.currency },
    }),
    ...(given.shop && { onlySellerId: given.shop }),
    ...(validFrom && { validFrom }),
    ...(validUntil && { validUntil }),
    ...(given.total && { totalLimit: Number(given.total) }),
    ...(given.each && { limitPerBuyer: Number(given.each) }),
  };
}

/** A coupon of the marketplace. What it takes off, of what and for whom, never changes after that. */
export function CouponDialog({ close }: { close: () => void }) {
  const { said, text } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("PERCENTAGE");
  const { refused } = text.problem.fault;
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Draft,
    async (given) => {
      const made = await makeCoupon(draftOf(given));
      tell({ words: said.couponMade(made.code), target: made.id });
      stale();
      close();
    },
    said.reasons,
    ({ percent, amount, currency }) => {
      if (kind === "PERCENTAGE" && !ppmOf(String(percent))) return { percent: refused };
      if (kind === "FIXED" && !minorOf(String(amount), minorUnits(String(currency))))
        return { amount: refused };
      return {};
    },
  );
  return (
    <Dialog heading={said.makeCoupon} close={close}>
      <Does lines={[said.couponDoes, said.couponStays]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field name="code" label={said.code} hint={said.codeHint} maxLength={40} wrong={wrong.code} />
        <Select
          name="kind"
          label={said.kind}
          options={KINDS.map((value) => ({ value, label: said.kinds[value] }))}
          chosen={kind}
          onChange={(event) => setKind(KINDS.find((one) => one === event.currentTarget.value) ?? kind)}
        />
        <div class="field" hidden={kind !== "PERCENTAGE"}>
          <Field
            name="percent"
            label={said.percent}
            inputMode="decimal"
            wrong={wrong.percent ?? wrong.percentagePpm}
          />
        </div>
        <div class="field" hidden={kind !== "FIXED"}>
          <Field name="amount" label={said.amount} inputMode="decimal" wrong={wrong.amount} />
          <Select
            name="currency"
            label={said.currency}
            options={CURRENCIES.map((value) => ({ value, label: value }))}
          />
        </div>
        <Field
          name="shop"
          label={said.onlyShop}
          hint={said.onlyShopHint}
          wrong={wrong.shop ?? wrong.onlySellerId}
        />
        <Field name="from" type="date" label={said.from} wrong={wrong.from ?? wrong.validFrom} />
        <Field name="until" type="date" label={said.until} wrong={wrong.until ?? wrong.validUntil} />
        <Field name="total" inputMode="numeric" label={said.total} wrong={wrong.total ?? wrong.totalLimit} />
        <Field name="each" inputMode="numeric" label={said.each} wrong={wrong.each ?? wrong.limitPerBuyer} />
        <Send busy={busy} problem={problem}>
          {said.makeCoupon}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {all.leaveIt}
        </button>
      </div>
    </Dialog>
  );
}
