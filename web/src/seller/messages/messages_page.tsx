import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { useFilters } from "../../ui/use_filters";
import { usePages } from "../mine";
import { useShop } from "../shop";

/** What buyers have written to the shop. */
export function MessagesPage() {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["unread"]);
  const { list, rows } = usePages(
    ["seller", shop.id, "messages", values.unread],
    (page) =>
      api.GET("/v1/conversations", {
        params: {
          query: { sellerId: shop.id, ...(values.unread === "1" && { unread: true }), pageSize: 50, ...page },
        },
      }),
    (page) => page.conversations,
  );
  return (
    <ConsolePage heading={said.messages}>
      <Filters
        label={said.messagesFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.all, values: {} },
          { name: said.unread, values: { unread: "1" } },
        ]}
        fields={[]}
      />
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noMessages, hint: said.noMessagesHint }}
      >
        <Table
          caption={said.messages}
          rows={rows}
          idOf={(one) => one.id}
          columns={[
            {
              key: "who",
              name: said.who,
              head: true,
              cell: (one) => (
                <Link href={shop.to.conversation(one.id)}>{one.buyerName ?? said.someBuyer}</Link>
              ),
            },
            { key: "about", name: said.about, cell: (one) => one.title },
            {
              key: "unread",
              name: said.unread,
              cell: (one) =>
                one.unreadCount > 0 ? (
                  <Badge tone="wait">{format.number(one.unreadCount)}</Badge>
                ) : (
                  said.nothing
                ),
            },
            { key: "time", name: said.newest, cell: (one) => format.time(one.lastMessageTime) },
          ]}
        />
      </ListRoom>
    </ConsolePage>
  );
}
