import { useState } from "preact/hooks";
import * as v from "valibot";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { Select } from "../../ui/select";
import { Send } from "../../ui/send";
import { TextArea } from "../../ui/text_area";
import { Does, useStale } from "../acting";
import { useMay } from "../rights";
import { useTell } from "../told";
import { cancel, isOpen, leftOf, type Order } from "./orders";

/** Cancels what of an order was not sent yet: all of it, or some units. */
export function CancelButton({ order }: { order: Order }) {
  const { said } = useWords("op_orders");
  const may = useMay();
  const [is, set] = useState(false);
  const lines = order.sellerOrders
    .filter(isOpen)
    .flatMap((part) => part.lines.filter((one) => leftOf(one) > 0));
  if (!may("cancelOrder") || lines.length === 0) return null;
  return (
    <>
      <button type="button" class="button button-bad" onClick={() => set(true)}>
        {said.cancel}
      </button>
      {is && <CancelDialog order={order} close={() => set(false)} />}
    </>
  );
}

const Given = v.object({ reason: v.pipe(v.string(), v.trim()) });

function CancelDialog({ order, close }: { order: Order; close: () => void }) {
  const { said, format } = useWords("op_orders");
  const { said: all } = useWords("operator");
  const lines = order.sellerOrders
    .filter(isOpen)
    .flatMap((part) => part.lines.filter((one) => leftOf(one) > 0));
  const [units, setUnits] = useState<ReadonlyMap<string, number>>(
    () => new Map(lines.map((one) => [one.id ?? "", leftOf(one)])),
  );
  const [isNothing, setNothing] = useState(false);
  const keys = useKeys();
  const tell = useTell();
  const stale = useStale();
  // What waits for its payment is cancelled as a whole or not at all.
  const onlyWhole = order.state === "PENDING_PAYMENT";
  const { form, onSubmit, busy, problem } = useForm(Given, async ({ reason }) => {
    const chosen = [...units].filter(([, quantity]) => quantity > 0);
    setNothing(chosen.length === 0);
    if (chosen.length === 0) return;
    const body = {
      ...(!onlyWhole && { lines: chosen.map(([lineId, quantity]) => ({ lineId, quantity })) }),
      ...(reason && { reason }),
    };
    await cancel(order.id, body, keys.of(body));
    keys.answered();
    tell({ words: said.cancelled, target: order.id });
    stale();
    close();
  });
  return (
    <Dialog heading={said.cancelOf(order.number)} close={close}>
      <Does lines={[onlyWhole ? said.cancelPending : said.cancelDoes, said.cancelStock, said.cancelTells]} />
      <form ref={form} onSubmit={onSubmit} noValidate>
        {!onlyWhole && (
          <div class="cancel-units">
            {lines.map((one) => (
              <Select
                key={one.id}
                name={`units-${one.id}`}
                label={said.cancelUnits(one.title)}
                chosen={String(units.get(one.id ?? ""))}
                options={Array.from({ length: leftOf(one) + 1 }, (_, count) => ({
                  value: String(count),
                  label: format.number(count),
                }))}
                onChange={(event) =>
                  setUnits(new Map(units).set(one.id ?? "", Number(event.currentTarget.value)))
                }
              />
            ))}
          </div>
        )}
        <TextArea name="reason" label={all.reasonMaybe} hint={said.cancelReason} rows={3} maxLength={200} />
        <Send busy={busy} problem={isNothing ? said.cancelNothing : problem}>
          {said.cancelGo}
        </Send>
      </form>
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {all.leaveIt}
        </button>
      </div>
    </Dialog>
  );
}
