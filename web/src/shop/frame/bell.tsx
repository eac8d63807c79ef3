import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { Link } from "wouter-preact";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { pathTo } from "../paths";

/** How much somebody has not read of what has happened, at once when there is more of it: nothing asks by the clock. Its key is below that of
 * the list: what is read there is read here. */
export function Bell() {
  const { text } = useText();
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: ["mine", "notifications", "count"],
    queryFn: () =>
      asMember(() => ask(api.GET("/v1/notifications", { params: { query: { pageSize: 1, unread: true } } }))),
  });
  useEffect(() => {
    let end = () => {};
    let isGone = false;
    // What follows comes after the page: it is there without.
    void import("../../api/live").then(
      ({ follow }) => {
        if (isGone) return;
        end = follow(({ kind }) => {
          if (kind === "notification" || kind === "reset")
            void queries.invalidateQueries({ queryKey: ["mine", "notifications"] });
          if (kind === "message" || kind === "reset")
            void queries.invalidateQueries({ queryKey: ["mine", "conversations"] });
        });
      },
      () => {},
    );
    return () => {
      isGone = true;
      end();
    };
  }, [queries]);
  const count = asked.data?.unreadCount ?? 0;
  return (
    <Link class="header-mark" href={pathTo.notifications()} aria-label={text.menu.notifications(count)}>
      <Icon name="bell" />
      {count > 0 && <span aria-hidden="true">{count > 99 ? "99+" : count}</span>}
    </Link>
  );
}
