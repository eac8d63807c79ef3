import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import * as v from "valibot";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { fault, useForm } from "../../ui/form";
import { useKeys } from "../../ui/key";
import { ListRoom } from "../../ui/list_room";
import { Problem } from "../../ui/problem";
import { Send } from "../../ui/send";
import { Skeleton } from "../../ui/skeleton";
import { TextArea } from "../../ui/text_area";
import { mine, usePages } from "../mine";
import { useShop } from "../shop";
import "./conversation_page.css";

const Given = v.object({ text: v.pipe(v.string(), v.trim(), v.minLength(1, fault("missing"))) });

/** What a buyer and the shop have written to each other, and the next answer. */
export function ConversationPage({ id }: { id: string }) {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  const queries = useQueryClient();
  const path = { conversationId: id };
  const asked = useQuery({
    queryKey: ["mine", "conversation", id],
    queryFn: () => mine(() => api.GET("/v1/conversations/{conversationId}", { params: { path } })),
  });
  const { list, rows } = usePages(
    ["conversation", id, "letters"],
    (page) =>
      api.GET("/v1/conversations/{conversationId}/messages", {
        params: { path, query: { pageSize: 30, ...page } },
      }),
    (page) => page.messages,
  );
  const newest = rows[0]?.id;
  useEffect(() => {
    if (!newest) return;
    const params = { path: { conversationId: id } };
    mine(() =>
      api.POST("/v1/conversations/{conversationId}:markRead", { params, body: { messageId: newest } }),
    )
      .then(() => queries.invalidateQueries({ queryKey: ["mine", "seller", shop.id] }))
      // It is marked the next time.
      .catch(() => undefined);
  }, [newest, id, shop.id, queries]);
  const one = asked.data;
  if (!one)
    return (
      <ConsolePage heading={said.messages}>
        {asked.isError ? (
          <Problem problem={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Skeleton shape="line" count={4} />
        )}
      </ConsolePage>
    );
  return (
    <ConsolePage
      heading={one.buyerName ?? said.someBuyer}
      lead={
        one.sellerOrderId ? (
          <Link href={shop.to.order(one.sellerOrderId)}>{one.title}</Link>
        ) : one.productId ? (
          <Link href={shop.to.product(one.productId)}>{one.title}</Link>
        ) : (
          one.title
        )
      }
    >
      <ListRoom list={list} count={rows.length}>
        <ol class="talk">
          {[...rows].reverse().map((letter) => (
            <li key={letter.id} class="card" data-own={letter.side === "SHOP"}>
              <p class="quiet">
                {[
                  letter.side === "SHOP" ? shop.seller.displayName : (letter.authorName ?? said.someBuyer),
                  format.time(letter.createTime),
                ].join(" · ")}
              </p>
              <p class="prose">{letter.text}</p>
            </li>
          ))}
        </ol>
      </ListRoom>
      {shop.may("messages.write") && <Answer id={id} done={() => void list.refetch()} />}
    </ConsolePage>
  );
}

function Answer({ id, done }: { id: string; done: () => void }) {
  const { said } = useWords("shopkeeping");
  const keys = useKeys();
  const [sent, setSent] = useState(0);
  const { form, onSubmit, busy, problem, wrong } = useForm(Given, async (body) => {
    const params = { path: { conversationId: id }, header: { "Idempotency-Key": keys.of(body) } };
    await mine(() => api.POST("/v1/conversations/{conversationId}/messages", { params, body }));
    keys.answered();
    // The next one begins empty.
    setSent((count) => count + 1);
    done();
  });
  return (
    <form ref={form} class="form" onSubmit={onSubmit} noValidate>
      <TextArea key={sent} name="text" label={said.answer} rows={4} maxLength={4000} wrong={wrong.text} />
      <Send busy={busy} problem={problem}>
        {said.send}
      </Send>
    </form>
  );
}
