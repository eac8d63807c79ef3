import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { isLate, waited } from "../waited";
import { type Report, reports } from "./content";
import { ResolveDialog } from "./resolve_dialog";

/** What people say is wrong with a product or a review: those that wait first. */
export function ReportsPage() {
  const { said, format, language } = useWords("op_content");
  const { said: all } = useWords("operator");
  const may = useMay();
  const { values, set, clear } = useFilters(["state"]);
  const state = values.state === "RESOLVED" ? "RESOLVED" : "OPEN";
  const [answers, setAnswers] = useState<Report>();
  return (
    <ConsolePage heading={all.places.reports} lead={said.reportsLead}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.open, values: {} },
          { name: said.resolved, values: { state: "RESOLVED" } },
        ]}
        fields={[]}
      />
      {answers && <ResolveDialog report={answers} close={() => setAnswers(undefined)} />}
      <List
        name={["reports", state]}
        caption={all.places.reports}
        ask={(pageToken) => reports(state, pageToken)}
        idOf={(one) => one.id}
        none={state === "OPEN" ? said.noReports : said.noResolved}
        tone={(one) => (one.state === "OPEN" && isLate(one.createTime) ? "bad" : undefined)}
        columns={[
          {
            key: "what",
            name: said.about,
            head: true,
            cell: (one) => {
              const what = one.reviewId ? said.review : said.product;
              const to = one.reviewId ? pathTo.review(one.reviewId) : pathTo.product(one.productId);
              return may(one.reviewId ? "hideReview" : "listProducts") ? <Link href={to}>{what}</Link> : what;
            },
          },
          { key: "reason", name: all.why, cell: (one) => said.reportReasons[one.reason] },
          { key: "text", name: said.said, cell: (one) => one.text },
          { key: "by", name: said.by, cell: (one) => one.contactEmail ?? one.accountId ?? "" },
          state === "OPEN"
            ? { key: "waits", name: all.waits, end: true, cell: (one) => waited(one.createTime, language) }
            : {
                key: "answer",
                name: said.answer,
                cell: (one) => (
                  <>
                    <Badge tone={one.decision === "CONTENT_REMOVED" ? "bad" : "quiet"}>
                      {one.decision ? said.decisions[one.decision] : ""}
                    </Badge>{" "}
                    {one.answer} <span class="quiet">{one.resolveTime && format.time(one.resolveTime)}</span>
                  </>
                ),
              },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) =>
              one.state === "OPEN" &&
              may("resolveReport") && (
                <button type="button" class="button" onClick={() => setAnswers(one)}>
                  {said.toAnswer}
                </button>
              ),
          },
        ]}
      />
    </ConsolePage>
  );
}
