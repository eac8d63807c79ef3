import { useWords } from "../../text/rooms";
import { Field } from "../../ui/field";
import { TextArea } from "../../ui/text_area";
import type { Form, Safety } from "./model";

/** Who answers for it, what to beware of, and who else may offer it. */
export function SafetyFields({ form, set }: { form: Form; set: (form: Form) => void }) {
  const { said } = useWords("assortment");
  const write = (patch: Partial<Safety>) => set({ ...form, safety: { ...form.safety, ...patch } });
  const names = ["manufacturer", "manufacturerContact", "responsiblePerson", "responsibleContact"] as const;
  return (
    <div class="form">
      <div class="form-row">
        {names.map((name) => (
          <Field
            key={name}
            name={name}
            label={said.safety[name]}
            maxLength={500}
            value={form.safety[name]}
            onInput={(event) => write({ [name]: event.currentTarget.value })}
          />
        ))}
      </div>
      <TextArea
        name="warnings"
        label={said.safety.warnings}
        rows={3}
        maxLength={2000}
        value={form.safety.warnings}
        onInput={(event) => write({ warnings: event.currentTarget.value })}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={form.ownShop}
          onChange={(event) => set({ ...form, ownShop: event.currentTarget.checked })}
        />
        {said.ownShop}
      </label>
    </div>
  );
}
