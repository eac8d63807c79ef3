import { useState } from "preact/hooks";
import * as v from "valibot";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { useStale } from "../acting";
import { useTell } from "../told";
import { dayStart } from "../waited";
import { type Coupon, changeCoupon } from "./rules";

const Limits = v.object({
  until: v.string(),
  total: v.pipe(v.string(), v.regex(/^\d*$/, fault("refused"))),
  each: v.pipe(v.string(), v.regex(/^\d*$/, fault("refused"))),
});

/** The last day of a span that ends with it, as a date field shows it. */
export function lastDay(until: string | undefined): string {
  if (!until) return "";
  const time = new Date(Date.parse(until) - 1);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** Until when a coupon applies and how often: all of it that can change. */
export function LimitsDialog({ coupon, close }: { coupon: Coupon; close: () => void }) {
  const { said } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const [isOld, setOld] = useState(false);
  const before = {
    until: lastDay(coupon.validUntil),
    total: String(coupon.totalLimit ?? ""),
    each: String(coupon.limitPerBuyer ?? ""),
  };
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Limits,
    async ({ until, total, each }) => {
      const fields = [
        ...(until === before.until ? [] : ["validUntil"]),
        ...(total === before.total ? [] : ["totalLimit"]),
        ...(each === before.each ? [] : ["limitPerBuyer"]),
      ];
      if (fields.length === 0) return close();
      const validUntil = dayStart(until, 1);
      const body = {
        ...(fields.includes("validUntil") && validUntil && { validUntil }),
        ...(fields.includes("totalLimit") && total && { totalLimit: Number(total) }),
        ...(fields.includes("limitPerBuyer") && each && { limitPerBuyer: Number(each) }),
      };
      try {
        await changeCoupon(coupon, body, fields.join(","));
      } catch (refused) {
        setOld(refused instanceof Refusal && refused.status === 412);
        stale();
        throw refused;
      }
      tell({ words: said.limitsSet(coupon.code), target: coupon.id });
      stale();
      close();
    },
    said.reasons,
  );
  return (
    <Dialog heading={said.limitsOf(coupon.code)} close={close}>
      <p class="quiet">{said.limitsDoes}</p>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="until"
          type="date"
          label={said.until}
          defaultValue={before.until}
          wrong={wrong.until ?? wrong.validUntil}
        />
        <Field
          name="total"
          inputMode="numeric"
          label={said.total}
          hint={said.usedAlready(coupon.redeemed)}
          defaultValue={before.total}
          wrong={wrong.total ?? wrong.totalLimit}
        />
        <Field
          name="each"
          inputMode="numeric"
          label={said.each}
          defaultValue={before.each}
          wrong={wrong.each ?? wrong.limitPerBuyer}
        />
        <Send busy={busy} problem={isOld ? said.changedMeanwhile : problem}>
          {said.setLimits}
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
