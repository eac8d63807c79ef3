import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import type { Schemas } from "../../api/client";
import type { Order } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Dialog } from "../../ui/dialog";
import { useKeys } from "../../ui/key";
import { Problem, wordsOf } from "../../ui/problem";
import { Send } from "../../ui/send";
import { Skeleton } from "../../ui/skeleton";
import { AddressFields, emptyFor } from "../addresses/address_fields";
import { addressLines } from "../addresses/address_lines";
import { type Address, addresses } from "../addresses/addresses";
import { leavesOpen } from "../checkout/placing";
import { changeAddress } from "./address_change";
import { orderOf } from "./use_order";

const ANOTHER = "another";

/** Where an order goes instead: to another address that is known, or to a new one. */
export function AddressDialog({ order, close }: { order: Order; close: () => void }) {
  const { said, format } = useWords("orders");
  const asked = useQuery(addresses);
  const country = order.shippingAddress.countryCode;
  return (
    <Dialog heading={said.changeAddress} close={close}>
      <p class="quiet">{said.changeAddressHint(format.country(country))}</p>
      {asked.isPending && <Skeleton shape="text" />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.data && (
        <Choose order={order} known={asked.data.filter((one) => one.countryCode === country)} done={close} />
      )}
      <div class="dialog-acts">
        <button type="button" class="button" onClick={close}>
          {said.close}
        </button>
      </div>
    </Dialog>
  );
}

function Choose({ order, known, done }: { order: Order; known: readonly Address[]; done: () => void }) {
  const { said, text, format, language } = useWords("orders");
  const queries = useQueryClient();
  const keys = useKeys();
  const [taken, setTaken] = useState(known[0]?.id ?? ANOTHER);
  const changing = useMutation({
    mutationFn: (body: Schemas["ChangeShippingAddressRequest"]) =>
      changeAddress(order.id, keys.of(body), body),
    onSuccess: (changed) => {
      keys.answered();
      queries.setQueryData(orderOf(order.id).queryKey, changed);
      void queries.invalidateQueries({ queryKey: ["mine", "history", order.id] });
      done();
    },
    onError: (problem) => {
      if (!leavesOpen(problem)) keys.answered();
      void queries.invalidateQueries({ queryKey: ["mine", "order", order.id] });
    },
  });
  const choices = [
    ...known.map((one) => {
      const [name, ...rest] = addressLines(one, format);
      return { id: one.id, name, rest: rest.join(", ") };
    }),
    { id: ANOTHER, name: said.anotherAddress, rest: "" },
  ];
  return (
    <>
      {known.length > 0 && (
        <fieldset class="checkout-choices">
          <legend class="unseen">{said.saved}</legend>
          {choices.map(({ id, name, rest }) => (
            <label key={id} class="choice">
              <input
                type="radio"
                name="address"
                value={id}
                checked={taken === id}
                onChange={() => setTaken(id)}
              />
              <span>
                {name}
                {rest && <small>{rest}</small>}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {taken === ANOTHER ? (
        <AddressFields
          begin={{ ...emptyFor(language, false), countryCode: order.shippingAddress.countryCode }}
          press={said.changeAddressGo}
          isOnce
          reasons={said.changeReasons}
          send={async ({ isDefault, ...shippingAddress }) => {
            await changing.mutateAsync({ shippingAddress });
          }}
        />
      ) : (
        <form
          method="post"
          onSubmit={(event) => {
            event.preventDefault();
            if (!changing.isPending) changing.mutate({ shippingAddressId: taken });
          }}
        >
          <Send
            busy={changing.isPending}
            problem={changing.isError ? wordsOf(changing.error, text, said.changeReasons) : undefined}
          >
            {said.changeAddressGo}
          </Send>
        </form>
      )}
    </>
  );
}
