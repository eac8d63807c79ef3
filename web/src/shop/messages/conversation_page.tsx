import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useEffect, useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { classes } from "../../ui/classes";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { NotFound } from "../frame/not_found";
import { pathTo } from "../paths";
import {
  CONVERSATIONS,
  type Conversation,
  conversation,
  type Letter,
  letters,
  markRead,
  send,
} from "./letters";
import "./messages.css";

const ReportDialog = lazy(() => import("./report_dialog").then((room) => room.ReportDialog));
const Write = lazy(() => import("./write").then((room) => room.Write));

export function ConversationPage({ id }: { id: string }) {
  const asked = useQuery({ queryKey: [...CONVERSATIONS, id], queryFn: () => conversation(id) });
  // What nobody may see is a page that does not exist.
  if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
  return (
    <AccountFrame room="messages" {...(asked.data && { heading: asked.data.sellerName })}>
      {asked.isPending && <Skeleton shape="text" count={4} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.data && <Shown conversation={asked.data} />}
    </AccountFrame>
  );
}

function Shown({ conversation: shown }: { conversation: Conversation }) {
  const { said } = useWords("letters");
  const queries = useQueryClient();
  const [reporting, setReporting] = useState(false);
  const key = [...CONVERSATIONS, shown.id, "letters"];
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => letters(shown.id, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  const found = asked.data?.pages.flatMap((one) => one.messages) ?? [];
  const newest = found[0]?.id;
  useEffect(() => {
    if (newest === undefined) return;
    void markRead(shown.id, newest)
      .then(() => queries.invalidateQueries({ queryKey: ["mine", "notifications"] }))
      .catch(() => {});
  }, [newest, shown.id, queries]);
  return (
    <>
      <p class="quiet">
        {shown.productId ? (
          <Link href={pathTo.product(shown.productId, shown.title)}>{said.about(shown.title)}</Link>
        ) : (
          said.about(shown.title)
        )}
      </p>
      {asked.isPending && <Skeleton shape="text" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.hasNextPage && (
        <button type="button" class="button" onClick={() => void asked.fetchNextPage()}>
          {said.earlier}
        </button>
      )}
      <ol class="letters">
        {[...found].reverse().map((one) => (
          <li key={one.id} class={classes("letter", one.side === shown.side && "letter-own")}>
            <One letter={one} isOwn={one.side === shown.side} />
          </li>
        ))}
      </ol>
      <Suspense fallback={<Skeleton shape="text" />}>
        <Write
          press={said.send}
          send={async (idempotencyKey, text) => {
            await send(shown.id, idempotencyKey, text);
            await queries.invalidateQueries({ queryKey: key });
          }}
        />
      </Suspense>
      <div class="acts">
        {shown.reported ? (
          <p class="quiet">{said.reported}</p>
        ) : (
          <button type="button" class="button" onClick={() => setReporting(true)}>
            {said.report}
          </button>
        )}
      </div>
      <Suspense fallback={null}>
        {reporting && (
          <ReportDialog
            id={shown.id}
            close={() => setReporting(false)}
            done={(now) => {
              queries.setQueryData([...CONVERSATIONS, shown.id], now);
              setReporting(false);
            }}
          />
        )}
      </Suspense>
    </>
  );
}

function One({ letter, isOwn }: { letter: Letter; isOwn: boolean }) {
  const { said, format } = useWords("letters");
  return (
    <>
      <p class="quiet">
        {[isOwn ? said.you : (letter.authorName ?? said.buyer), format.time(letter.createTime)].join(" · ")}
      </p>
      <p>{letter.text}</p>
    </>
  );
}
