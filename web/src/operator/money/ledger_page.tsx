import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathToList } from "../paths";
import { Balances } from "./balances";
import { entries } from "./money";

/** Where money moved, on both sides, and what that comes to. */
export function LedgerPage() {
  const { said, format } = useWords("op_orders");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(["payment", "account", "from", "to"]);
  return (
    <ConsolePage heading={all.places.ledger}>
      <Balances />
      <section class="part">
        <h2>{said.entries}</h2>
        <Filters
          label={all.narrow}
          values={values}
          set={set}
          clear={clear}
          fields={[
            { name: "account", label: said.ledgerAccount, kind: "words" },
            { name: "payment", label: said.paymentId, kind: "words" },
            { name: "from", label: all.from, kind: "day" },
            { name: "to", label: all.to, kind: "day" },
          ]}
        />
        <List
          name={["entries", values]}
          caption={said.entries}
          ask={(pageToken) => entries(values, pageToken)}
          idOf={(one) => one.id}
          none={said.noEntries}
          clear={isNarrowed ? clear : undefined}
          columns={[
            { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
            { key: "cause", name: said.cause, cell: (one) => said.causes[one.cause] ?? one.cause },
            {
              key: "debit",
              name: said.debit,
              cell: (one) =>
                one.postings
                  .filter(({ amount }) => amount > 0)
                  .map((each) => `${each.account} ${format.money(each)}`)
                  .join("; "),
            },
            {
              key: "credit",
              name: said.credit,
              cell: (one) =>
                one.postings
                  .filter(({ amount }) => amount < 0)
                  .map((each) => `${each.account} ${format.money({ ...each, amount: -each.amount })}`)
                  .join("; "),
            },
            {
              key: "about",
              name: said.paymentId,
              end: true,
              cell: (one) =>
                one.paymentId && (
                  <Link href={pathToList("ledger", { payment: one.paymentId })}>{said.entriesOf}</Link>
                ),
            },
          ]}
        />
      </section>
    </ConsolePage>
  );
}
