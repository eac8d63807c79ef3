import { useState } from "preact/hooks";
import { useText } from "../../text/messages";
import { useSecurityText } from "../../text/security";
import { Done } from "../enter/done";
import { pathTo } from "../paths";
import { CloseForm } from "./close_form";
import { ExportForm } from "./export_form";
import { AccountFrame } from "./frame";
import { useAccount } from "./mine";

/** What is kept of somebody: to be taken along, or to be erased. */
export function DataPage() {
  const { text } = useText();
  const here = useSecurityText();
  const [closed, setClosed] = useState(false);
  if (closed)
    return <Done heading={here.closed} hint={here.closedHint} to={pathTo.home()} go={text.problem.toHome} />;
  return (
    <AccountFrame room="data">
      <Shown closed={() => setClosed(true)} />
    </AccountFrame>
  );
}

function Shown({ closed }: { closed: () => void }) {
  const here = useSecurityText();
  const { account } = useAccount();
  const [open, setOpen] = useState<"" | "export" | "close">("");
  if (!account) return null;
  return (
    <div class="cards">
      <section class="card">
        <h2>{here.export}</h2>
        <p class="quiet">{here.exportLead}</p>
        {open === "export" ? (
          <ExportForm isGuest={account.guest} />
        ) : (
          <div class="acts">
            <button type="button" class="button" onClick={() => setOpen("export")}>
              {here.export}
            </button>
          </div>
        )}
      </section>
      <section class="card">
        <h2>{here.close}</h2>
        <p class="quiet">{here.closeLead}</p>
        {open === "close" ? (
          <CloseForm isGuest={account.guest} done={closed} />
        ) : (
          <div class="acts">
            <button type="button" class="button button-bad" onClick={() => setOpen("close")}>
              {here.close}
            </button>
          </div>
        )}
      </section>
    </div>
  );
}
