import type { ComponentChildren } from "preact";
import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useWords } from "../text/rooms";
import { Icon } from "../ui/icon";
import { pathToList } from "./paths";
import { useMay } from "./rights";
import "./told.css";

type Said = { words: string; target?: string };

const Teller = createContext<(said: Said) => void>(() => {});

/** `tell` says that something is done, and where it is on record. */
export const useTell = () => useContext(Teller);

/** Above the pages: what was done last, until another page is gone to. */
export function Told({ children }: { children: ComponentChildren }) {
  const { said } = useWords("operator");
  const [last, setLast] = useState<Said>();
  const [path] = useLocation();
  const may = useMay();
  // What was said belongs to the page that was open.
  useEffect(() => void (path && setLast(undefined)), [path]);
  const tell = useMemo(() => (news: Said) => setLast(news), []);
  return (
    <Teller.Provider value={tell}>
      <div class="told" role="status">
        {last && (
          <p>
            <Icon name="check" />
            <span>{last.words}</span>
            {last.target && may("listAuditEvents") && (
              <Link href={pathToList("audit", { target: last.target })}>{said.toAudit}</Link>
            )}
          </p>
        )}
      </div>
      {children}
    </Teller.Provider>
  );
}
