import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { combine, type Form, skuOf } from "./model";

type Option = { key: string; name: string; values: string };

const newKey = () => crypto.randomUUID();

/** Makes the variants of options and their values: each pair once. */
export function Maker({ form, set }: { form: Form; set: (form: Form) => void }) {
  const { said } = useWords("assortment");
  const [begin, setBegin] = useState("");
  const [options, setOptions] = useState<readonly Option[]>(() =>
    (form.optionNames.length > 0 ? form.optionNames : [""]).map((name) => ({
      key: newKey(),
      name,
      values: [...new Set(form.variants.flatMap((one) => one.options[name] ?? []))].join(", "),
    })),
  );
  const write = (key: string, patch: Partial<Option>) =>
    setOptions(options.map((one) => (one.key === key ? { ...one, ...patch } : one)));
  const make = () => {
    const names = options
      .map(({ name, values }) => ({
        name: name.trim(),
        values: [...new Set(values.split(",").map((one) => one.trim()))].filter(Boolean),
      }))
      .filter(({ name, values }) => name && values.length > 0);
    if (names.length === 0) return;
    const variants = combine(names, form.variants, newKey).map((one) => ({
      ...one,
      sku: one.sku || (begin.trim() ? skuOf(begin.trim(), one.options) : ""),
    }));
    set({
      ...form,
      optionNames: [...new Set([...names.map(({ name }) => name), ...form.optionNames])],
      variants,
    });
  };
  return (
    <details class="maker" open={form.optionNames.length === 0 && form.variants.length <= 1}>
      <summary>{said.maker}</summary>
      <fieldset class="form">
        <legend class="unseen">{said.maker}</legend>
        {options.map((one, index) => (
          <div key={one.key} class="form-row">
            <label class="field">
              <span>{said.optionName(index + 1)}</span>
              <input
                value={one.name}
                maxLength={60}
                autocomplete="off"
                onInput={(event) => write(one.key, { name: event.currentTarget.value })}
              />
            </label>
            <label class="field">
              <span>{said.optionValues(index + 1)}</span>
              <input
                value={one.values}
                autocomplete="off"
                onInput={(event) => write(one.key, { values: event.currentTarget.value })}
              />
            </label>
          </div>
        ))}
        <label class="field">
          <span>{said.skuBegins}</span>
          <input
            value={begin}
            maxLength={40}
            autocomplete="off"
            onInput={(event) => setBegin(event.currentTarget.value)}
          />
        </label>
        <div class="acts">
          <button type="button" class="button button-small" onClick={make}>
            {said.makeVariants}
          </button>
          {options.length < 4 && (
            <button
              type="button"
              class="button button-small"
              onClick={() => setOptions([...options, { key: newKey(), name: "", values: "" }])}
            >
              {said.anotherOption}
            </button>
          )}
        </div>
      </fieldset>
    </details>
  );
}
