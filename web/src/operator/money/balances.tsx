import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { balances, sumsOf } from "./money";

/** What is on each account, and that it comes to nothing in all. */
export function Balances() {
  const { said, format } = useWords("op_orders");
  const asked = useQuery({ queryKey: ["mine", "op", "balances"], queryFn: balances });
  if (asked.isPending) return <Skeleton shape="line" count={3} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return (
    <section class="part">
      <h2>{said.balances}</h2>
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
        caption={said.balances}
        rows={asked.data}
        idOf={(one) => `${one.account} ${one.currency}`}
        columns={[
          { key: "account", name: said.ledgerAccount, head: true, cell: (one) => <code>{one.account}</code> },
          { key: "currency", name: said.currency, cell: (one) => one.currency },
          { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one) },
        ]}
      />
    </section>
  );
}
