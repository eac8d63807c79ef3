import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { dayStart } from "../waited";
import { makeTaxRate, ppmOf, TAX_CLASSES } from "./rules";

const Rate = v.object({
  country: v.pipe(v.string(), v.trim(), v.regex(/^[A-Za-z]{2}$/, fault("refused"))),
  region: v.pipe(v.string(), v.trim()),
  taxClass: v.picklist(TAX_CLASSES),
  percent: v.pipe(
    v.string(),
    v.check((text) => ppmOf(text) !== undefined, fault("refused")),
  ),
  from: v.string(),
  source: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

/** Another rate; what it says never changes after that. */
export function RateDialog({ close }: { close: () => void }) {
  const { said } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const { form, onSubmit, busy, problem, wrong } = useForm(Rate, async (given) => {
    const validFrom = dayStart(given.from);
    const made = await makeTaxRate({
      countryCode: given.country.toUpperCase(),
      ...(given.region && { region: given.region }),
      taxClass: given.taxClass,
      ratePpm: ppmOf(given.percent) ?? 0,
      ...(validFrom && { validFrom }),
      source: given.source,
    });
    tell({ words: said.rateMade, target: made.id });
    stale();
    close();
  });
  return (
    <Dialog heading={said.makeRate} close={close}>
      <Does lines={[said.rateDoes, said.rateKeeps]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="country"
          label={said.country}
          hint={said.countryHint}
          maxLength={2}
          wrong={wrong.country ?? wrong.countryCode}
        />
        <Field name="region" label={said.region} hint={said.regionHint} wrong={wrong.region} />
        <Select
          name="taxClass"
          label={said.taxClass}
          options={TAX_CLASSES.map((value) => ({ value, label: said.classes[value] ?? value }))}
        />
        <Field
          name="percent"
          label={said.percent}
          inputMode="decimal"
          wrong={wrong.percent ?? wrong.ratePpm}
        />
        <Field
          name="from"
          type="date"
          label={said.from}
          hint={said.fromHint}
          wrong={wrong.from ?? wrong.validFrom}
        />
        <Field
          name="source"
          label={said.source}
          hint={said.sourceHint}
          maxLength={200}
          wrong={wrong.source}
        />
        <Send busy={busy} problem={problem}>
          {said.makeRate}
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
