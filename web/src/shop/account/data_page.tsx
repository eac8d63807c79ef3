import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Skeleton } from "../../ui/skeleton";
import { pathTo } from "../paths";
import { AccountFrame } from "./frame";

const ExportForm = lazy(() => import("./export_form").then((room) => room.ExportForm));
const CloseForm = lazy(() => import("./close_form").then((room) => room.CloseForm));

/** What is kept of somebody: to be taken along, or to be erased. */
export function DataPage() {
  const { said, text } = useWords("security");
  const [closed, setClosed] = useState(false);
  if (closed)
    return <Done heading={said.closed} hint={said.closedHint} to={pathTo.home()} go={text.problem.toHome} />;
  return (
    <AccountFrame room="data">
      <Shown closed={() => setClosed(true)} />
    </AccountFrame>
  );
}

function Shown({ closed }: { closed: () => void }) {
  const { said } = useWords("security");
  const { account } = useAccount();
  const [open, setOpen] = useState<"" | "export" | "close">("");
  if (!account) return null;
  return (
    <div class="cards">
      <section class="card">
        <h2>{said.export}</h2>
        <p class="quiet">{said.exportLead}</p>
        {open === "export" ? (
          <Suspense fallback={<Skeleton shape="line" />}>
            <ExportForm isGuest={account.guest} />
          </Suspense>
        ) : (
          <div class="acts">
            <button type="button" class="button" onClick={() => setOpen("export")}>
              {said.export}
            </button>
          </div>
        )}
      </section>
      <section class="card">
        <h2>{said.close}</h2>
        <p class="quiet">{said.closeLead}</p>
        {open === "close" ? (
          <Suspense fallback={<Skeleton shape="line" />}>
            <CloseForm isGuest={account.guest} done={closed} />
          </Suspense>
        ) : (
          <div class="acts">
            <button type="button" class="button button-bad" onClick={() => setOpen("close")}>
              {said.close}
            </button>
          </div>
        )}
      </section>
    </div>
  );
}
