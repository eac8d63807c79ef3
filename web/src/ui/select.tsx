import type { JSX } from "preact";
import { useId } from "preact/hooks";
import "./field.css";

type Native = Omit<JSX.IntrinsicElements["select"], "id" | "name" | "label" | "size">;
export type Option = { value: string; label: string };

/** A native choice of one, with its label and hint. */
export function Select({
  label,
  name,
  options,
  chosen,
  hint,
  wrong,
  ...select
}: Native & {
  label: string;
  name: string;
  options: readonly Option[];
  /** Which one it begins with. */
  chosen?: string | undefined;
  hint?: string | undefined;
  wrong?: string | undefined;
}) {
  const id = useId();
  const said = wrong ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        {...select}
        id={id}
        name={name}
        aria-describedby={said ? `${id}-said` : undefined}
        aria-invalid={wrong ? "true" : undefined}
      >
        {options.map((one) => (
          <option key={one.value} value={one.value} selected={one.value === chosen}>
            {one.label}
          </option>
        ))}
      </select>
      {said && (
        <p class={wrong ? "field-wrong" : "field-hint"} id={`${id}-said`}>
          {said}
        </p>
      )}
    </div>
  );
}
