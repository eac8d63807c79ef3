import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { List } from "../listed";
import { pathTo } from "../paths";
import { reported } from "./content";

/** What buyers and shops write to each other is theirs: only what one of them has reported is seen here. */
export function ConversationsPage() {
  const { said, text, format } = useWords("op_content");
  const { said: all } = useWords("operator");
  return (
    <ConsolePage heading={all.places.conversations} lead={said.conversationsLead}>
      <List
        name={["conversations"]}
        caption={all.places.conversations}
        ask={(pageToken) => reported(pageToken)}
        idOf={(one) => one.id}
        none={said.noConversations}
        columns={[
          {
            key: "title",
            name: said.about,
            head: true,
            cell: (one) => <Link href={pathTo.conversation(one.id)}>{one.title}</Link>,
          },
          { key: "shop", name: all.shop, cell: (one) => one.sellerName },
          { key: "buyer", name: said.buyer, cell: (one) => one.buyerName ?? text.reviews.anonymous },
          { key: "why", name: all.why, cell: (one) => one.reports.map(({ reason }) => reason).join("; ") },
          { key: "last", name: said.lastMessage, end: true, cell: (one) => format.time(one.lastMessageTime) },
        ]}
      />
    </ConsolePage>
  );
}
