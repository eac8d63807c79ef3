import { useQueryClient } from "@tanstack/preact-query";
import * as v from "valibot";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Send } from "../../ui/send";
import { RETURNS, type Return, returnOf, shipReturn } from "./returns";

const MOST = 100;
const needed = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, fault("missing")),
  v.maxLength(MOST, fault("refused")),
);
const Entry = v.object({ carrier: needed, trackingNumber: needed });

/** What may be sent has been sent: with whom, and under which number. */
export function ShipForm({ one }: { one: Return }) {
  const { said } = useWords("returning");
  const queries = useQueryClient();
  const keys = useKeys();
  const { form, onSubmit, busy, problem, wrong } = useForm(
    Entry,
    async (body) => {
      try {
        queries.setQueryData(returnOf(one.id).queryKey, await shipReturn(one.id, keys.of(body), body));
      } catch (refused) {
        if (refused instanceof Refusal && refused.status === 409) keys.answered();
        throw refused;
      } finally {
        void queries.invalidateQueries({ queryKey: RETURNS });
      }
    },
    said.reasons,
  );
  return (
    <form ref={form} class="return-ship" onSubmit={onSubmit} method="post" noValidate>
      <h2>{said.ship}</h2>
      <Field name="carrier" label={said.carrier} maxLength={MOST} wrong={wrong.carrier} />
      <Field
        name="trackingNumber"
        label={said.trackingNumber}
        hint={said.trackingHint}
        maxLength={MOST}
        wrong={wrong.trackingNumber}
      />
      <Send busy={busy} problem={problem}>
        {said.shipIt}
      </Send>
    </form>
  );
}
