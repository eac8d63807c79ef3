import { useEffect, useId, useState } from "preact/hooks";
import { useWords } from "../text/rooms";
import { Dialog } from "./dialog";
import { fitting } from "./palette_match";
import "./palette.css";

export type Command = {
  id: string;
  name: string;
  /** Where it belongs. */
  group?: string;
  act: () => void;
  /** What else it is found by. */
  words?: string;
};

/** All there is to do, by a few letters of its name: Ctrl K, or ⌘ K, from anywhere. `find` turns what was written into commands of its own,
 * such as the number of an order. */
export function Palette({
  commands,
  find,
  isOpen,
  setOpen,
}: {
  commands: readonly Command[];
  find?: (words: string) => readonly Command[];
  isOpen: boolean;
  setOpen: (is: boolean) => void;
}) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "k" ||
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [setOpen]);
  return isOpen ? <Opened commands={commands} find={find} close={() => setOpen(false)} /> : null;
}

function Opened({
  commands,
  find,
  close,
}: {
  commands: readonly Command[];
  find: ((words: string) => readonly Command[]) | undefined;
  close: () => void;
}) {
  const { said } = useWords("console");
  const id = useId();
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const shown = [...(find?.(words.trim()) ?? []), ...fitting(commands, words)].slice(0, 12);
  const at = Math.min(active, shown.length - 1);
  const take = (command: Command | undefined) => {
    if (!command) return;
    close();
    command.act();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && shown.length > 0) {
      event.preventDefault();
      setActive((at + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(shown[at]);
    }
  };
  return (
    <Dialog heading={said.palette} close={close}>
      <input
        type="search"
        class="palette-words"
        role="combobox"
        autocomplete="off"
        autoFocus
        aria-label={said.palette}
        aria-autocomplete="list"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        placeholder={said.paletteHint}
        value={words}
        maxLength={200}
        onInput={(event) => {
          setActive(0);
          setWords(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} class="palette-list" role="listbox" aria-label={said.palette}>
        {shown.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the keys stay with the input, as the APG has it
          <div
            key={command.id}
            id={`${id}-${index}`}
            class="palette-choice"
            role="option"
            aria-selected={index === at}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => take(command)}
          >
            <span>{command.name}</span>
            {command.group && <small>{command.group}</small>}
          </div>
        ))}
      </div>
      <p class="quiet" role="status">
        {shown.length === 0 && said.paletteNone}
      </p>
    </Dialog>
  );
}
