import type { JSX } from "preact";
import { useId } from "preact/hooks";
import "./text_area.css";

type Area = Omit<JSX.IntrinsicElements["textarea"], "id" | "name" | "label">;

/** Room for more than a line, with its hint and what is wrong with it. */
export function TextArea({
  label,
  name,
  hint,
  wrong,
  ...area
}: Area & { label: string; name: string; hint?: string | undefined; wrong?: string | undefined }) {
  const id = useId();
  const told = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        rows={5}
        {...area}
        id={id}
        name={name}
        aria-describedby={told || undefined}
        aria-invalid={wrong ? "true" : undefined}
      />
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {wrong && (
        <p class="field-wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}
