import { useState } from "preact/hooks";
import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { download, exportAll } from "./export";

const Entry = v.object({ password: v.pipe(v.string(), v.minLength(1, fault("missing"))) });

export function ExportForm({ isGuest }: { isGuest: boolean }) {
  const { said, text } = useWords("security");
  const [done, setDone] = useState<number>();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    isGuest ? v.object({ password: v.optional(v.string(), "") }) : Entry,
    async ({ password }) => {
      const records = await exportAll(password);
      download("marketplace.json", JSON.stringify({ records }, null, 2));
      setDone(records.length);
    },
    said.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      {!isGuest && (
        <Field
          name="password"
          type="password"
          label={text.enter.password}
          autocomplete="current-password"
          autofocus
          wrong={wrong.password}
        />
      )}
      <Send busy={busy} problem={problem}>
        {said.exportPress}
      </Send>
      <p class="said" role="status">
        {done !== undefined && said.exportDone(done)}
      </p>
    </form>
  );
}
