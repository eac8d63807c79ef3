import { useMutation } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Problem } from "../../ui/problem";
import { Table } from "../../ui/table";
import { explain, type Order } from "./orders";

/** How each amount came about, computed again from what was stored: for who has to explain it to a buyer. */
export function Explained({ order }: { order: Order }) {
  const { said, text, format } = useWords("op_orders");
  const asking = useMutation({ mutationFn: () => explain(order.id) });
  return (
    <section class="part">
      <h2>{said.explained}</h2>
      {asking.isError && <Problem problem={asking.error} retry={() => asking.mutate()} />}
      {asking.data ? (
        <>
          <p role="status">
            <Badge tone={asking.data.matches ? "good" : "bad"}>
              {asking.data.matches ? said.matches : said.matchesNot}
            </Badge>
          </p>
          <Table
            caption={said.explained}
            rows={asking.data.amounts}
            idOf={(one) => `${one.subject} ${one.id} ${one.formula}`}
            tone={(one) => (one.stored.amount === one.computed.amount ? undefined : "bad")}
            columns={[
              {
                key: "what",
                name: said.what,
                head: true,
                cell: (one) => said.subjects[one.subject] ?? one.subject,
              },
              { key: "how", name: said.formula, cell: (one) => <code>{one.formula}</code> },
              { key: "stored", name: said.stored, end: true, cell: (one) => format.money(one.stored) },
              { key: "computed", name: said.computed, end: true, cell: (one) => format.money(one.computed) },
            ]}
          />
        </>
      ) : (
        <button type="button" class="button" disabled={asking.isPending} onClick={() => asking.mutate()}>
          {asking.isPending ? text.loading : said.explain}
        </button>
      )}
    </section>
  );
}
