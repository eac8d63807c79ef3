import { useMutation } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { signed } from "../../text/signed";
import { Problem } from "../../ui/problem";
import { Select } from "../../ui/select";
import { Table } from "../../ui/table";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { type Rule, type Simulation, simulate } from "./commissions";
import "./commissions.css";

const DAYS = [7, 30, 90] as const;
type Taken = { before: Simulation["totals"][number]["before"]; after: Simulation["totals"][number]["after"] };

/** What the version would have taken of what was sold, beside what was taken. */
export function Simulate({ rule }: { rule: Rule }) {
  const { said, text, format } = useWords("op_money");
  const trying = useMutation({ mutationFn: (days: number) => simulate(rule.id, days) });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (trying.isPending || !(event.currentTarget instanceof HTMLFormElement)) return;
    trying.mutate(Number(new FormData(event.currentTarget).get("days")));
  };
  return (
    <section class="part">
      <h2>{said.simulate}</h2>
      <p class="quiet">{said.simulateLead}</p>
      <form class="simulate" onSubmit={send}>
        <Select
          name="days"
          label={said.simulateDays}
          chosen="30"
          options={DAYS.map((days) => ({ value: String(days), label: format.number(days) }))}
        />
        <button type="submit" class="button" aria-disabled={trying.isPending}>
          {trying.isPending ? text.loading : said.simulateGo}
        </button>
      </form>
      {trying.isError && <Problem problem={trying.error} retry={() => trying.mutate(DAYS[1])} />}
      <div aria-live="polite">{trying.data && <Result found={trying.data} />}</div>
    </section>
  );
}

function Result({ found }: { found: Simulation }) {
  const { said, format } = useWords("op_money");
  const { said: all } = useWords("operator");
  const may = useMay();
  const difference = ({ before, after }: Taken) =>
    signed(format, { amount: after.amount - before.amount, currency: before.currency });
  const taken = [
    { key: "before", name: said.before, end: true, cell: (one: Taken) => format.money(one.before) },
    { key: "after", name: said.after, end: true, cell: (one: Taken) => format.money(one.after) },
    { key: "difference", name: said.difference, end: true, cell: difference },
  ];
  const shop = (id: string) =>
    may("listSellersForOperators") ? <Link href={pathTo.seller(id)}>{id}</Link> : id;
  return (
    <>
      <h3>{said.simulated(format.time(found.from), format.time(found.until))}</h3>
      {!found.complete && <p role="note">{said.incomplete}</p>}
      {found.totals.length === 0 && <p>{said.simulatedNone}</p>}
      {found.totals.length > 0 && (
        <Table
          caption={said.totals}
          rows={found.totals}
          idOf={(one) => one.currency}
          columns={[
            { key: "currency", name: said.currency, head: true, cell: (one) => one.currency },
            { key: "lines", name: said.linesSold, end: true, cell: (one) => format.number(one.lines) },
            {
              key: "changed",
              name: said.changedLines,
              end: true,
              cell: (one) => format.number(one.changedLines),
            },
            { key: "earned", name: said.earned, end: true, cell: (one) => format.money(one.earned) },
            ...taken,
          ]}
        />
      )}
      {found.sellers.length > 0 && (
        <>
          <h3>{said.mostShops}</h3>
          <Table
            caption={said.mostShops}
            rows={found.sellers}
            idOf={(one) => `${one.sellerId} ${one.before.currency}`}
            columns={[
              { key: "shop", name: all.shop, head: true, cell: (one) => shop(one.sellerId) },
              {
                key: "changed",
                name: said.changedLines,
                end: true,
                cell: (one) => format.number(one.changedLines),
              },
              ...taken,
            ]}
          />
        </>
      )}
      {found.lines.length > 0 && (
        <>
          <h3>{said.mostLines}</h3>
          <Table
            caption={said.mostLines}
            rows={found.lines}
            idOf={(one) => one.lineId}
            columns={[
              { key: "line", name: said.line, head: true, cell: (one) => <code>{one.lineId}</code> },
              { key: "shop", name: all.shop, cell: (one) => shop(one.sellerId) },
              ...taken,
            ]}
          />
        </>
      )}
    </>
  );
}
