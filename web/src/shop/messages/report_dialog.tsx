import * as v from "valibot";
import { useLetterText } from "../../text/letters";
import { Dialog } from "../../ui/dialog";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { type Conversation, report } from "./letters";

const Entry = v.object({ reason: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

export function ReportDialog({
  id,
  close,
  done,
}: {
  id: string;
  close: () => void;
  done: (now: Conversation) => void;
}) {
  const here = useLetterText();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async ({ reason }) => done(await report(id, reason)),
    here.reasons,
  );
  return (
    <Dialog heading={here.report} close={close}>
      <p class="quiet">{here.reportLead}</p>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <TextArea name="reason" label={here.reportWhy} maxLength={500} wrong={wrong.reason} />
        <Send busy={busy} problem={problem}>
          {here.reportSend}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {here.cancel}
        </button>
      </div>
    </Dialog>
  );
}
