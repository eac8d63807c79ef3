import { useId, useRef, useState } from "preact/hooks";
import "./combobox.css";

export type Choice = { key: string; label: string; note?: string; lang?: string | undefined };

/** Where the arrow keys lead among `count` choices and the text itself, which is -1. */
export function step(active: number, key: string, count: number): number {
  if (key === "ArrowDown") return active + 1 >= count ? -1 : active + 1;
  if (key === "ArrowUp") return active < 0 ? count - 1 : active - 1;
  return active;
}

/** A text field with choices below it (ARIA APG, "Editable combobox with list autocomplete"): what is written stays what it is
 * until somebody takes one of them. */
export function Combobox<T extends Choice>({
  name,
  label,
  placeholder,
  listLabel,
  value,
  choices,
  onInput,
  onChoose,
}: {
  name: string;
  label: string;
  placeholder: string;
  listLabel: string;
  value: string;
  choices: readonly T[];
  onInput: (value: string) => void;
  onChoose: (choice: T) => void;
}) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const shown = open && choices.length > 0;
  const at = active < choices.length ? active : -1;

  const choose = (choice: T) => {
    setOpen(false);
    setActive(-1);
    onChoose(choice);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = choices[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive(step(at, event.key, choices.length));
    } else if (event.key === "Enter" && shown && chosen) {
      event.preventDefault();
      choose(chosen);
    } else if (event.key === "Enter") {
      setOpen(false);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      setOpen(false);
      setActive(-1);
    }
  };

  return (
    <div class="combobox">
      <input
        ref={input}
        type="search"
        name={name}
        role="combobox"
        autocomplete="off"
        enterkeyhint="search"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        placeholder={placeholder}
        maxLength={200}
        value={value}
        onInput={(event) => {
          setOpen(true);
          setActive(-1);
          onInput(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <div id={`${id}-list`} class="combobox-list" role="listbox" aria-label={listLabel} hidden={!shown}>
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the keys stay with the input, as the APG has it
          <div
            key={choice.key}
            id={`${id}-${index}`}
            class="combobox-choice"
            role="option"
            aria-selected={index === at}
            lang={choice.lang}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choose(choice)}
          >
            <span>{choice.label}</span>
            {choice.note && <small>{choice.note}</small>}
          </div>
        ))}
      </div>
    </div>
  );
}
