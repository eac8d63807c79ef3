import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { events, type Order } from "./orders";

/** How an order came to where it is, the first step first. */
export function History({ order }: { order: Order }) {
  const { said, format } = useWords("op_orders");
  const asked = useQuery({ queryKey: ["mine", "op", "history", order.id], queryFn: () => events(order.id) });
  const numbers = new Map(order.sellerOrders.map((part) => [part.id, part.number]));
  return (
    <section class="part">
      <h2>{said.history}</h2>
      {asked.isPending && <Skeleton shape="line" count={4} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      <ol class="history">
        {asked.data?.map((one, index) => (
          <li key={index}>
            <span class="quiet">{format.time(one.time)}</span>
            <span>
              {numbers.get(one.sellerOrderId)} <strong>{said.states[one.to]}</strong>{" "}
              {[
                said.actors[one.actor] ?? one.actor,
                one.lines.length > 0 &&
                  said.unitsOf(one.lines.reduce((sum, { quantity }) => sum + quantity, 0)),
                one.addressChanged && said.addressChanged,
                one.reason,
              ]
                .filter(Boolean)
                .join(", ")}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
