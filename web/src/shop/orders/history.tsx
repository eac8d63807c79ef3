import { useQuery } from "@tanstack/preact-query";
import { historyOf, type Order } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import "./history.css";

type Event = Awaited<ReturnType<typeof historyOf>>[number];
type Said = Pick<ReturnType<typeof useWords<"orders">>["said"], "addressChanged" | "unitsGone" | "state">;

function whatHappened(one: Event, said: Said): string {
  if (one.addressChanged) return said.addressChanged;
  if (one.from === one.to && one.lines.length > 0)
    return said.unitsGone(one.lines.reduce((all, line) => all + line.quantity, 0));
  return said.state[one.to] ?? one.to;
}

/** What has happened to an order, the newest first. */
export function History({ order }: { order: Order }) {
  const { said, language } = useWords("orders");
  const asked = useQuery({
    queryKey: ["mine", "history", order.id],
    queryFn: () => historyOf(order.id),
    staleTime: 0,
  });
  const moments = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const nameOf = (partId: string) =>
    order.sellerOrders.length > 1
      ? `${order.sellerOrders.find((one) => one.id === partId)?.number ?? ""}: `
      : "";
  return (
    <section class="history">
      <h2>{said.history}</h2>
      {asked.isPending && <Skeleton shape="text" />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      <ol>
        {[...(asked.data ?? [])].reverse().map((one) => (
          <li key={`${one.time} ${one.sellerOrderId} ${one.to}`}>
            <time dateTime={one.time}>{moments.format(new Date(one.time))}</time>
            <span>
              {nameOf(one.sellerOrderId)}
              {whatHappened(one, said)}
              <small>{[said.actor[one.actor] ?? one.actor, one.reason].filter(Boolean).join(": ")}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
