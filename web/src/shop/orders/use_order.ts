import { queryOptions, useIsMutating, useQuery, useQueryClient } from "@tanstack/preact-query";
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
  // While it is paid here it is not asked for: it would be told of half way, and the form that waits for the answer would go.
  const isPaid = useIsMutating({ mutationKey: payingOf(id) }) > 0;
  const asked = useQuery({ ...orderOf(id), enabled: !isPaid });
  useOrderNews(asked.data && id);
  return asked;
}

/** All that is shown of an order is asked for anew when something about it has changed. */
export function useOrderNews(id: string | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (id === undefined) return;
    return followOrder(id, () => {
      for (const key of [["order", id], ["history", id], ["papers", id], ["returns"]])
        void queries.invalidateQueries({ queryKey: ["mine", ...key] });
    });
  }, [id, queries]);
}

/** Names a payment that is under way in this browser. */
export const payingOf = (id: string) => ["pay", id];

/** For its buyer to pay with another method. */
export const isWaiting = (shown: Order) => shown.state === "PENDING_PAYMENT" && shown.payUntil !== undefined;
