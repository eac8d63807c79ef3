import { useState } from "preact/hooks";
import * as v from "valibot";
import { readAmount, writeAmount } from "../../text/amount";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { type Adjustment, type Finding, resolveFinding } from "./findings";
import { ACCOUNTS, isShops } from "./money";
import "./money.css";

const line = v.optional(v.pipe(v.string(), v.trim()), "");
const Given = v.object({
  note: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  debitSellerId: line,
  creditSellerId: line,
});

const NOTE = 1000;

/** Says what was found out, and books what puts it right, where something has to be. */
export function ResolveFinding({ finding, close }: { finding: Finding; close: () => void }) {
  const { said, text, format } = useWords("op_money");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const keys = useKeys();
  const { currency } = finding;
  const [books, setBooks] = useState(false);
  const [debit, setDebit] = useState<string>(finding.amount > 0 ? "psp_clearing" : "goodwill");
  const [credit, setCredit] = useState<string>(finding.amount > 0 ? "goodwill" : "psp_clearing");
  const [written, setWritten] = useState(writeAmount(Math.abs(finding.amount), currency));
  const amount = readAmount(written, currency) ?? 0;
  const name = (account: string) => said.accounts[account] ?? account;
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async ({ note, debitSellerId, creditSellerId }) => {
      const adjustment: Adjustment = {
        debitAccount: debit,
        ...(isShops(debit) && { debitSellerId }),
        creditAccount: credit,
        ...(isShops(credit) && { creditSellerId }),
        amount: { amount, currency },
      };
      const body = { note, ...(books && { adjustment }) };
      await resolveFinding(finding.id, body, keys.of(body));
      keys.answered();
      tell({ words: said.findingDone, target: finding.id });
      stale();
      close();
    },
    {},
    ({ debitSellerId, creditSellerId }) => {
      const { missing, refused } = text.problem.fault;
      if (!books) return {};
      return {
        ...(isShops(debit) && !debitSellerId && { debitSellerId: missing }),
        ...(isShops(credit) && !creditSellerId && { creditSellerId: missing }),
        ...(amount < 1 && { amount: refused }),
      };
    },
  );
  const options = ACCOUNTS.map((value) => ({ value, label: name(value) }));
  const what = books
    ? said.resolveBooks(format.money({ amount, currency }), name(debit), name(credit))
    : said.resolveNothing;
  return (
    <Dialog heading={said.resolveHeading} close={close}>
      <Does lines={[said.kinds[finding.kind] ?? finding.kind, said.resolveDoes, what]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <TextArea
          name="note"
          label={said.note}
          hint={said.noteHint}
          rows={3}
          maxLength={NOTE}
          wrong={wrong.note}
        />
        <label class="books-check">
          <input type="checkbox" checked={books} onChange={() => setBooks(!books)} />
          {said.books}
        </label>
        {books && (
          <div class="books">
            <Select
              name="debitAccount"
              label={said.debitAccount}
              options={options}
              chosen={debit}
              onChange={(event) => setDebit(event.currentTarget.value)}
              wrong={wrong.debitAccount}
            />
            {isShops(debit) && (
              <Field name="debitSellerId" label={said.debitShop} wrong={wrong.debitSellerId} />
            )}
            <Select
              name="creditAccount"
              label={said.creditAccount}
              options={options}
              chosen={credit}
              onChange={(event) => setCredit(event.currentTarget.value)}
              wrong={wrong.creditAccount}
            />
            {isShops(credit) && (
              <Field name="creditSellerId" label={said.creditShop} wrong={wrong.creditSellerId} />
            )}
            <Field
              name="amount"
              label={said.amountIn(format.sign(currency))}
              inputMode="decimal"
              value={written}
              onInput={(event) => setWritten(event.currentTarget.value)}
              wrong={wrong.amount}
            />
          </div>
        )}
        <Send busy={busy} problem={problem}>
          {said.resolve}
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
