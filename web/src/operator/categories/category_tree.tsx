import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { Icon } from "../../ui/icon";
import { useMay } from "../rights";
import { type Category, keyStep, mayMove, rowsOf } from "./tree";

/** The tree after the ARIA APG: arrows go through it, M takes a category along, Enter puts it into the one below the cursor, Escape puts it
 * back. */
export function CategoryTree({
  all,
  chosenId,
  choose,
  moved,
}: {
  all: readonly Category[];
  chosenId: string | undefined;
  choose: (id: string) => void;
  moved: (id: string, to: string | undefined) => void;
}) {
  const { said } = useWords("op_control");
  const { said: shared } = useWords("operator");
  const may = useMay();
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(all.filter((one) => one.parentId === undefined).map((one) => one.id)),
  );
  const [taken, setTaken] = useState<string>();
  const list = useRef<HTMLDivElement>(null);
  const focuses = useRef(false);
  const rows = rowsOf(all, open);
  const at = Math.max(
    0,
    rows.findIndex((row) => row.category.id === chosenId),
  );
  const takenName = all.find((one) => one.id === taken)?.name ?? "";
  useLayoutEffect(() => {
    if (!focuses.current) return;
    focuses.current = false;
    list.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  });
  const go = (id: string) => {
    focuses.current = true;
    choose(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = keyStep(rows, at, event.key);
    if (step && "to" in step) go(rows[step.to]?.category.id ?? row.category.id);
    else if (step && "open" in step) setOpen(new Set(open).add(step.open));
    else if (step && "close" in step) setOpen(new Set([...open].filter((id) => id !== step.close)));
    else if (event.key === "Escape" && taken) setTaken(undefined);
    else if (event.code === "KeyM" && may("updateCategory")) setTaken(row.category.id);
    else if (event.key === "Enter" && taken) {
      if (mayMove(all, taken, row.category.id)) moved(taken, row.category.id);
      setTaken(undefined);
    } else if (event.key === "Enter" || event.key === " ") go(row.category.id);
    else return;
    event.preventDefault();
  };
  return (
    <div>
      <p class="quiet" role="status">
        {taken ? said.takenAlong(takenName) : may("updateCategory") && said.treeKeys}
      </p>
      <div ref={list} class="tree" role="tree" aria-label={shared.places.categories} onKeyDown={onKeyDown}>
        {rows.map(({ category, level, at: position, of, isOpen }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the tree's
          <div
            key={category.id}
            role="treeitem"
            tabIndex={index === at ? 0 : -1}
            aria-level={level}
            aria-posinset={position}
            aria-setsize={of}
            aria-expanded={isOpen}
            aria-selected={category.id === chosenId}
            data-moved={category.id === taken}
            data-target={taken !== undefined && index === at && mayMove(all, taken, category.id)}
            style={{ "--level": level }}
            onClick={() => {
              go(category.id);
              if (isOpen === undefined || category.id !== chosenId) return;
              setOpen(
                isOpen
                  ? new Set([...open].filter((id) => id !== category.id))
                  : new Set(open).add(category.id),
              );
            }}
          >
            {isOpen === undefined ? <span class="tree-gap" /> : <Icon name={isOpen ? "down" : "next"} />}
            <span>{category.name}</span>
            <small>{category.slug}</small>
          </div>
        ))}
      </div>
    </div>
  );
}
