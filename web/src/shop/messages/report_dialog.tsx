import * as v from "valibot";
import { useWords } from "../../text/rooms";
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
  const { said } = useWords("letters");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async ({ reason }) => done(await report(id, reason)),
    said.reasons,
  );
  return (
    <Dialog heading={said.report} close={close}>
      <p class="quiet">{said.reportLead}</p>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <TextArea name="reason" label={said.reportWhy} maxLength={500} wrong={wrong.reason} />
        <Send busy={busy} problem={problem}>
          {said.reportSend}
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
