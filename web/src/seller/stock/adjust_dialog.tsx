import * as v from "valibot";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { type Offer, variantOf } from "../products/products";

const Given = v.object({
  delta: v.pipe(v.string(), v.trim(), v.regex(/^[+-]?[1-9]\d{0,8}$/, fault("refused"))),
  reason: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

/** Units that have come or gone otherwise than by orders, and why. */
export function AdjustDialog({
  offer,
  name,
  done,
  close,
}: {
  offer: Offer;
  name: string;
  done: () => void;
  close: () => void;
}) {
  const { said, format } = useWords("assortment");
  const keys = useKeys();
  const { form, onSubmit, busy, problem, wrong } = useForm(Given, async ({ delta, reason }) => {
    const body = { delta: Number(delta), reason };
    const params = { path: { offerId: offer.id }, header: { "Idempotency-Key": keys.of(body) } };
    await mine(() => api.POST("/v1/offers/{offerId}:adjustStock", { params, body }));
    keys.answered();
    done();
    close();
  });
  return (
    <Dialog heading={[name, variantOf(offer)].filter(Boolean).join(", ")} close={close}>
      <p class="quiet">{said.canBeBought(format.number(offer.available))}</p>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="delta"
          label={said.delta}
          hint={said.deltaHint}
          inputMode="numeric"
          autocomplete="off"
          wrong={wrong.delta}
        />
        <Field name="reason" label={said.why} hint={said.whyHint} maxLength={200} wrong={wrong.reason} />
        <Send busy={busy} problem={problem}>
          {said.adjust}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {said.keep}
        </button>
      </div>
    </Dialog>
  );
}
