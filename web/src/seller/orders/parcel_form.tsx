import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import { Amounts, unitsIn } from "./amounts";
import type { SellerOrder } from "./orders";

type Body = { carrier: string; trackingNumber: string; lines: { lineId: string; quantity: number }[] };

/** The next parcel: all that is left, or less of it. */
export function ParcelForm({ order, renew }: { order: SellerOrder; renew: () => Promise<unknown> }) {
  const { said, text } = useWords("fulfilment");
  const keys = useKeys();
  const [wrong, setWrong] = useState<{ units?: string; carrier?: string; trackingNumber?: string }>({});
  const sending = useMutation({
    mutationFn: async (body: Body) => {
      const params = { path: { sellerOrderId: order.id }, header: { "Idempotency-Key": keys.of(body) } };
      await mine(() => api.POST("/v1/sellerOrders/{sellerOrderId}/parcels", { params, body }));
      keys.answered();
    },
    onSettled: () => void renew(),
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (sending.isPending || !(event.currentTarget instanceof HTMLFormElement)) return;
    const given = new FormData(event.currentTarget);
    const of = (name: string) => String(given.get(name) ?? "").trim();
    const body = {
      carrier: of("carrier"),
      trackingNumber: of("trackingNumber"),
      lines: unitsIn(given, order.lines),
    };
    const missing = text.problem.fault.missing;
    const faults = {
      ...(body.lines.length === 0 && { units: said.noUnits }),
      ...(!body.carrier && { carrier: missing }),
      ...(!body.trackingNumber && { trackingNumber: missing }),
    };
    setWrong(faults);
    if (Object.keys(faults).length === 0) sending.mutate(body);
  };
  return (
    <form class="form parcel" onSubmit={send} noValidate aria-label={said.nextParcel}>
      <h3>{said.nextParcel}</h3>
      <Amounts lines={order.lines} begin="all" />
      <div class="form-row">
        <Field name="carrier" label={said.carrier} maxLength={100} wrong={wrong.carrier} />
        <Field
          name="trackingNumber"
          label={said.trackingNumber}
          maxLength={100}
          wrong={wrong.trackingNumber}
        />
      </div>
      <Send
        busy={sending.isPending}
        problem={wrong.units ?? (sending.isError ? wordsOf(sending.error, text) : undefined)}
      >
        {said.send}
      </Send>
    </form>
  );
}
