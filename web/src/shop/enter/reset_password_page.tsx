import { useState } from "preact/hooks";
import * as v from "valibot";
import { api, ask } from "../../api/client";
import { useEnterText } from "../../text/enter";
import { useText } from "../../text/messages";
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
  const { text } = useText();
  const here = useEnterText();
  const [sent, setSent] = useState("");
  const { form, onSubmit, busy, problem, wrong } = useForm(Wanted, async ({ email }) => {
    await ask(api.POST("/v1/accounts:requestPasswordReset", { body: { email } }));
    setSent(email);
  });
  if (sent)
    return (
      <Done heading={here.sent} hint={here.sentHint(sent)} to={pathTo.signIn()} go={text.enter.signIn} />
    );
  return (
    <Entrance heading={here.forgot} lead={here.forgotLead}>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate>
        <Field
          name="email"
          type="email"
          label={text.enter.email}
          autocomplete="username"
          wrong={wrong.email}
        />
        <Send busy={busy} problem={problem}>
          {here.send}
        </Send>
      </form>
    </Entrance>
  );
}

function Choose({ token }: { token: string }) {
  const { text } = useText();
  const here = useEnterText();
  const [email, setEmail] = useState("");
  if (email)
    return (
      <Done
        heading={here.resetDone}
        hint={here.resetDoneHint(email)}
        to={pathTo.signIn()}
        go={text.enter.signIn}
      />
    );
  return (
    <Entrance heading={here.reset} lead={here.resetLead}>
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
