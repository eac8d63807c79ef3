import * as v from "valibot";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { fault, useForm } from "../../ui/form";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import type { SellerOrder } from "./orders";

const Given = v.object({
  carrier: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
  trackingNumber: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))),
});

/** A number that was written wrong. */
export function TrackingDialog({
  parcel,
  done,
  close,
}: {
  parcel: SellerOrder["parcels"][number];
  done: () => void;
  close: () => void;
}) {
  const { said } = useWords("fulfilment");
  const { form, onSubmit, busy, problem, wrong } = useForm(Given, async (body) => {
    const params = { path: { parcelId: parcel.id }, header: { "If-Match": parcel.etag } };
    await mine(() => api.PATCH("/v1/parcels/{parcelId}", { params, body })).finally(done);
    close();
  });
  return (
    <Dialog heading={said.changeTracking} close={close}>
      <form ref={form} onSubmit={onSubmit} noValidate>
        <Field
          name="carrier"
          label={said.carrier}
          maxLength={100}
          defaultValue={parcel.carrier}
          wrong={wrong.carrier}
        />
        <Field
          name="trackingNumber"
          label={said.trackingNumber}
          maxLength={100}
          defaultValue={parcel.trackingNumber}
          wrong={wrong.trackingNumber}
        />
        <Send busy={busy} problem={problem}>
          {said.change}
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
