import { useQuery } from "@tanstack/preact-query";
import { useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fieldOf } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Does, useStale } from "../acting";
import { categories } from "../categories/categories";
import { pathNames } from "../categories/tree";
import { useTell } from "../told";
import { changeRule, makeRule, type Rule } from "./commissions";
import { AMOUNTS, changedFields, draftOf, unreadable, type Written, writtenOf } from "./draft";
import "../money/money.css";

const CURRENCIES = ["EUR", "USD", "GBP", "RUB", "JPY"] as const;

/** A new rule, or the next version of one that is there. */
export function RuleDialog({
  rule,
  close,
  done,
}: {
  rule?: Rule;
  close: () => void;
  done?: (made: Rule) => void;
}) {
  const { said, text, language } = useWords("op_money");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const keys = useKeys();
  const form = useRef<HTMLFormElement>(null);
  const [written, setWritten] = useState<Written>(() => writtenOf(rule));
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { data: tree } = useQuery({
    queryKey: ["mine", "op", "categories", "named", language],
    queryFn: () => categories(language),
  });
  const set = (patch: Partial<Written>) => setWritten({ ...written, ...patch });
  const refuse = (faults: Readonly<Record<string, string>>, whole?: string) => {
    setWrong(faults);
    setProblem(whole);
    setBusy(false);
    const first = form.current?.elements.namedItem(Object.keys(faults)[0] ?? "");
    if (first instanceof HTMLElement) first.focus();
  };
  const save = async (): Promise<Rule | undefined> => {
    if (!rule) {
      const body = draftOf(written);
      const made = await makeRule(body, keys.of(body));
      keys.answered();
      return made;
    }
    const fields = changedFields(writtenOf(rule), written);
    if (fields.length === 0) return undefined;
    const draft = draftOf(written);
    const body = Object.fromEntries(Object.entries(draft).filter(([name]) => fields.includes(name)));
    return changeRule(rule, body, fields.join(","));
  };
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const { missing, refused } = text.problem.fault;
    const faults = unreadable(written);
    if (faults.length > 0)
      return refuse(Object.fromEntries(faults.map((name) => [name, name === "name" ? missing : refused])));
    setBusy(true);
    try {
      const saved = await save();
      if (saved) {
        tell({ words: rule ? said.ruleChanged(saved.name) : said.ruleMade(saved.name), target: saved.id });
        stale();
      }
      close();
      if (saved) done?.(saved);
    } catch (refusal) {
      const fields = refusal instanceof Refusal ? refusal.fields : [];
      // "fixed.amount" is of the field `fixed`.
      const named = (field: string) =>
        ({ percentagePpm: "percentage", taxPpm: "tax" })[field] ??
        fieldOf(field.replace(/\.amount$|\.currency$/, ""));
      refuse(Object.fromEntries(fields.map(({ field }) => [named(field), refused])), wordsOf(refusal, text));
    }
  };
  const field = (name: Exclude<keyof Written, "onDelivery">) => ({
    name,
    value: written[name],
    onInput: (event: { currentTarget: HTMLInputElement }) => set({ [name]: event.currentTarget.value }),
    wrong: wrong[name],
    autocomplete: "off",
  });
  return (
    <Dialog heading={rule ? said.changeOf(rule.name) : said.makeRule} close={close}>
      <Does lines={[!rule ? said.ruleDoes : rule.state === "DRAFT" ? said.draftDoes : said.changeDoes]} />
      <form ref={form} onSubmit={send} noValidate>
        <Field {...field("name")} label={said.ruleName} hint={said.ruleNameHint} maxLength={100} />
        <Field {...field("percentage")} label={said.percentage} hint={said.percentHint} inputMode="decimal" />
        <Select
          name="categoryId"
          label={said.category}
          chosen={written.categoryId}
          options={[
            { value: "", label: said.anyCategory },
            ...(tree ?? []).map((one) => ({ value: one.id, label: pathNames(tree ?? [], one.id) })),
          ]}
          onChange={(event) => set({ categoryId: event.currentTarget.value })}
          wrong={wrong.categoryId}
        />
        <Field {...field("sellerId")} label={all.shopId} hint={said.onlyShopHint} />
        <fieldset class="books">
          <legend>{said.amounts}</legend>
          <Select
            name="currency"
            label={said.currency}
            chosen={written.currency}
            options={[...new Set([...CURRENCIES, written.currency])].map((value) => ({
              value,
              label: value,
            }))}
            onChange={(event) => set({ currency: event.currentTarget.value })}
          />
          {AMOUNTS.map((name) => (
            <Field key={name} {...field(name)} label={said.amountOf[name]} inputMode="decimal" />
          ))}
        </fieldset>
        <label class="books-check">
          <input
            type="checkbox"
            checked={written.onDelivery}
            onChange={() => set({ onDelivery: !written.onDelivery })}
          />
          {said.delivery}
        </label>
        <Field {...field("tax")} label={said.taxPercent} inputMode="decimal" />
        <Send busy={busy} problem={problem}>
          {rule ? said.save : said.makeRule}
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
