import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, LEAST_PASSWORD, useForm } from "../../ui/form";
import { Send } from "../../ui/send";

const Password = v.object({
  newPassword: v.pipe(v.string(), v.minLength(LEAST_PASSWORD, fault("password"))),
});

/** A first password, or a new one, with the token of a mail. */
export function PasswordForm({ send }: { send: (password: string) => Promise<void> }) {
  const { said, text } = useWords("enter");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Password,
    ({ newPassword }) => send(newPassword),
    said.reasons,
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field
        name="newPassword"
        type="password"
        label={said.newPassword}
        hint={text.enter.passwordHint}
        autocomplete="new-password"
        wrong={wrong.newPassword}
      />
      <Send busy={busy} problem={problem}>
        {said.save}
      </Send>
    </form>
  );
}
