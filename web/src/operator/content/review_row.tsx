import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { Picture } from "../../ui/picture";
import { Stars } from "../../ui/stars";
import { ActButton } from "../acting";
import { hide, type Review, unhide } from "./content";
import "./product_page.css";

/** A review as its author wrote it, and whether everybody sees it. */
export function ReviewRow({ review }: { review: Review }) {
  const { said, text, format } = useWords("op_content");
  const { id, title, state } = review;
  return (
    <article class="review-row">
      <p>
        <Stars hundredths={review.rating * 100} />{" "}
        <span class="quiet">
          {[review.authorName ?? text.reviews.anonymous, format.time(review.createTime)].join(", ")}
        </span>
      </p>
      <h2 lang={review.language}>{title}</h2>
      <p class="prose" lang={review.language}>
        {review.text}
      </p>
      {review.pictures.length > 0 && (
        <ul class="shots">
          {review.pictures.map((one) => (
            <li key={one.id}>
              <Picture picture={one} sizes="10rem" />
            </li>
          ))}
        </ul>
      )}
      {review.reply && (
        <p class="prose">
          <strong>{text.reviews.reply}</strong> {review.reply.text}
        </p>
      )}
      {state === "HIDDEN" && (
        <p>
          <Badge tone="bad">{said.hidden}</Badge> {review.hiddenReason}
        </p>
      )}
      <div class="acts">
        {state === "PUBLISHED" ? (
          <ActButton
            needs="hideReview"
            label={said.hide}
            of={title}
            heading={said.hideOf(title)}
            does={[said.hideDoes, said.authorReads]}
            reason="required"
            isBad
            act={(reason) => hide(id, reason)}
            told={said.hid(title)}
            target={id}
          />
        ) : (
          <ActButton
            needs="unhideReview"
            label={said.unhide}
            of={title}
            heading={said.unhideOf(title)}
            does={[said.unhideDoes]}
            reason="optional"
            act={(reason) => unhide(id, reason)}
            told={said.unhid(title)}
            target={id}
          />
        )}
      </div>
    </article>
  );
}
