import { useId } from "preact/hooks";
import type { Offer } from "../../api/catalogue";
import { useText } from "../../text/messages";
import "./option_picker.css";

/** Every value can be taken at any time; what is sold out says so. */
export function OptionPicker({
  options,
  offer,
  isThere,
  pick,
}: {
  options: readonly { name: string; values: readonly string[] }[];
  offer: Offer;
  isThere: (name: string, value: string) => boolean;
  pick: (name: string, value: string) => void;
}) {
  const { text } = useText();
  const id = useId();
  return (
    <>
      {options.map(({ name, values }) => (
        <fieldset key={name} class="options">
          <legend>{name}</legend>
          <div class="options-row">
            {values.map((value) => {
              const there = isThere(name, value);
              return (
                <label key={value} class="option" data-there={there}>
                  <input
                    type="radio"
                    name={`${id}-${name}`}
                    value={value}
                    checked={offer.options[name] === value}
                    onChange={() => pick(name, value)}
                  />
                  <span>
                    {value}
                    {!there && <span class="unseen">{` (${text.product.soldOut})`}</span>}
                  </span>
                </label>
              );
            })}
          </div>
        </fieldset>
      ))}
    </>
  );
}
