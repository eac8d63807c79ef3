import { useEffect } from "preact/hooks";
import { useWords } from "../text/rooms";
import { useLeaveGuard } from "./leave";
import "./bulk_bar.css";

/** There while something is unsaved: saves it (`form`: the id of the form that does, or `save`) or takes it back. Leaving asks first. Ctrl S,
 * or ⌘ S, saves from anywhere on the page. */
export function SaveBar({
  isUnsaved,
  busy,
  problem,
  form,
  save,
  undo,
}: {
  isUnsaved: boolean;
  busy: boolean;
  problem?: string | undefined;
  form?: string;
  save?: () => void;
  undo: () => void;
}) {
  const { said, text } = useWords("console");
  useLeaveGuard(isUnsaved);
  useEffect(() => {
    if (!isUnsaved) return;
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== "s" ||
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      if (busy) return;
      const sent = form ? document.getElementById(form) : null;
      if (sent instanceof HTMLFormElement) sent.requestSubmit();
      else save?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  return (
    <section class="save-bar" aria-label={said.unsaved} hidden={!isUnsaved}>
      <p role="status">{isUnsaved && said.unsaved}</p>
      <div class="bulk-acts">
        <p class="field-wrong" role="alert">
          {problem}
        </p>
        <button type="button" class="button button-plain" onClick={undo}>
          {said.undo}
        </button>
        <button
          type={form ? "submit" : "button"}
          form={form}
          class="button button-main"
          aria-keyshortcuts="Control+S Meta+S"
          aria-disabled={busy}
          onClick={() => !busy && save?.()}
        >
          {busy ? text.loading : said.save}
        </button>
      </div>
    </section>
  );
}
