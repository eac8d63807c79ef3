import { Link } from "wouter-preact";
import type { Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo, pathToList } from "../paths";
import { useMay } from "../rights";
import { Balances } from "./balances";
import { ACCOUNTS, entries } from "./money";
import "./money.css";

/** Where money moved, on both sides, and what that comes to. */
export function LedgerPage() {
  const { said, format } = useWords("op_money");
  const { said: all } = useWords("operator");
  const may = useMay();
  const names = ["payment", "account", "shop", "from", "to"];
  const { values, set, clear } = useFilters([...names, "asOf"]);
  const { asOf = "", ...narrows } = values;
  const isNarrowed = names.some((name) => values[name]);
  return (
    <ConsolePage heading={all.places.ledger}>
      <Balances asOf={asOf} set={(time) => set({ asOf: time })} />
      <section class="part">
        <h2>{said.entries}</h2>
        <Filters
          label={all.narrow}
          values={narrows}
          set={set}
          clear={clear}
          fields={[
            {
              name: "account",
              label: said.ledgerAccount,
              kind: "choice",
              options: [
                { value: "", label: all.any },
                ...ACCOUNTS.map((value) => ({ value, label: said.accounts[value] ?? value })),
              ],
            },
            { name: "payment", label: said.paymentId, kind: "words" },
            { name: "shop", label: all.shopId, kind: "words" },
            { name: "from", label: all.from, kind: "day" },
            { name: "to", label: all.to, kind: "day" },
          ]}
        />
        <List
          name={["entries", narrows]}
          caption={said.entries}
          ask={(pageToken) => entries(narrows, pageToken)}
          idOf={(one) => one.id}
          none={said.noEntries}
          clear={isNarrowed ? clear : undefined}
          columns={[
            { key: "time", name: said.when, head: true, cell: (one) => format.time(one.createTime) },
            { key: "cause", name: said.cause, cell: (one) => said.causes[one.cause] ?? one.cause },
            { key: "debit", name: said.debit, cell: (one) => <Postings of={one} sign={1} /> },
            { key: "credit", name: said.credit, cell: (one) => <Postings of={one} sign={-1} /> },
            {
              key: "about",
              name: said.paymentId,
              end: true,
              cell: (one) => {
                if (one.paymentId)
                  return (
                    <Link href={pathToList("ledger", { payment: one.paymentId })}>{said.entriesOf}</Link>
                  );
                return one.cause.startsWith("PAYOUT") && may("getPayout") ? (
                  <Link href={pathTo.payout(one.causeId)}>{said.toPayout}</Link>
                ) : (
                  ""
                );
              },
            },
          ]}
        />
      </section>
    </ConsolePage>
  );
}

/** One side of an entry: each account by itself, a shop's with the way to that. */
function Postings({ of: { postings }, sign }: { of: Schemas["LedgerEntry"]; sign: 1 | -1 }) {
  const { said, format } = useWords("op_money");
  const { said: all } = useWords("operator");
  return (
    <ul class="postings">
      {postings
        .filter(({ amount }) => amount * sign > 0)
        .map((one) => (
          <li key={`${one.account} ${one.ownerId} ${one.currency}`}>
            {said.accounts[one.account] ?? one.account}{" "}
            {one.ownerId && <Link href={pathToList("ledger", { shop: one.ownerId })}>{all.shop}</Link>}{" "}
            <b>{format.money({ amount: one.amount * sign, currency: one.currency })}</b>
          </li>
        ))}
    </ul>
  );
}
