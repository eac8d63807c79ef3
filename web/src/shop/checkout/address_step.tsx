import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { useKeys } from "../../ui/key";
import { useArrival } from "../../ui/title";
import { AddressFields, emptyFor } from "../addresses/address_fields";
import { addressLines } from "../addresses/address_lines";
import { type Address, create } from "../addresses/addresses";
import { pathTo } from "../paths";
import { keepDraft } from "./draft";

const ANOTHER = "another";

/** Where it goes: one of the addresses that are known, or another one. */
export function AddressStep({
  addresses,
  chosen,
}: {
  addresses: readonly Address[];
  chosen: string | undefined;
}) {
  const { said, format, language } = useWords("checkout");
  useArrival("checkout address", true);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const keys = useKeys();
  const known =
    addresses.find((one) => one.id === chosen) ?? addresses.find((one) => one.isDefault) ?? addresses[0];
  const [taken, setTaken] = useState(known?.id ?? ANOTHER);
  const next = (addressId: string) => {
    keepDraft({ addressId });
    go(pathTo.checkout("delivery"));
  };
  return (
    <>
      <h1 tabIndex={-1}>{said.address}</h1>
      {addresses.length > 0 && (
        <fieldset class="checkout-choices">
          <legend class="unseen">{said.saved}</legend>
          {addresses.map((one) => {
            const [name, ...rest] = addressLines(one, format);
            return (
              <label key={one.id} class="choice">
                <input
                  type="radio"
                  name="address"
                  value={one.id}
                  checked={taken === one.id}
                  onChange={() => setTaken(one.id)}
                />
                <span>
                  {name}
                  <small>{rest.join(", ")}</small>
                </span>
              </label>
            );
          })}
          <label class="choice">
            <input
              type="radio"
              name="address"
              value={ANOTHER}
              checked={taken === ANOTHER}
              onChange={() => setTaken(ANOTHER)}
            />
            <span>{said.another}</span>
          </label>
        </fieldset>
      )}
      {taken === ANOTHER ? (
        <AddressFields
          begin={emptyFor(language, addresses.length === 0)}
          press={said.send}
          send={async (values) => {
            const made = await create(values, keys.of(values));
            keys.answered();
            await queries.invalidateQueries({ queryKey: ["mine", "addresses"] });
            next(made.id);
          }}
        />
      ) : (
        <button type="button" class="button button-main" onClick={() => next(taken)}>
          {said.send}
        </button>
      )}
    </>
  );
}
