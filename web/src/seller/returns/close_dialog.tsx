import { useMutation } from "@tanstack/preact-query";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { wordsOf } from "../../ui/problem";
import { Send } from "../../ui/send";
import { mine } from "../mine";
import type { Return } from "./returns";

/** What came back is looked at: how much of it can be sold again; then its money goes back. */
export function CloseDialog({ one, done, close }: { one: Return; done: () => void; close: () => void }) {
  const { said, text } = useWords("fulfilment");
  const doing = useMutation({
    mutationFn: (restockLines: { lineId: string; quantity: number }[]) =>
      mine(() =>
        api.POST("/v1/returns/{returnId}:close", {
          params: { path: { returnId: one.id } },
          body: { restockLines },
        }),
      ),
    onSuccess: close,
    onSettled: done,
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (doing.isPending || !(event.currentTarget instanceof HTMLFormElement)) return;
    const given = new FormData(event.currentTarget);
    doing.mutate(
      one.lines.flatMap((line) => {
        const quantity = Math.min(Math.max(0, Number(given.get(line.lineId)) || 0), line.quantity);
        return quantity > 0 ? [{ lineId: line.lineId, quantity: Math.floor(quantity) }] : [];
      }),
    );
  };
  return (
    <Dialog heading={said.refundHeading} close={close}>
      <p class="quiet">{said.refundHint}</p>
      <form onSubmit={send} noValidate>
        <fieldset class="amounts">
          <legend>{said.restock}</legend>
          {one.lines.map((line) => (
            <Field
              key={line.lineId}
              name={line.lineId}
              label={line.title}
              hint={said.of(line.quantity)}
              type="number"
              inputMode="numeric"
              min={0}
              max={line.quantity}
              defaultValue={0}
            />
          ))}
        </fieldset>
        <Send busy={doing.isPending} problem={doing.isError ? wordsOf(doing.error, text) : undefined}>
          {said.refundIt}
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
