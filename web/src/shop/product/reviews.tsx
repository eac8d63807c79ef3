import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/preact-query";
import { type Review, reviewsOf } from "../../api/catalogue";
import { useText } from "../../text/messages";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Stars } from "../../ui/stars";
import "./reviews.css";

const STAR = 100;

export const reviewsIn = (productId: string) =>
  infiniteQueryOptions({
    queryKey: ["reviews", productId],
    queryFn: ({ pageParam }) => reviewsOf(productId, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });

export function Reviews({ productId }: { productId: string }) {
  const { text, format } = useText();
  const asked = useInfiniteQuery(reviewsIn(productId));
  const reviews = asked.data?.pages.flatMap((one) => one.reviews) ?? [];
  const rating = asked.data?.pages[0]?.rating;
  return (
    <section class="reviews" id="reviews">
      <h2>{text.reviews.heading}</h2>
      {asked.isPending && <Skeleton shape="text" count={2} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && reviews.length === 0 && (
        <div>
          <p>{text.reviews.none}</p>
          <p class="quiet">{text.reviews.noneHint}</p>
        </div>
      )}
      {rating && rating.count > 0 && (
        <p class="reviews-all">
          <strong>{format.stars(rating.averageHundredths)}</strong>
          <Stars hundredths={rating.averageHundredths} />
          <span class="quiet">{text.reviews.count(rating.count)}</span>
        </p>
      )}
      {reviews.length > 0 && (
        <ul>
          {reviews.map((one) => (
            <li key={one.id}>
              <One review={one} />
            </li>
          ))}
        </ul>
      )}
      {asked.hasNextPage && (
        <button
          type="button"
          class="button"
          disabled={asked.isFetchingNextPage}
          onClick={() => void asked.fetchNextPage()}
        >
          {text.reviews.more}
        </button>
      )}
    </section>
  );
}

function One({ review }: { review: Review }) {
  const { text, format } = useText();
  return (
    <article class="review">
      <Stars hundredths={review.rating * STAR} />
      <h3 lang={review.language}>{review.title}</h3>
      <p class="prose" lang={review.language}>
        {review.text}
      </p>
      <p class="quiet">
        {[review.authorName ?? text.reviews.anonymous, format.date(review.createTime)].join(", ")}
      </p>
      {review.reply && (
        <blockquote>
          <p class="quiet">{text.reviews.reply}</p>
          <p class="prose">{review.reply.text}</p>
        </blockquote>
      )}
    </article>
  );
}
