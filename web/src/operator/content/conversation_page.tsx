import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { ListRoom } from "../../ui/list_room";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Nothing } from "../guarded";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { type Conversation, conversationQuery, messages } from "./content";
import "./conversation_page.css";

export function ConversationPage({ id }: { id: string }) {
  const asked = useQuery(conversationQuery(id));
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  if (asked.isError && asked.error instanceof Refusal && asked.error.status === 404) return <Nothing />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  return <Shown conversation={asked.data} />;
}

function Shown({ conversation }: { conversation: Conversation }) {
  const { said, text, format } = useWords("op_content");
  const { said: all } = useWords("operator");
  const may = useMay();
  const sides = {
    BUYER: conversation.buyerName ?? text.reviews.anonymous,
    SHOP: conversation.sellerName,
  };
  return (
    <ConsolePage heading={conversation.title}>
      <Facts
        facts={[
          {
            name: all.shop,
            value: may("listSellersForOperators") ? (
              <Link href={pathTo.seller(conversation.sellerId)}>{conversation.sellerName}</Link>
            ) : (
              conversation.sellerName
            ),
          },
          { name: said.buyer, value: sides.BUYER },
          ...conversation.reports.map((one) => ({
            name: said.reportedBy(sides[one.side]),
            value: `${one.reason}\n${format.time(one.createTime)}`,
          })),
        ]}
      />
      <Letters id={conversation.id} sides={sides} />
    </ConsolePage>
  );
}

function Letters({ id, sides }: { id: string; sides: Readonly<Record<"BUYER" | "SHOP", string>> }) {
  const { said, format } = useWords("op_content");
  const asked = useInfiniteQuery({
    queryKey: ["mine", "op", "messages", id],
    queryFn: ({ pageParam }) => messages(id, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  const rows = asked.data?.pages.flatMap((one) => one.rows) ?? [];
  return (
    <section class="part">
      <h2>{said.messages}</h2>
      <ListRoom list={asked} count={rows.length}>
        <ol class="said">
          {rows.map((one) => (
            <li key={one.id} data-side={one.side}>
              <p class="quiet">
                {[one.authorName ?? sides[one.side], format.time(one.createTime)].join(", ")}
              </p>
              <p class="prose">{one.text}</p>
            </li>
          ))}
        </ol>
      </ListRoom>
    </section>
  );
}
