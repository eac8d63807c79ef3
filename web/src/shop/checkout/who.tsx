import * as v from "valibot";
import { Link, useLocation } from "wouter-preact";
import { signUpGuest } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { useArrival } from "../../ui/title";
import { pathTo } from "../paths";
import "./who.css";

const Guest = v.object({
  email: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing")), v.email(fault("email"))),
});

/** Before an order: an account that is there, a new one, or an e-mail address alone. */
export function Who() {
  const { said, text } = useWords("checkout");
  const [path] = useLocation();
  useArrival("checkout who", true);
  const { form, onSubmit, busy, problem, wrong } = useForm(Guest, async ({ email }) => {
    await signUpGuest({ email });
  });
  return (
    <div class="checkout">
      <h1 tabIndex={-1}>{said.who}</h1>
      <div class="who">
        <section>
          <h2>{said.guest}</h2>
          <p class="quiet">{said.guestHint}</p>
          <form ref={form} onSubmit={onSubmit} noValidate>
            <Field
              name="email"
              type="email"
              label={text.enter.email}
              autocomplete="email"
              wrong={wrong.email}
            />
            <Send busy={busy} problem={problem}>
              {said.guestGo}
            </Send>
          </form>
        </section>
        <section>
          <h2>{said.member}</h2>
          <p class="quiet">{said.memberHint}</p>
          <Link class="button" href={pathTo.signIn(path)}>
            {text.menu.signIn}
          </Link>
          <Link class="button" href={pathTo.signUp(path)}>
            {said.create}
          </Link>
        </section>
      </div>
    </div>
  );
}
