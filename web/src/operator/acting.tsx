import { useQueryClient } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useWords } from "../text/rooms";
import { ActDialog } from "../ui/act_dialog";
import type { Operation } from "./paths";
import { useMay } from "./rights";
import { useTell } from "./told";
import "./acting.css";

export type Act = {
  needs: Operation;
  /** The button that opens the dialog. */
  label: string;
  /** The same for who does not see which row it is in. */
  of?: string;
  heading: string;
  /** All that it will do, before it does. */
  does: readonly string[];
  reason?: "required" | "optional";
  isBad?: boolean;
  act: (reason: string) => Promise<unknown>;
  /** What is said once it is done, and whose records it is among. */
  told: string;
  target?: string;
  reasons?: Readonly<Record<string, string>>;
  children?: ComponentChildren;
};

// The shortest that any of these operations takes.
const MOST = 200;

/** What lists and pages of operators are made anew of, once something was done. */
export function useStale() {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ["mine", "op"] });
}

/** A button for who may, and what is asked and said before and after. */
export function ActButton({
  needs,
  label,
  of,
  heading,
  does,
  reason,
  isBad,
  act,
  told,
  target,
  reasons,
  children,
}: Act) {
  const { said } = useWords("operator");
  const may = useMay();
  const tell = useTell();
  const stale = useStale();
  const [isOpen, setOpen] = useState(false);
  if (!may(needs)) return null;
  const done = () => {
    tell({ words: told, ...(target && { target }) });
    stale();
  };
  return (
    <>
      <button
        type="button"
        class={isBad ? "button button-bad" : "button"}
        aria-label={of && `${label}: ${of}`}
        onClick={() => setOpen(true)}
      >
        {label}
      </button>
      {isOpen && (
        <ActDialog
          heading={heading}
          press={label}
          isBad={Boolean(isBad)}
          act={act}
          close={() => setOpen(false)}
          done={done}
          {...(reasons && { reasons })}
          {...(reason && {
            reason: {
              label: reason === "required" ? said.reason : said.reasonMaybe,
              hint: said.reasonHint,
              required: reason === "required",
              most: MOST,
            },
          })}
        >
          <Does lines={does} />
          {children}
        </ActDialog>
      )}
    </>
  );
}

/** What will come of it, point by point. A dialog begins with it, not with the button that does it: the key that has opened the dialog may
 * still be down. */
export function Does({ lines }: { lines: readonly string[] }) {
  return (
    // biome-ignore lint/a11y/noAutofocus: that is where a dialog begins
    <ul class="does" tabIndex={-1} autoFocus>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
