import { useWords } from "../text/rooms";
import { useLeaveGuard } from "./leave";
import "./bulk_bar.css";

/** There while something is unsaved: saves it (`form`: the id of the form that does, or `save`) or takes it back. Leaving asks first. */
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
          aria-disabled={busy}
          onClick={() => !busy && save?.()}
        >
          {busy ? text.loading : said.save}
        </button>
      </div>
    </section>
  );
}
