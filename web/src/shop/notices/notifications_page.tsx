import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/preact-query";
import { Link, useSearch } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { classes } from "../../ui/classes";
import { Empty } from "../../ui/empty";
import { More } from "../../ui/more";
import { Problem, wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { pathTo } from "../paths";
import { markRead, NOTICES, type Notice, notices, placeOf } from "./notices";
import "./notifications_page.css";

export function NotificationsPage() {
  return (
    <AccountFrame room="notifications">
      <List />
    </AccountFrame>
  );
}

function List() {
  const { said, text } = useWords("notices");
  const queries = useQueryClient();
  const unread = new URLSearchParams(useSearch()).has("unread");
  const asked = useInfiniteQuery({
    queryKey: [...NOTICES, unread],
    queryFn: ({ pageParam }) => notices(unread, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  const read = useMutation({
    mutationFn: (ids?: string[]) => markRead(ids),
    onSuccess: () => queries.invalidateQueries({ queryKey: NOTICES }),
  });
  const found = asked.data?.pages.flatMap((one) => one.notifications) ?? [];
  const left = asked.data?.pages[0]?.unreadCount ?? 0;
  return (
    <>
      <div class="notices-head">
        <nav class="tabs" aria-label={said.onlyUnread}>
          <Link href={pathTo.notifications()} aria-current={unread ? undefined : "page"}>
            {said.all}
          </Link>
          <Link href={`${pathTo.notifications()}?unread=1`} aria-current={unread ? "page" : undefined}>
            {said.onlyUnread}
          </Link>
        </nav>
        {left > 0 && <p class="quiet">{said.unread(left)}</p>}
        {left > 0 && (
          <button
            type="button"
            class="button"
            disabled={read.isPending}
            onClick={() => read.mutate(undefined)}
          >
            {said.readAll}
          </button>
        )}
      </div>
      <p class="field-wrong" role="alert">
        {read.isError && wordsOf(read.error, text)}
      </p>
      {asked.isPending && <Skeleton shape="text" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && found.length === 0 && (
        <Empty
          heading={unread ? said.noneUnread : said.none}
          hint={unread ? said.noneUnreadHint : said.noneHint}
        >
          <Link class="button button-main" href={unread ? pathTo.notifications() : pathTo.search()}>
            {unread ? said.showAll : said.browse}
          </Link>
        </Empty>
      )}
      <ul class="notices">
        {found.map((one) => (
          <li key={one.id} class={classes("notice", !one.read && "notice-new")}>
            <One notice={one} seen={() => one.read || read.mutate([one.id])} />
          </li>
        ))}
      </ul>
      <More list={asked}>{said.more}</More>
    </>
  );
}

function One({ notice, seen }: { notice: Notice; seen: () => void }) {
  const { said, format } = useWords("notices");
  const place = placeOf(notice);
  const what = said.what[notice.kind] ?? notice.kind;
  return (
    <>
      <p>
        {place ? (
          <Link href={place} onClick={seen}>
            {what}
          </Link>
        ) : (
          what
        )}
        {!notice.read && <span class="badge">{said.isNew}</span>}
      </p>
      <p>{[notice.title, notice.amount && format.money(notice.amount)].filter(Boolean).join(" · ")}</p>
      <p class="quiet">{format.time(notice.createTime)}</p>
    </>
  );
}
