import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { Does, useStale } from "../acting";
import { momentOf } from "../money/money";
import { useTell } from "../told";
import { publishRule, type Rule, takesOf } from "./commissions";

const Given = v.object({ validFrom: v.string() });

/** Puts a version into force, or proposes it where two people are to look at it. */
export function PublishDialog({ rule, close }: { rule: Rule; close: () => void }) {
  const { said, format, language } = useWords("op_money");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Given,
    async ({ validFrom }) => {
      const now = await publishRule(rule.id, momentOf(validFrom));
      tell({
        words: now.state === "PROPOSED" ? said.proposed(rule.name) : said.published(rule.name),
        target: rule.id,
      });
      stale();
      close();
    },
    {},
    ({ validFrom }) => {
      const moment = momentOf(String(validFrom));
      return moment && Date.parse(moment) <= Date.now() ? { validFrom: said.publishTime } : {};
    },
  );
  return (
    <Dialog heading={said.publishOf(rule.name)} close={close}>
      <Does
        lines={[
          said.publishDoes(takesOf(rule, said, format, language)),
          said.publishEnds,
          said.publishSecond,
        ]}
      />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="validFrom"
          type="datetime-local"
          label={said.publishFrom}
          hint={said.publishFromHint}
          wrong={wrong.validFrom}
        />
        <Send busy={busy} problem={problem}>
          {said.publish}
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
