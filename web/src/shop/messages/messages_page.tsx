import { useInfiniteQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { More } from "../../ui/more";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { memberPathTo } from "../members/paths";
import { pathTo } from "../paths";
import { CONVERSATIONS, type Conversation, conversations } from "./letters";
import "./messages.css";

export function MessagesPage() {
  return (
    <AccountFrame room="messages">
      <List />
    </AccountFrame>
  );
}

function List() {
  const { said } = useWords("letters");
  const asked = useInfiniteQuery({
    queryKey: CONVERSATIONS,
    queryFn: ({ pageParam }) => conversations(pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  if (asked.isPending) return <Skeleton shape="text" count={3} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  const found = asked.data.pages.flatMap((one) => one.conversations);
  if (found.length === 0)
    return (
      <Empty heading={said.none} hint={said.noneHint}>
        <Link class="button button-main" href={pathTo.search()}>
          {said.browse}
        </Link>
      </Empty>
    );
  return (
    <>
      <ul class="cards">
        {found.map((one) => (
          <li key={one.id} class="card letter-card">
            <One conversation={one} />
          </li>
        ))}
      </ul>
      <More list={asked}>{said.more}</More>
    </>
  );
}

function One({ conversation }: { conversation: Conversation }) {
  const { said, format } = useWords("letters");
  return (
    <>
      <h2>
        <Link href={memberPathTo.conversation(conversation.id)}>{conversation.sellerName}</Link>
      </h2>
      {conversation.unreadCount > 0 && <span class="badge">{said.unread(conversation.unreadCount)}</span>}
      <p>{said.about(conversation.title)}</p>
      <p class="quiet">{format.time(conversation.lastMessageTime)}</p>
    </>
  );
}
