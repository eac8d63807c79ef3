import { useQuery } from "@tanstack/preact-query";
import * as v from "valibot";
import { Link } from "wouter-preact";
import { type Account, signUp } from "../../api/session";
import { useText } from "../../text/messages";
import { Field } from "../../ui/field";
import { fault, LEAST_PASSWORD, useForm } from "../../ui/form";
import { Problem } from "../../ui/problem";
import { Send } from "../../ui/send";
import { Skeleton } from "../../ui/skeleton";
import { pathTo } from "../paths";
import { termsIn } from "../terms/terms";
import "./sign_up_form.css";

/** What the form has to say: the terms can only be agreed to where some are published. */
function formOf(mustAgree: boolean) {
  return v.object({
    displayName: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
    email: v.pipe(v.string(), v.trim(), v.email(fault("email"))),
    password: v.pipe(v.string(), v.minLength(LEAST_PASSWORD, fault("password"))),
    agreed: mustAgree ? v.literal("on", fault("agree")) : v.optional(v.literal("on")),
  });
}

export function SignUpForm({ done }: { done: (account: Account) => void }) {
  const { text, language } = useText();
  const published = useQuery(termsIn(language));
  const terms = published.data?.find((one) => one.kind === "TERMS");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    formOf(terms !== undefined),
    async ({ displayName, email, password }) =>
      done(await signUp({ displayName, email, password, ...(terms && { acceptedTerms: terms.version }) })),
  );
  if (published.isPending) return <Skeleton shape="text" count={3} />;
  if (published.isError) return <Problem problem={published.error} retry={() => void published.refetch()} />;
  return (
    <form ref={form} onSubmit={onSubmit} method="post" noValidate>
      <Field
        name="displayName"
        label={text.enter.name}
        hint={text.enter.nameHint}
        autocomplete="name"
        wrong={wrong.displayName}
      />
      <Field name="email" type="email" label={text.enter.email} autocomplete="email" wrong={wrong.email} />
      <Field
        name="password"
        type="password"
        label={text.enter.password}
        hint={text.enter.passwordHint}
        autocomplete="new-password"
        wrong={wrong.password}
      />
      {terms && (
        <label class="sign-up-agree">
          <input type="checkbox" name="agreed" aria-invalid={wrong.agreed ? "true" : undefined} />
          <span>
            {text.enter.agree(terms.title)}{" "}
            <Link href={pathTo.termsOf(terms.kind)}>{text.terms.heading}</Link>
            {wrong.agreed && <span class="field-wrong"> {wrong.agreed}</span>}
          </span>
        </label>
      )}
      <Send busy={busy} problem={problem}>
        {text.enter.signUp}
      </Send>
    </form>
  );
}
