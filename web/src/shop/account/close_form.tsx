import { useState } from "preact/hooks";
import * as v from "valibot";
import { Link } from "wouter-preact";
import { api, ask } from "../../api/client";
import { Refusal } from "../../api/refusal";
import { asMember, sayEnded } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { memberPathTo } from "../members/paths";
import { pathTo } from "../paths";

const sure = v.literal("on", fault("agree"));
const Entry = v.object({ password: v.pipe(v.string(), v.minLength(1, fault("missing"))), sure });
const OfGuest = v.object({ password: v.optional(v.string(), ""), sure });

/** Closes the account, or says what keeps it from that and where to go on. */
export function CloseForm({ isGuest, done }: { isGuest: boolean; done: () => void }) {
  const { said, text } = useWords("security");
  const [inTheWay, setInTheWay] = useState("");
  const { form, onSubmit, busy, problem, wrong } = useForm(
    isGuest ? OfGuest : Entry,
    async ({ password }) => {
      setInTheWay("");
      try {
        await asMember(() => ask(api.POST("/v1/accounts/me:close", { body: password ? { password } : {} })));
      } catch (refused) {
        if (refused instanceof Refusal) setInTheWay(refused.reason);
        throw refused;
      }
      await ask(api.DELETE("/v1/browser/session")).catch(() => {});
      done();
      sayEnded();
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
      <label class="sign-up-agree">
        <input type="checkbox" name="sure" aria-invalid={wrong.sure ? "true" : undefined} />
        <span>
          {said.closeSure}
          {wrong.sure && <span class="field-wrong"> {wrong.sure}</span>}
        </span>
      </label>
      <Send busy={busy} problem={problem}>
        {said.closePress}
      </Send>
      {inTheWay === "ORDERS_OPEN" && <Link href={pathTo.orders()}>{said.toOrders}</Link>}
      {inTheWay === "LAST_OWNER" && <Link href={memberPathTo.sell()}>{said.toShops}</Link>}
    </form>
  );
}
