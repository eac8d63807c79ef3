import { useQuery } from "@tanstack/preact-query";
import { api, ask, type Schemas } from "../../api/client";
import type { Part } from "../../api/orders";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
import { wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import "./papers.css";

type Invoice = Schemas["Invoice"];

const MOST = 100;

/** A link is followed with what the browser has: a token that is about to end is renewed as soon as somebody turns to one. */
const ready = () => void asMember(() => Promise.resolve()).catch(() => {});

/** The invoice of a shop's part of an order and the credit notes to it, to be read and to be kept. */
export function Papers({ part }: { part: Part }) {
  const { said, text } = useWords("orders");
  const isSent = part.lines.some((line) => line.shippedQuantity > 0);
  const asked = useQuery({
    queryKey: ["mine", "papers", part.orderId, part.id],
    enabled: isSent,
    staleTime: 0,
    queryFn: () =>
      asMember(() =>
        ask(
          api.GET("/v1/sellerOrders/{sellerOrderId}/invoices", {
            params: { path: { sellerOrderId: part.id }, query: { pageSize: MOST } },
          }),
        ),
      ).then((answer) => answer.invoices),
  });
  if (!isSent) return null;
  return (
    <section class="papers">
      <h3>{said.papers}</h3>
      {asked.isPending && <Skeleton shape="line" />}
      {asked.isError && (
        <p role="alert">
          <span class="field-wrong">{wordsOf(asked.error, text)}</span>{" "}
          <button type="button" class="button" onClick={() => void asked.refetch()}>
            {text.problem.retry}
          </button>
        </p>
      )}
      {asked.data?.length === 0 && <p class="quiet">{said.noPapers}</p>}
      <ul>
        {asked.data?.map((one) => (
          <li key={one.id} onPointerEnter={ready} onFocusIn={ready}>
            <Paper one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Paper({ one }: { one: Invoice }) {
  const { said, format, language } = useWords("orders");
  const print = (mediaType: string) =>
    `/v1/invoices/${one.id}:print?mediaType=${mediaType}&language=${language}`;
  const name = said.paper[one.kind](one.number);
  return (
    <>
      <a href={print("text/html")} target="_blank" rel="noopener">
        {name}
      </a>
      <span class="quiet">{[format.date(one.issueTime), format.money(one.total)].join(", ")}</span>
      <a href={print("application/pdf")} download={`${one.number}.pdf`} aria-label={said.pdfOf(name)}>
        {said.pdf}
      </a>
    </>
  );
}
