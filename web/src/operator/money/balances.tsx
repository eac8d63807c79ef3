import { keepPreviousData, useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Filters } from "../../ui/filters";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { balances, momentOf, sumsOf } from "./money";

/** What is on each account, now or as of a time, and that it comes to nothing in all. */
export function Balances({ asOf, set }: { asOf: string; set: (asOf: string) => void }) {
  const { said, format } = useWords("op_money");
  const moment = momentOf(asOf);
  const asked = useQuery({
    queryKey: ["mine", "op", "balances", moment],
    queryFn: () => balances(moment),
    placeholderData: keepPreviousData,
  });
  const heading = moment ? said.balancesAsOf(format.time(moment)) : said.balances;
  return (
    <section class="part" aria-busy={asked.isPlaceholderData}>
      <h2>{heading}</h2>
      <Filters
        label={said.balancesWhen}
        values={{ ...(moment && { asOf }) }}
        set={(patch) => set(patch.asOf ?? "")}
        clear={() => set("")}
        fields={[{ name: "asOf", label: said.asOf, kind: "time" }]}
      />
      {asked.isPending && <Skeleton shape="line" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.data && (
        <>
          <div role="status">
            <ul class="balances">
              {sumsOf(asked.data).map(({ currency, amount }) => (
                <li key={currency}>
                  <Badge tone={amount === 0 ? "good" : "bad"}>
                    {amount === 0 ? said.balanced : said.unbalanced}
                  </Badge>{" "}
                  <span class={amount === 0 ? "quiet" : "money-bad"}>
                    {said.sum(currency, format.money({ amount, currency }))}
                  </span>
                </li>
              ))}
            </ul>
          </div>
          <Table
            caption={heading}
            rows={asked.data}
            idOf={(one) => `${one.account} ${one.currency}`}
            columns={[
              {
                key: "account",
                name: said.ledgerAccount,
                head: true,
                cell: (one) => (
                  <>
                    {said.accounts[one.account]} <code>{one.account}</code>
                  </>
                ),
              },
              { key: "currency", name: said.currency, cell: (one) => one.currency },
              { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one) },
            ]}
          />
        </>
      )}
    </section>
  );
}
