import * as v from "valibot";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, LEAST_PASSWORD, useForm } from "../../ui/form";
import { Send } from "../../ui/send";

const Entry = v.object({
  currentPassword: v.pipe(v.string(), v.minLength(1, fault("missing"))),
  newPassword: v.pipe(v.string(), v.minLength(LEAST_PASSWORD, fault("password"))),
});

export function PasswordDialog({
  email,
  close,
  done,
}: {
  email: string;
  close: () => void;
  done: (said: string) => void;
}) {
  const { said, text } = useWords("security");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async (body) => {
      await asMember(() => ask(api.POST("/v1/accounts/me:changePassword", { body })));
      done(said.passwordDone);
    },
    said.reasons,
  );
  return (
    <Dialog heading={said.passwordChange} close={close}>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <input
          class="unseen"
          type="email"
          autocomplete="username"
          value={email}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          name="currentPassword"
          type="password"
          label={said.passwordNow}
          autocomplete="current-password"
          wrong={wrong.currentPassword}
        />
        <Field
          name="newPassword"
          type="password"
          label={said.passwordNew}
          hint={text.enter.passwordHint}
          autocomplete="new-password"
          wrong={wrong.newPassword}
        />
        <Send busy={busy} problem={problem}>
          {said.passwordChange}
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
