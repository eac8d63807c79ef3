import { queryOptions } from "@tanstack/preact-query";
import { api } from "../../api/client";
import { mine } from "../mine";

/** How many messages of buyers nobody of the shop has read. */
export const unread = (sellerId: string) =>
  queryOptions({
    queryKey: ["mine", "seller", sellerId, "unread"],
    queryFn: () =>
      mine(() => api.GET("/v1/conversations", { params: { query: { sellerId, pageSize: 1 } } })).then(
        (page) => page.unreadCount,
      ),
  });
