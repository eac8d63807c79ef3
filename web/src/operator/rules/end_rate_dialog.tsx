import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { dayStart } from "../waited";
import { endTaxRate, type TaxRate } from "./rules";

const Ending = v.object({
  until: v.pipe(v.string(), v.minLength(1, fault("missing"))),
  reason: v.pipe(v.string(), v.trim()),
});

/** From a day on a rate is no more. */
export function EndRateDialog({ rate, close }: { rate: TaxRate; close: () => void }) {
  const { said, format } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const { form, onSubmit, busy, problem, wrong } = useForm(Ending, async ({ until, reason }) => {
    await endTaxRate(rate.id, dayStart(until, 1), reason);
    tell({ words: said.rateEnded, target: rate.id });
    stale();
    close();
  });
  return (
    <Dialog heading={said.endRateOf(format.country(rate.countryCode))} close={close}>
      <Does lines={[said.endRateDoes, said.endRateKeeps]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field name="until" type="date" label={said.lastDay} wrong={wrong.until ?? wrong.validUntil} />
        <TextArea name="reason" label={all.reasonMaybe} hint={all.reasonHint} rows={3} maxLength={200} />
        <Send busy={busy} problem={problem}>
          {said.endRate}
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
