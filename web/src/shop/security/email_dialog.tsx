import * as v from "valibot";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";

const Entry = v.object({
  email: v.pipe(v.string(), v.trim(), v.email(fault("email"))),
  password: v.pipe(v.string(), v.minLength(1, fault("missing"))),
});

export function EmailDialog({ close, done }: { close: () => void; done: (said: string) => void }) {
  const { said, text } = useWords("security");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async (body) => {
      await asMember(() => ask(api.POST("/v1/accounts/me:changeEmail", { body })));
      done(said.emailDone(body.email));
    },
    said.reasons,
  );
  return (
    <Dialog heading={said.emailChange} close={close}>
      <p class="quiet">{said.emailHint}</p>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Field name="email" type="email" label={said.emailNew} autocomplete="email" wrong={wrong.email} />
        <Field
          name="password"
          type="password"
          label={text.enter.password}
          autocomplete="current-password"
          wrong={wrong.password}
        />
        <Send busy={busy} problem={problem}>
          {said.emailChange}
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
