import { useState } from "preact/hooks";
import * as v from "valibot";
import { api } from "../../api/client";
import { readAmount, readWhole } from "../../text/amount";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { useShop } from "../shop";

const KINDS = ["PERCENTAGE", "FIXED", "FREE_DELIVERY"] as const;
const Given = v.object({
  code: v.pipe(v.string(), v.trim(), v.regex(/^[A-Za-z0-9-]{3,40}$/, fault("refused"))),
  kind: v.picklist(KINDS),
  worth: v.optional(v.string(), ""),
  minimum: v.string(),
  validUntil: v.string(),
  totalLimit: v.string(),
  limitPerBuyer: v.string(),
});

/** 12.5 of "12.5" or "12,5" per cent, as parts per million; undefined where it is none. */
export function ppmOf(written: string): number | undefined {
  const text = written.trim().replace(",", ".");
  const ppm = Math.round(Number(text) * 10_000);
  return /^\d{1,3}(\.\d{1,4})?$/.test(text) && ppm > 0 && ppm <= 1_000_000 ? ppm : undefined;
}

/** A new coupon. */
export function CouponDialog({
  currency,
  done,
  close,
}: {
  currency: string;
  done: () => void;
  close: () => void;
}) {
  const { said, text } = useWords("shopkeeping");
  const shop = useShop();
  const keys = useKeys();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("PERCENTAGE");
  const optional = (written: unknown, good: boolean) => String(written ?? "").trim() === "" || good;
  const missing = (values: Record<string, unknown>) => {
    const of = (name: string) => String(values[name] ?? "");
    const isWorth =
      kind === "FREE_DELIVERY" ||
      (kind === "FIXED" ? readAmount(of("worth"), currency) : ppmOf(of("worth"))) !== undefined;
    const words = text.problem.fault.refused;
    return {
      ...(!isWorth && { worth: words }),
      ...(!optional(values.minimum, readAmount(of("minimum"), currency) !== undefined) && { minimum: words }),
      ...(!optional(values.totalLimit, (readWhole(of("totalLimit")) ?? 0) > 0) && { totalLimit: words }),
      ...(!optional(values.limitPerBuyer, (readWhole(of("limitPerBuyer"), 1e6) ?? 0) > 0) && {
        limitPerBuyer: words,
      }),
    };
  };
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async (given) => {
      const percentagePpm = ppmOf(given.worth);
      const amount = readAmount(given.worth, currency);
      const minimum = readAmount(given.minimum, currency);
      const totalLimit = readWhole(given.totalLimit);
      const limitPerBuyer = readWhole(given.limitPerBuyer);
      const body = {
        code: given.code,
        kind: given.kind,
        ...(given.kind === "PERCENTAGE" && percentagePpm !== undefined && { percentagePpm }),
        ...(given.kind === "FIXED" && amount !== undefined && { amount: { amount, currency } }),
        ...(minimum !== undefined && { minimum: { amount: minimum, currency } }),
        ...(given.validUntil && { validUntil: new Date(given.validUntil).toISOString() }),
        ...(totalLimit !== undefined && { totalLimit }),
        ...(limitPerBuyer !== undefined && { limitPerBuyer }),
      };
      const params = { path: { sellerId: shop.id }, header: { "Idempotency-Key": keys.of(body) } };
      await mine(() => api.POST("/v1/sellers/{sellerId}/coupons", { params, body }));
      keys.answered();
      done();
      close();
    },
    said.couponReasons,
    missing,
  );
  return (
    <Dialog heading={said.newCoupon} close={close}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field name="code" label={said.code} hint={said.codeHint} autocomplete="off" wrong={wrong.code} />
        <Select
          name="kind"
          label={said.kind}
          chosen={kind}
          options={KINDS.map((value) => ({ value, label: said.couponKind[value] }))}
          onChange={({ currentTarget: { value } }) => {
            const next = KINDS.find((one) => one === value);
            if (next) setKind(next);
          }}
        />
        {kind !== "FREE_DELIVERY" && (
          <Field
            name="worth"
            label={kind === "FIXED" ? said.amountIn(currency) : said.perCentOff}
            inputMode="decimal"
            autocomplete="off"
            wrong={wrong.worth}
          />
        )}
        <div class="form-row">
          <Field
            name="minimum"
            label={said.minimum(currency)}
            inputMode="decimal"
            autocomplete="off"
            wrong={wrong.minimum}
          />
          <Field name="validUntil" label={said.validUntil} type="datetime-local" wrong={wrong.validUntil} />
        </div>
        <div class="form-row">
          <Field
            name="totalLimit"
            label={said.totalLimit}
            inputMode="numeric"
            autocomplete="off"
            wrong={wrong.totalLimit}
          />
          <Field
            name="limitPerBuyer"
            label={said.limitPerBuyer}
            inputMode="numeric"
            autocomplete="off"
            wrong={wrong.limitPerBuyer}
          />
        </div>
        <Send busy={busy} problem={problem}>
          {said.make}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {said.cancel}
        </button>
      </div>
    </Dialog>
  );
}
