import { useState } from "preact/hooks";
import * as v from "valibot";
import { Refusal } from "../api/refusal";
import { type Account, answerChallenge, signIn } from "../api/session";
import { useText } from "../text/messages";
import { Field } from "../ui/field";
import { fault, useForm } from "../ui/form";
import { Send } from "../ui/send";

const Entry = v.object({
  email: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  password: v.pipe(v.string(), v.minLength(1, fault("missing"))),
});
const Code = v.object({ code: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

type Known = { email?: string; done: (account: Account) => void; challenged?: () => void };

/** E-mail and password, or where `email` says who comes back the password alone; then, where the account wants it, a code. */
export function SignInForm({ email, done, challenged }: Known) {
  const [challenge, setChallenge] = useState("");
  if (challenge) return <SecondFactor challenge={challenge} done={done} />;
  const ask = (id: string) => {
    setChallenge(id);
    challenged?.();
  };
  return <Password {...(email && { email })} done={done} ask={ask} />;
}

function Password({ email, done, ask }: Known & { ask: (id: string) => void }) {
  const { text } = useText();
  const { form, onSubmit, busy, problem, wrong } = useForm(Entry, async (given) => {
    try {
      done(await signIn(given.email, given.password));
    } catch (refused) {
      const id =
        refused instanceof Refusal &&
        refused.reason === "SECOND_FACTOR_REQUIRED" &&
        refused.metadata?.challengeId;
      if (!id) throw refused;
      ask(id);
    }
  });
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field
        name="email"
        type="email"
        label={text.enter.email}
        autocomplete="username"
        wrong={wrong.email}
        {...(email && { value: email, readOnly: true })}
      />
      <Field
        name="password"
        type="password"
        label={text.enter.password}
        autocomplete="current-password"
        autofocus={email !== undefined}
        wrong={wrong.password}
      />
      <Send busy={busy} problem={problem}>
        {text.enter.signIn}
      </Send>
    </form>
  );
}

function SecondFactor({ challenge, done }: Known & { challenge: string }) {
  const { text } = useText();
  const { form, onSubmit, busy, problem, wrong } = useForm(Code, async ({ code }) =>
    done(await answerChallenge(challenge, code)),
  );
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field
        name="code"
        label={text.enter.code}
        hint={text.enter.codeHint}
        autocomplete="one-time-code"
        autofocus
        wrong={wrong.code}
      />
      <Send busy={busy} problem={problem}>
        {text.enter.continue}
      </Send>
    </form>
  );
}
