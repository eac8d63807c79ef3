import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { mine } from "../mine";
import { useShop } from "../shop";
import type { SellerOrder } from "./orders";

// Conversations are not told apart by order: of so many of the newest, the one about it is shown.
const LOOKED_AT = 100;

/** Invoices and credit notes, and what the buyer has written about it. */
export function Papers({ order }: { order: SellerOrder }) {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const invoices = useQuery({
    queryKey: ["mine", "order", order.id, "invoices"],
    queryFn: () =>
      mine(() =>
        api.GET("/v1/sellerOrders/{sellerOrderId}/invoices", {
          params: { path: { sellerOrderId: order.id }, query: { pageSize: 100 } },
        }),
      ),
  });
  const letters = useQuery({
    queryKey: ["mine", "order", order.id, "letters"],
    enabled: shop.may("messages.read"),
    queryFn: () =>
      mine(() =>
        api.GET("/v1/conversations", { params: { query: { sellerId: shop.id, pageSize: LOOKED_AT } } }),
      ).then(({ conversations }) => conversations.filter((one) => one.sellerOrderId === order.id)),
  });
  const papers = invoices.data?.invoices ?? [];
  return (
    <section class="panel">
      <h2>{said.papers}</h2>
      <ul class="papers">
        {papers.map((paper) => (
          <li key={paper.id}>
            <a href={`/v1/invoices/${paper.id}:print`} target="_blank" rel="noopener">
              {said.paper[paper.kind](paper.number)}
            </a>{" "}
            <span class="quiet">{format.money(paper.total)}</span>
          </li>
        ))}
        {letters.data?.map((letter) => (
          <li key={letter.id}>
            <Link href={shop.to.conversation(letter.id)}>{said.letters(letter.title)}</Link>
          </li>
        ))}
      </ul>
      {papers.length === 0 && !letters.data?.length && !invoices.isPending && (
        <p class="quiet">{said.noPapers}</p>
      )}
    </section>
  );
}
