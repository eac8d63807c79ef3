import { useState } from "preact/hooks";
import * as v from "valibot";
import { api } from "../../api/client";
import { readAmount, writeAmount } from "../../text/amount";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { useShop } from "../shop";
import { type Balance, destinationOf, heldUntil, type PayoutAccount } from "./money";
import "./money.css";

const Given = v.object({ currency: v.optional(v.string()), amount: v.string() });

/** Asks for what the shop is due, or some of it, now: what will come of it stands there before. */
export function PayoutDialog({
  due,
  account,
  done,
  close,
}: {
  due: readonly Balance[];
  account: PayoutAccount;
  done: () => void;
  close: () => void;
}) {
  const { said, text, format } = useWords("money");
  const shop = useShop();
  const keys = useKeys();
  const [currency, setCurrency] = useState(due[0]?.currency ?? "EUR");
  const most = due.find((one) => one.currency === currency)?.available ?? { amount: 0, currency };
  const [written, setWritten] = useState(writeAmount(most.amount, currency));
  const amount = readAmount(written, currency) ?? 0;
  const isGood = amount > 0 && amount <= most.amount;
  const held = heldUntil(account);
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async () => {
      const body = { currency, ...(amount < most.amount && { amount }) };
      const params = { path: { sellerId: shop.id }, header: { "Idempotency-Key": keys.of(body) } };
      await mine(() => api.POST("/v1/sellers/{sellerId}/payouts", { params, body })).finally(done);
      keys.answered();
      close();
    },
    {},
    () =>
      isGood
        ? {}
        : { amount: amount > most.amount ? said.atMost(format.money(most)) : text.problem.fault.refused },
  );
  return (
    <Dialog heading={said.askHeading} close={close}>
      <ul class="will">
        {isGood && <li>{said.askDoes(format.money({ amount, currency }), destinationOf(account))}</li>}
        {isGood && amount < most.amount && (
          <li>{said.askLeaves(format.money({ amount: most.amount - amount, currency }))}</li>
        )}
        <li>{held ? said.heldUntil(format.time(held)) : said.askTakes}</li>
      </ul>
      <form ref={form} onSubmit={onSubmit} noValidate>
        {due.length > 1 && (
          <Select
            name="currency"
            label={said.currency}
            chosen={currency}
            options={due.map((one) => ({ value: one.currency, label: one.currency }))}
            onChange={({ currentTarget: { value } }) => {
              setCurrency(value);
              const next = due.find((one) => one.currency === value);
              setWritten(writeAmount(next?.available.amount ?? 0, value));
            }}
          />
        )}
        <Field
          name="amount"
          label={said.amountIn(format.sign(currency))}
          hint={said.atMost(format.money(most))}
          inputMode="decimal"
          autocomplete="off"
          value={written}
          onInput={(event) => setWritten(event.currentTarget.value)}
          wrong={wrong.amount}
        />
        <Send busy={busy} problem={problem}>
          {said.askGo}
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
