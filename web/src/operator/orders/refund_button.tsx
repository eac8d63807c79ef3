import { useState } from "preact/hooks";
import * as v from "valibot";
import { minorUnits } from "../../text/format";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Does, useStale } from "../acting";
import { useMay } from "../rights";
import { useTell } from "../told";
import { type Money, minorOf, type Payment, refund, refundable } from "./orders";

type Of = { payment: Payment; sellerOrderId: string; number: string };

/** Gives back money of a part of an order, where there is some left of it. */
export function RefundButton(of: Of) {
  const { said } = useWords("op_orders");
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const left = refundable(of.payment, of.sellerOrderId);
  if (!may("refundPayment") || !left) return null;
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label={`${said.refund}: ${of.number}`}
        onClick={() => setOpen(true)}
      >
        {said.refund}
      </button>
      {isOpen && <RefundDialog {...of} left={left} close={() => setOpen(false)} />}
    </>
  );
}

const Given = v.object({
  amount: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  reason: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

function RefundDialog({
  payment,
  sellerOrderId,
  number,
  left,
  close,
}: Of & { left: Money; close: () => void }) {
  const { said, text, format } = useWords("op_orders");
  const { said: all } = useWords("operator");
  const units = minorUnits(left.currency);
  const [written, setWritten] = useState(() => (left.amount / units).toFixed(Math.round(Math.log10(units))));
  const keys = useKeys();
  const tell = useTell();
  const stale = useStale();
  const minor = minorOf(written, units);
  const fits = minor !== undefined && minor > 0 && minor <= left.amount;
  const money = (amount: number) => format.money({ amount, currency: left.currency });
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async ({ reason }) => {
      const body = { sellerOrderId, amount: { amount: minor ?? 0, currency: left.currency }, reason };
      const answer = await refund(payment.id, body, keys.of(body));
      keys.answered();
      const made = answer.refunds.at(-1);
      tell({
        words: made?.state === "FAILED" ? said.refundFailed : said.refundDone(money(minor ?? 0)),
        target: payment.id,
      });
      stale();
      close();
    },
    {},
    () => (fits ? {} : { amount: text.problem.fault.refused }),
  );
  return (
    <Dialog heading={said.refundOf(number)} close={close}>
      <Does
        lines={
          fits
            ? [said.refundDoes(money(minor)), said.refundLeaves(money(left.amount - minor)), said.refundKeeps]
            : [said.refundMost(money(left.amount))]
        }
      />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="amount"
          label={said.refundAmount(format.sign(left.currency))}
          hint={said.refundMost(money(left.amount))}
          inputMode="decimal"
          value={written}
          wrong={wrong.amount}
          onInput={(event) => setWritten(event.currentTarget.value)}
        />
        <TextArea
          name="reason"
          label={all.reason}
          hint={said.refundReason}
          rows={3}
          maxLength={200}
          wrong={wrong.reason}
        />
        <Send busy={busy} problem={problem}>
          {fits ? said.refundGo(money(minor)) : said.refund}
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
