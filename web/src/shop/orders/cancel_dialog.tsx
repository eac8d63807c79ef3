import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { cancel, type Order } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { Field } from "../../ui/field";
import { useKeys } from "../../ui/key";
import { wordsOf } from "../../ui/problem";
import { leavesOpen, untilFinal } from "../checkout/placing";
import { cancelBody, cancellable, isWhole } from "./cancellable";
import "./cancel_dialog.css";

/** What of an order is to be cancelled: all that can be is chosen at first. */
export function CancelDialog({ order, close }: { order: Order; close: () => void }) {
  const { said, text } = useWords("orders");
  const queries = useQueryClient();
  const keys = useKeys();
  const some = cancellable(order);
  const [units, setUnits] = useState<ReadonlyMap<string, number>>(
    () => new Map(some.map(({ lineId, left }) => [lineId, left])),
  );
  const [wrong, setWrong] = useState("");
  // An order that is not paid yet is cancelled as a whole or not at all.
  const onlyWhole = order.state === "PENDING_PAYMENT";

  const cancelling = useMutation({
    mutationFn: (body: NonNullable<ReturnType<typeof cancelBody>>) =>
      untilFinal(() => cancel(order.id, body, keys.of(body))),
    onSuccess: (cancelled) => {
      keys.answered();
      queries.setQueryData(["mine", "order", order.id], cancelled);
      for (const name of ["history", "orders", "cart"])
        void queries.invalidateQueries({ queryKey: ["mine", name] });
      close();
    },
    onError: (problem) => {
      if (!leavesOpen(problem)) keys.answered();
      void queries.invalidateQueries({ queryKey: ["mine", "order", order.id] });
    },
  });
  const send = (form: HTMLFormElement) => {
    const reason = String(new FormData(form).get("reason") ?? "");
    const body = cancelBody(some, units, isWhole(order), reason);
    if (!body) return setWrong(said.cancelNothing);
    setWrong("");
    if (!cancelling.isPending) cancelling.mutate(body);
  };
  return (
    <Dialog heading={said.cancelHeading} close={close}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send(event.currentTarget);
        }}
      >
        <p class="quiet">{said.cancelHint}</p>
        <ul class="cancel-lines">
          {some.map(({ line, lineId, left }) => (
            <li key={lineId}>
              <span>
                {line.title}
                <small>{Object.values(line.options).join(", ")}</small>
              </span>
              {onlyWhole ? (
                <span>{left}</span>
              ) : (
                <label>
                  <select
                    aria-label={said.cancelUnits(line.title)}
                    value={units.get(lineId)}
                    onChange={(event) =>
                      setUnits(new Map(units).set(lineId, Number(event.currentTarget.value)))
                    }
                  >
                    {Array.from({ length: left + 1 }, (_, count) => (
                      <option key={count} value={count}>
                        {count}
                      </option>
                    ))}
                  </select>{" "}
                  {said.cancelOf(left)}
                </label>
              )}
            </li>
          ))}
        </ul>
        <Field name="reason" label={said.cancelWhy} maxLength={200} />
        <p class="field-wrong" role="alert">
          {wrong || (cancelling.isError && wordsOf(cancelling.error, text))}
        </p>
        <div class="dialog-acts">
          <button type="submit" class="button button-main" aria-disabled={cancelling.isPending}>
            {cancelling.isPending ? text.loading : said.cancelGo}
          </button>
          <button type="button" class="button" onClick={close}>
            {said.close}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
