import { queryOptions, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { followOrder } from "../../api/live";
import { type Order, order } from "../../api/orders";

const POLL_MS = 15_000;

export const orderOf = (id: string) =>
  queryOptions({
    queryKey: ["mine", "order", id],
    queryFn: () => order(id),
    staleTime: 0,
    // Should nothing come by the stream, it is asked for all the same while something is about to happen.
    refetchInterval: ({ state }) => (state.data?.state === "PENDING_PAYMENT" ? POLL_MS : false),
  });

/** An order as it is now, and as it becomes. */
export function useOrder(id: string) {
  const queries = useQueryClient();
  const asked = useQuery(orderOf(id));
  const isThere = asked.data !== undefined;
  useEffect(() => {
    if (!isThere) return;
    return followOrder(id, () => {
      for (const name of ["order", "history"])
        void queries.invalidateQueries({ queryKey: ["mine", name, id] });
    });
  }, [id, isThere, queries]);
  return asked;
}

export const isWaiting = (shown: Order) => shown.state === "PENDING_PAYMENT" && shown.payUntil !== undefined;
