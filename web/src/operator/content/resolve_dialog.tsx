import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { fault, useForm } from "../../ui/form";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { type Report, resolve } from "./content";

const DECISIONS = ["NO_ACTION", "CONTENT_REMOVED"] as const;
const Answer = v.object({
  decision: v.picklist(DECISIONS),
  answer: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

/** What was found of a report, and what its author is to know of that. */
export function ResolveDialog({ report, close }: { report: Report; close: () => void }) {
  const { said } = useWords("op_content");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const { form, onSubmit, busy, problem, wrong } = useForm(Answer, async (body) => {
    await resolve(report.id, body);
    tell({ words: said.answered, target: report.id });
    stale();
    close();
  });
  return (
    <Dialog heading={said.toAnswer} close={close}>
      <p class="prose">{report.text}</p>
      <Does lines={[said.answerDoes, said.answerRemovesNothing]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Select
          name="decision"
          label={said.found}
          options={DECISIONS.map((value) => ({ value, label: said.decisions[value] }))}
          wrong={wrong.decision}
        />
        <TextArea
          name="answer"
          label={said.answer}
          hint={said.answerHint}
          maxLength={2000}
          wrong={wrong.answer}
        />
        <Send busy={busy} problem={problem}>
          {said.sendAnswer}
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
