import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { useMay } from "../rights";
import { invoicesOf, type Part } from "./orders";

/** The tax documents of a part of an order, each as a PDF. */
export function Invoices({ part }: { part: Part }) {
  const { said, format, language } = useWords("op_orders");
  const may = useMay();
  const asked = useQuery({
    queryKey: ["mine", "op", "invoices", part.id],
    queryFn: () => invoicesOf(part.id),
    enabled: may("listSellerOrderInvoices"),
  });
  if (!asked.data || asked.data.length === 0) return null;
  return (
    <ul class="invoices">
      {asked.data.map((one) => (
        <li key={one.id}>
          <a href={`/v1/invoices/${one.id}:print?mediaType=application/pdf&language=${language}`}>
            {said.invoices[one.kind]} {one.number}
          </a>{" "}
          <span class="quiet">{[format.date(one.issueTime), format.money(one.total)].join(", ")}</span>
        </li>
      ))}
    </ul>
  );
}
