import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { signed } from "../../text/signed";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { isLate, waited } from "../waited";
import { type Finding, findings, KINDS } from "./findings";
import { ResolveFinding } from "./resolve_finding";
import "./money.css";

/** What the provider, payments and the ledger say differently of the same money, and for how long. */
export function FindingsPage() {
  const { said, format, language } = useWords("op_money");
  const { said: all } = useWords("operator");
  const may = useMay();
  const { values, set, clear, isNarrowed } = useFilters(["state", "kind"]);
  const [resolves, setResolves] = useState<Finding>();
  return (
    <ConsolePage heading={all.places.findings} lead={said.findingsLead}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: all.everything, values: {} },
          { name: said.open, values: { state: "OPEN" } },
          { name: said.resolved, values: { state: "RESOLVED" } },
        ]}
        fields={[
          {
            name: "kind",
            label: said.kind,
            kind: "choice",
            options: [
              { value: "", label: all.any },
              ...KINDS.map((value) => ({ value, label: said.kinds[value] ?? value })),
            ],
          },
        ]}
      />
      {resolves && <ResolveFinding finding={resolves} close={() => setResolves(undefined)} />}
      <List
        name={["findings", values]}
        caption={all.places.findings}
        ask={(pageToken) => findings(values, pageToken)}
        idOf={(one) => one.id}
        none={said.noFindings}
        clear={isNarrowed ? clear : undefined}
        tone={(one) => (one.state === "OPEN" ? "bad" : undefined)}
        columns={[
          { key: "kind", name: said.kind, head: true, cell: (one) => said.kinds[one.kind] ?? one.kind },
          {
            key: "state",
            name: all.state,
            cell: (one) => (
              <Badge tone={one.state === "OPEN" ? "bad" : "quiet"}>
                {one.state === "OPEN" ? said.open : said.resolved}
              </Badge>
            ),
          },
          {
            key: "subject",
            name: said.subject,
            cell: (one) =>
              one.orderId && may("getOrder") ? (
                <Link href={pathTo.order(one.orderId)}>{said.toOrder}</Link>
              ) : (
                <code class="subject">{one.subject}</code>
              ),
          },
          { key: "more", name: said.more, end: true, cell: (one) => signed(format, one) },
          {
            key: "age",
            name: said.age,
            cell: (one) => (
              <span class={one.state === "OPEN" && isLate(one.firstSeenTime) ? "late" : undefined}>
                {waited(one.firstSeenTime, language)}
              </span>
            ),
          },
          {
            key: "result",
            name: said.result,
            cell: (one) =>
              [one.reason && (said.closings[one.reason] ?? one.reason), one.note].filter(Boolean).join(": "),
          },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) =>
              one.state === "OPEN" &&
              may("resolveFinding") && (
                <button
                  type="button"
                  class="button"
                  aria-label={`${said.resolve}: ${said.kinds[one.kind]}, ${one.subject}`}
                  onClick={() => setResolves(one)}
                >
                  {said.resolve}
                </button>
              ),
          },
        ]}
      />
    </ConsolePage>
  );
}
