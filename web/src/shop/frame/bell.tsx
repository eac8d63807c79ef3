import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { useText } from "../../text/messages";
import { Icon } from "../../ui/icon";
import { pathTo } from "../paths";

const LOOK_MS = 60_000;

/** How much somebody has not read of what has happened. Its key is below that of the list: what is read there is read here. */
export function Bell() {
  const { text } = useText();
  const asked = useQuery({
    queryKey: ["mine", "notifications", "count"],
    queryFn: () =>
      asMember(() => ask(api.GET("/v1/notifications", { params: { query: { pageSize: 1, unread: true } } }))),
    refetchInterval: LOOK_MS,
  });
  const count = asked.data?.unreadCount ?? 0;
  return (
    <Link class="header-mark" href={pathTo.notifications()} aria-label={text.menu.notifications(count)}>
      <Icon name="bell" />
      {count > 0 && <span aria-hidden="true">{count > 99 ? "99+" : count}</span>}
    </Link>
  );
}
