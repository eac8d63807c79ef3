import { useMutation } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { mine } from "../mine";
import { Amounts, unitsIn } from "./amounts";
import type { SellerOrder } from "./orders";

/** What the shop can't send any more: units of lines, and why. */
export function CancelDialog({
  order,
  done,
  close,
}: {
  order: SellerOrder;
  done: () => void;
  close: () => void;
}) {
  const { said, text } = useWords("fulfilment");
  const keys = useKeys();
  const [wrong, setWrong] = useState<{ units?: string; reason?: string }>({});
  const doing = useMutation({
    mutationFn: async (body: { reason: string; lines: { lineId: string; quantity: number }[] }) => {
      const params = {
        path: { sellerOrderId: order.id },
        header: { "Idempotency-Key": keys.of(body) },
      };
      await mine(() => api.POST("/v1/sellerOrders/{sellerOrderId}:cancel", { params, body }));
      keys.answered();
    },
    onSuccess: close,
    onSettled: done,
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (doing.isPending || !(event.currentTarget instanceof HTMLFormElement)) return;
    const given = new FormData(event.currentTarget);
    const lines = unitsIn(given, order.lines);
    const reason = String(given.get("reason") ?? "").trim();
    const faults = {
      ...(lines.length === 0 && { units: said.noUnits }),
      ...(reason === "" && { reason: text.problem.fault.missing }),
    };
    setWrong(faults);
    if (Object.keys(faults).length === 0) doing.mutate({ reason, lines });
  };
  return (
    <Dialog heading={said.cancelHeading} close={close}>
      <p class="quiet">{said.cancelHint}</p>
      <form onSubmit={send} noValidate>
        <Amounts lines={order.lines} begin="none" />
        <TextArea
          name="reason"
          label={said.reason}
          hint={said.reasonHint}
          rows={3}
          maxLength={200}
          wrong={wrong.reason}
        />
        <Send
          busy={doing.isPending}
          problem={wrong.units ?? (doing.isError ? wordsOf(doing.error, text) : undefined)}
        >
          {said.cancelUnits}
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
