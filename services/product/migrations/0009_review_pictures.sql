-- Pictures of reviews belong to their authors and are kept by user, which keeps them as long as it is not told that no review shows
-- them. A claim is here before user is asked to keep pictures for a review, and goes when user was told what the review shows: at once
-- where the review was written with it, else, since its request broke off or was refused, when it is due. review.pictures_claim is the
-- last one that decided what the review shows; a claim before it, or one that has gone, decides nothing any more.
CREATE TABLE review_claim (
  number    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  review_id uuid        NOT NULL,  -- of one that may never be there, or not any more
  due_at    timestamptz NOT NULL
);
COMMENT ON TABLE review_claim IS 'mutable';
CREATE INDEX review_claim_due ON review_claim (due_at);
CREATE INDEX review_claim_of_review ON review_claim (review_id, number);
