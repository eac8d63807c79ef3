import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useWords } from "../text/rooms";
import { classes } from "./classes";
import { togglingAll, togglingRange } from "./selection";
import "./table.css";

export type Column<Row> = {
  key: string;
  name: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers and money stand at the end. */
  end?: boolean;
  /** What names the row: one column has it. */
  head?: boolean;
  /** What the list is sorted by, where it can be by this column. */
  sort?: string;
};

export type Selection<Row> = {
  chosen: ReadonlySet<string>;
  set: (chosen: ReadonlySet<string>) => void;
  /** What a row is called, for who does not see it. */
  name: (row: Row) => string;
};

/** Rows that can be chosen and sorted; on a narrow screen each is a card. All are keyed by id, so that a change of one is never that of another. */
export function Table<Row>({
  caption,
  columns,
  rows,
  idOf,
  selection,
  sort,
  tone,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  idOf: (row: Row) => string;
  selection?: Selection<Row>;
  sort?: { by: string; set: (by: string) => void };
  /** "bad" where a row needs somebody. */
  tone?: (row: Row) => "bad" | undefined;
}) {
  const { said } = useWords("console");
  const last = useRef<string>();
  const ids = rows.map(idOf);
  const all = selection !== undefined && ids.length > 0 && ids.every((id) => selection.chosen.has(id));
  const some = selection !== undefined && !all && ids.some((id) => selection.chosen.has(id));
  const press = (id: string, isRange: boolean) => {
    if (!selection) return;
    selection.set(togglingRange(selection.chosen, ids, id, isRange ? last.current : undefined));
    last.current = id;
  };
  return (
    <div class="table-room">
      {selection && (
        // Where rows are cards there is no head to choose all in.
        <label class="table-all">
          <input
            type="checkbox"
            checked={all}
            indeterminate={some}
            onChange={() => selection.set(togglingAll(selection.chosen, ids))}
          />
          {said.chooseAll}
        </label>
      )}
      <table class={classes("table", selection && "table-choosing")}>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {selection && (
              <td class="table-choice">
                <input
                  type="checkbox"
                  aria-label={said.chooseAll}
                  checked={all}
                  indeterminate={some}
                  onChange={() => selection.set(togglingAll(selection.chosen, ids))}
                />
              </td>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} {...(sort && { sort })} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const id = idOf(row);
            const isChosen = selection?.chosen.has(id) ?? false;
            return (
              <tr key={id} data-chosen={isChosen} data-tone={tone?.(row)}>
                {selection && (
                  <td class="table-choice">
                    <input
                      type="checkbox"
                      aria-label={said.choose(selection.name(row))}
                      checked={isChosen}
                      onClick={(event) => press(id, event.shiftKey)}
                    />
                  </td>
                )}
                {columns.map(({ key, name, cell, end, head }) => {
                  const Cell = head ? "th" : "td";
                  return (
                    <Cell
                      key={key}
                      class={classes(end && "table-end", head && "table-head")}
                      data-name={name}
                      {...(head && { scope: "row" as const })}
                    >
                      {cell(row)}
                    </Cell>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({
  column: { name, end, sort: by },
  sort,
}: {
  column: Column<Row>;
  sort?: { by: string; set: (by: string) => void };
}) {
  const { said } = useWords("console");
  if (!name)
    return (
      <td class={classes(end && "table-end")}>
        <span class="unseen">{said.acts}</span>
      </td>
    );
  if (!sort || !by)
    return (
      <th scope="col" class={classes(end && "table-end")}>
        {name}
      </th>
    );
  const way = sort.by === by ? "ascending" : sort.by === `-${by}` ? "descending" : undefined;
  return (
    <th scope="col" class={classes(end && "table-end")} aria-sort={way ?? "none"}>
      <button
        type="button"
        class="table-sort"
        data-way={way}
        onClick={() => sort.set(way === "ascending" ? `-${by}` : by)}
      >
        {name}
      </button>
    </th>
  );
}
