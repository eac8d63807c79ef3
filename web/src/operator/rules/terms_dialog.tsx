import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { publishTerms, type Terms, type TermsKind } from "./rules";

const Written = v.object({
  version: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  title: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  body: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

/** A new version, which begins as the last one. */
export function TermsDialog({
  language,
  kind,
  last,
  close,
}: {
  language: string;
  kind: TermsKind;
  last: Terms | undefined;
  close: () => void;
}) {
  const { said, text } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const tell = useTell();
  const stale = useStale();
  const called = text.terms.kind[kind];
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Written,
    async (given) => {
      await publishTerms(language, { kind, ...given });
      tell({ words: said.published(called) });
      stale();
      close();
    },
    said.reasons,
  );
  return (
    <Dialog heading={said.writeOf(called)} close={close}>
      <Does lines={[said.publishDoes, said.publishKeeps]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="version"
          label={said.version}
          hint={said.versionHint}
          maxLength={40}
          wrong={wrong.version}
        />
        <Field
          name="title"
          label={said.title}
          defaultValue={last?.title ?? called}
          maxLength={200}
          wrong={wrong.title}
        />
        <TextArea
          name="body"
          label={said.body}
          rows={12}
          defaultValue={last?.body ?? ""}
          wrong={wrong.body}
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
