import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { Entrance } from "../account/entrance";
import { pathTo } from "../paths";
import { useMailedToken } from "./mailed";
import { PasswordForm } from "./password_form";

const Wanted = v.object({ email: v.pipe(v.string(), v.trim(), v.email(fault("email"))) });

/** Asks for a mail, or with the token of one for the new password. */
export function ResetPasswordPage() {
  const token = useMailedToken();
  return token ? <Choose key={token} token={token} /> : <Request />;
}

function Request() {
  const { said, text } = useWords("enter");
  const [sent, setSent] = useState("");
  const { form, onSubmit, busy, problem, wrong } = useForm(Wanted, async ({ email }) => {
    await ask(api.POST("/v1/accounts:requestPasswordReset", { body: { email } }));
    setSent(email);
  });
  if (sent)
    return (
      <Done heading={said.sent} hint={said.sentHint(sent)} to={pathTo.signIn()} go={text.enter.signIn} />
    );
  return (
    <Entrance heading={said.forgot} lead={said.forgotLead}>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Field
          name="email"
          type="email"
          label={text.enter.email}
          autocomplete="username"
          wrong={wrong.email}
        />
        <Send busy={busy} problem={problem}>
          {said.send}
        </Send>
      </form>
    </Entrance>
  );
}

function Choose({ token }: { token: string }) {
  const { said, text } = useWords("enter");
  const [email, setEmail] = useState("");
  if (email)
    return (
      <Done
        heading={said.resetDone}
        hint={said.resetDoneHint(email)}
        to={pathTo.signIn()}
        go={text.enter.signIn}
      />
    );
  return (
    <Entrance heading={said.reset} lead={said.resetLead}>
      <PasswordForm
        send={async (newPassword) =>
          setEmail(
            (await ask(api.POST("/v1/accounts:resetPassword", { body: { token, newPassword } }))).email,
          )
        }
      />
    </Entrance>
  );
}
