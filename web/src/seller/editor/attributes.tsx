import { useWords } from "../../text/rooms";
import type { Attribute, Form } from "./model";

/** What a product is, in pairs of a name and a value, by which it is found. */
export function Attributes({ form, set }: { form: Form; set: (form: Form) => void }) {
  const { said } = useWords("assortment");
  const change = (attributes: readonly Attribute[]) => set({ ...form, attributes });
  const write = (key: string, patch: Partial<Attribute>) =>
    change(form.attributes.map((one) => (one.key === key ? { ...one, ...patch } : one)));
  return (
    <fieldset class="form">
      <legend class="unseen">{said.attributes}</legend>
      {form.attributes.map((one, index) => (
        <div key={one.key} class="pair">
          <input
            aria-label={said.attributeName(index + 1)}
            value={one.name}
            maxLength={100}
            onInput={(event) => write(one.key, { name: event.currentTarget.value })}
          />
          <input
            aria-label={said.attributeValue(index + 1)}
            value={one.value}
            maxLength={500}
            onInput={(event) => write(one.key, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="button button-small"
            aria-label={said.removeAttribute(index + 1)}
            onClick={() => change(form.attributes.filter((each) => each.key !== one.key))}
          >
            {said.remove}
          </button>
        </div>
      ))}
      <div class="acts">
        <button
          type="button"
          class="button button-small"
          onClick={() => change([...form.attributes, { key: crypto.randomUUID(), name: "", value: "" }])}
        >
          {said.addAttribute}
        </button>
      </div>
    </fieldset>
  );
}
