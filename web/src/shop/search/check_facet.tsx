import { useState } from "preact/hooks";
import { useText } from "../../text/messages";
import "./check_facet.css";

const AT_FIRST = 6;

export type Row = { key: string; label: string; count: number | undefined; checked: boolean };

/** Filters of one kind, with how many products each would show. */
export function CheckFacet({
  heading,
  rows,
  toggle,
}: {
  heading: string;
  rows: readonly Row[];
  toggle: (key: string) => void;
}) {
  const { text, format } = useText();
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  const shown = all ? rows : rows.filter((row, index) => index < AT_FIRST || row.checked);
  return (
    <fieldset class="facet">
      <legend>{heading}</legend>
      {shown.map((row) => (
        <label key={row.key} class="check">
          <input type="checkbox" checked={row.checked} onChange={() => toggle(row.key)} />
          <span class="check-label">{row.label}</span>
          {row.count !== undefined && <span class="quiet">{format.number(row.count)}</span>}
        </label>
      ))}
      {shown.length < rows.length && (
        <button type="button" class="facet-more" onClick={() => setAll(true)}>
          {text.search.more}
        </button>
      )}
    </fieldset>
  );
}
