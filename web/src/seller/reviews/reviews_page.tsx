import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api, type Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { ActDialog } from "../../ui/act_dialog";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Stars } from "../../ui/stars";
import { useFilters } from "../../ui/use_filters";
import { mine, usePages } from "../mine";
import { useShop } from "../shop";
import "./reviews_page.css";

type Review = Schemas["Review"];
const STARS = ["5", "4", "3", "2", "1"] as const;

/** What buyers say of the shop's products, and what it says to that. */
export function ReviewsPage() {
  const { said } = useWords("shopkeeping");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["stars"]);
  const [answering, setAnswering] = useState<Review>();
  const stars = STARS.find((one) => one === values.stars);
  const { list, rows } = usePages(
    ["seller", shop.id, "reviews", stars ?? ""],
    (page) =>
      api.GET("/v1/sellers/{sellerId}/reviews", {
        params: {
          path: { sellerId: shop.id },
          query: { ...(stars && { rating: Number(stars) }), pageSize: 20, ...page },
        },
      }),
    (page) => page.reviews,
  );
  return (
    <ConsolePage heading={said.reviews}>
      <Filters
        label={said.reviewsFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.all, values: {} },
          ...STARS.map((one) => ({ name: said.stars(Number(one)), values: { stars: one } })),
        ]}
        fields={[]}
      />
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noReviews, hint: said.noReviewsHint }}
      >
        <ul class="reviews">
          {rows.map((one) => (
            <li key={one.id} class="card">
              <OneReview one={one} answer={() => setAnswering(one)} />
            </li>
          ))}
        </ul>
      </ListRoom>
      {answering && (
        <ActDialog
          heading={said.replyTo(answering.title || said.review)}
          press={said.reply}
          reason={{ label: said.yourReply, hint: said.replyHint, required: true, most: 2000 }}
          act={(text) =>
            mine(() =>
              api.POST("/v1/reviews/{reviewId}:reply", {
                params: { path: { reviewId: answering.id } },
                body: { text },
              }),
            )
          }
          done={() => void list.refetch()}
          close={() => setAnswering(undefined)}
        />
      )}
    </ConsolePage>
  );
}

function OneReview({ one, answer }: { one: Review; answer: () => void }) {
  const { said, format } = useWords("shopkeeping");
  const shop = useShop();
  return (
    <article>
      <Stars hundredths={one.rating * 100} />
      {one.title && <h2>{one.title}</h2>}
      <p class="quiet">
        {`${one.authorName ?? said.someBuyer} · ${format.date(one.createTime)} · `}
        <Link href={shop.to.product(one.productId)}>{said.toProduct}</Link>
      </p>
      <p class="prose">{one.text}</p>
      {one.reply && (
        <blockquote>
          <p class="quiet">{said.repliedAt(format.date(one.reply.createTime))}</p>
          <p class="prose">{one.reply.text}</p>
        </blockquote>
      )}
      <button type="button" class="button button-small" onClick={answer}>
        {one.reply ? said.changeReply : said.reply}
      </button>
    </article>
  );
}
