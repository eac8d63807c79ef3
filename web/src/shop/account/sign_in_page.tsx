import { useState } from "preact/hooks";
import * as v from "valibot";
import { Link, useLocation, useSearch } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { answerChallenge, signIn } from "../../api/session";
import { useText } from "../../text/messages";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { backTo, pathTo } from "../paths";
import { Entrance, Send } from "./entrance";

const Entry = v.object({
  email: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  password: v.pipe(v.string(), v.minLength(1, fault("missing"))),
});
const Code = v.object({ code: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

export function SignInPage() {
  const [challenge, setChallenge] = useState("");
  return challenge ? <SecondFactor challenge={challenge} /> : <Password challenged={setChallenge} />;
}

function Password({ challenged }: { challenged: (id: string) => void }) {
  const { text } = useText();
  const [, go] = useLocation();
  const back = backTo(useSearch());
  const { form, onSubmit, busy, problem, wrong } = useForm(Entry, async ({ email, password }) => {
    try {
      await signIn(email, password);
      go(back, { replace: true });
    } catch (refused) {
      const id =
        refused instanceof Refusal &&
        refused.reason === "SECOND_FACTOR_REQUIRED" &&
        refused.metadata?.challengeId;
      if (!id) throw refused;
      challenged(id);
    }
  });
  return (
    <Entrance heading={text.enter.signIn} lead={text.enter.signInLead}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="email"
          type="email"
          label={text.enter.email}
          autocomplete="username"
          wrong={wrong.email}
        />
        <Field
          name="password"
          type="password"
          label={text.enter.password}
          autocomplete="current-password"
          wrong={wrong.password}
        />
        <Send busy={busy} problem={problem}>
          {text.enter.signIn}
        </Send>
      </form>
      <p class="entrance-other">
        {text.enter.newHere} <Link href={pathTo.signUp(back === "/" ? "" : back)}>{text.enter.signUp}</Link>
      </p>
    </Entrance>
  );
}

function SecondFactor({ challenge }: { challenge: string }) {
  const { text } = useText();
  const [, go] = useLocation();
  const back = backTo(useSearch());
  const { form, onSubmit, busy, problem, wrong } = useForm(Code, async ({ code }) => {
    await answerChallenge(challenge, code);
    go(back, { replace: true });
  });
  return (
    <Entrance heading={text.enter.codeHeading}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="code"
          label={text.enter.code}
          hint={text.enter.codeHint}
          autocomplete="one-time-code"
          wrong={wrong.code}
        />
        <Send busy={busy} problem={problem}>
          {text.enter.continue}
        </Send>
      </form>
    </Entrance>
  );
}
