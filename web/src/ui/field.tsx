import type { JSX } from "preact";
import { useId } from "preact/hooks";
import "./field.css";

type Input = Omit<JSX.IntrinsicElements["input"], "id" | "name" | "size" | "label">;

/** A labelled input with its hint and what is wrong with it, told together by screen readers. */
export function Field({
  label,
  name,
  hint,
  wrong,
  ...input
}: Input & { label: string; name: string; hint?: string; wrong?: string | undefined }) {
  const id = useId();
  const told = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input}
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
