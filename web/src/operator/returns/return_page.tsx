import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Picture } from "../../ui/picture";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { Nothing } from "../guarded";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { ReturnActs } from "./return_acts";
import { type Return, returnQuery, TONES } from "./returns";
import "./return_page.css";

export function ReturnPage({ id }: { id: string }) {
  const asked = useQuery(returnQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown one={asked.data} />;
}

function Shown({ one }: { one: Return }) {
  const { said, format } = useWords("op_returns");
  const { said: all } = useWords("operator");
  const may = useMay();
  return (
    <ConsolePage
      heading={said.returned(one.number)}
      acts={<Badge tone={TONES[one.state]}>{said.states[one.state]}</Badge>}
    >
      <ReturnActs one={one} />
      <Facts
        facts={[
          { name: said.order, value: <Link href={pathTo.order(one.orderId)}>{one.number}</Link> },
          ...(may("listSellersForOperators")
            ? [
                {
                  name: all.shop,
                  value: <Link href={pathTo.seller(one.sellerId)}>{one.sellerId}</Link>,
                },
              ]
            : []),
          { name: all.why, value: [said.reasons[one.reason], one.text].filter(Boolean).join("\n") },
          ...(one.carrier
            ? [{ name: said.carrier, value: [one.carrier, one.trackingNumber].filter(Boolean).join(", ") }]
            : []),
          ...(one.amount ? [{ name: said.amount, value: format.money(one.amount) }] : []),
          ...(one.rejectedReason ? [{ name: said.rejectedFor, value: one.rejectedReason }] : []),
        ]}
      />
      <section class="part">
        <h2>{said.lines}</h2>
        <Table
          caption={said.lines}
          rows={one.lines}
          idOf={(line) => line.lineId}
          columns={[
            { key: "title", name: said.product, head: true, cell: (line) => line.title },
            { key: "sku", name: said.sku, cell: (line) => line.sku },
            { key: "units", name: said.units, end: true, cell: (line) => format.number(line.quantity) },
            {
              key: "restocked",
              name: said.restocked,
              end: true,
              cell: (line) => format.number(line.restockedQuantity),
            },
          ]}
        />
      </section>
      {one.pictures.length > 0 && (
        <section class="part">
          <h2>{said.pictures}</h2>
          <ul class="return-shots">
            {one.pictures.map((each) => (
              <li key={each.id}>
                <Picture picture={each} sizes="10rem" />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="part">
        <h2>{said.steps}</h2>
        <ol>
          {one.steps.map((step) => (
            <li key={`${step.state} ${step.time}`}>
              <span class="quiet">{format.time(step.time)}</span> <strong>{said.states[step.state]}</strong>{" "}
              {said.actors[step.actor] ?? step.actor}
            </li>
          ))}
        </ol>
      </section>
    </ConsolePage>
  );
}
