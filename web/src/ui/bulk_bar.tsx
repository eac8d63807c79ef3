import type { ComponentChildren } from "preact";
import { useWords } from "../text/rooms";
import { countChosen } from "./selection";
import "./bulk_bar.css";

/** What can be done with all that is chosen, while anything is; what a filter or another page hides of it is said, since it is meant, too. */
export function BulkBar({
  chosen,
  shown,
  clear,
  children,
}: {
  chosen: ReadonlySet<string>;
  /** The ids of the rows that are on the page. */
  shown: readonly string[];
  clear: () => void;
  children: ComponentChildren;
}) {
  const { said } = useWords("console");
  const count = countChosen(chosen, shown);
  return (
    <section class="bulk-bar" aria-label={said.chosen(chosen.size)} hidden={chosen.size === 0}>
      <p role="status">
        {chosen.size > 0 && said.chosen(chosen.size)}
        {count.hidden > 0 && <span class="bulk-hidden">{said.hidden(count.hidden)}</span>}
      </p>
      <div class="bulk-acts">
        {children}
        <button type="button" class="button button-plain" onClick={clear}>
          {said.chooseNone}
        </button>
      </div>
    </section>
  );
}
