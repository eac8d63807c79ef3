-- What buyers say of what they got. A REMOVED one has no words and no rating any more; its row stays, since there is one
-- review for each order line, for ever.
--
-- Whoever changes one locks its row first, then its product's, then its shop's in seller_rating.
CREATE TABLE review (
  id            uuid        PRIMARY KEY,
  line_id       uuid        NOT NULL,
  order_id      uuid        NOT NULL,
  product_id    uuid        NOT NULL REFERENCES product,
  offer_id      uuid        NOT NULL,
  seller_id     uuid        NOT NULL,  -- who sold it
  account_id    uuid        NOT NULL,  -- who bought it
  state         text        NOT NULL DEFAULT 'PUBLISHED' CHECK (state IN ('PUBLISHED', 'HIDDEN', 'REMOVED')),
  rating        integer     CHECK (rating BETWEEN 1 AND 5),
  title         text        NOT NULL CHECK (char_length(title) <= 120),
  text          text        NOT NULL CHECK (char_length(text) <= 5000),
  language      text        NOT NULL CHECK (char_length(language) <= 35),
  author_name   text        NOT NULL CHECK (char_length(author_name) <= 60),
  pictures      text[]      NOT NULL DEFAULT '{}' CHECK (cardinality(pictures) <= 4),  -- as product.pictures has them; kept by user
  pictures_claim bigint     NOT NULL DEFAULT 0,  -- what decided that (picture_claim); a claim before it, or one that has gone, decides nothing any more
  reply         text        NOT NULL DEFAULT '' CHECK (char_length(reply) <= 2000),
  replied_at    timestamptz,           -- for the first time
  hidden_reason text        NOT NULL DEFAULT '' CHECK (char_length(hidden_reason) <= 500),
  version       bigint      NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT market_now(),
  updated_at    timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT review_once_per_line UNIQUE (line_id),
  CONSTRAINT review_hidden CHECK ((state = 'HIDDEN') = (hidden_reason <> '')),
  CONSTRAINT review_replied CHECK ((reply <> '') = (replied_at IS NOT NULL)),
  CONSTRAINT review_removed CHECK (CASE WHEN state = 'REMOVED' THEN rating IS NULL AND title || text || language || author_name = '' AND pictures = '{}'
                                        ELSE rating IS NOT NULL END)
);
COMMENT ON TABLE review IS 'mutable';
CREATE INDEX review_of_product ON review (product_id, created_at DESC, id DESC) WHERE state <> 'REMOVED';
CREATE INDEX review_of_product_by_rating ON review (product_id, rating, created_at DESC, id DESC) WHERE state <> 'REMOVED';
CREATE INDEX review_of_seller ON review (seller_id, created_at DESC, id DESC) WHERE state <> 'REMOVED';
CREATE INDEX review_of_seller_by_rating ON review (seller_id, rating, created_at DESC, id DESC) WHERE state <> 'REMOVED';
CREATE INDEX review_of_account ON review (account_id);

-- What the PUBLISHED reviews of what a shop sold come to.
CREATE TABLE seller_rating (
  seller_id    uuid   PRIMARY KEY,
  rating_sum   bigint NOT NULL DEFAULT 0,
  rating_count bigint NOT NULL DEFAULT 0,
  CHECK (rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count)
);
COMMENT ON TABLE seller_rating IS 'mutable';

-- What people say is illegal. It outlives what it is about, and who said so.
CREATE TABLE content_report (
  id            uuid        PRIMARY KEY,
  product_id    uuid        NOT NULL REFERENCES product,
  review_id     uuid,
  seller_id     uuid        NOT NULL,
  reason        text        NOT NULL CHECK (reason IN ('ILLEGAL_PRODUCT', 'COUNTERFEIT', 'DANGEROUS', 'OFFENSIVE', 'OTHER')),
  text          text        NOT NULL CHECK (char_length(text) BETWEEN 1 AND 2000),
  contact_email text        NOT NULL DEFAULT '' CHECK (char_length(contact_email) <= 254),
  account_id    uuid,
  state         text        NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'RESOLVED')),
  decision      text        CHECK (decision IN ('NO_ACTION', 'CONTENT_REMOVED')),
  answer        text        NOT NULL DEFAULT '' CHECK (char_length(answer) <= 2000),
  created_at    timestamptz NOT NULL DEFAULT market_now(),
  resolved_at   timestamptz,
  CONSTRAINT content_report_once UNIQUE (account_id, review_id),  -- nulls differ: a product may be reported again
  CONSTRAINT content_report_resolved CHECK ((state = 'RESOLVED') = (resolved_at IS NOT NULL)
                                            AND (state = 'RESOLVED') = (decision IS NOT NULL))
);
COMMENT ON TABLE content_report IS 'mutable';
CREATE INDEX content_report_by_age ON content_report (created_at, id);
CREATE INDEX content_report_by_state ON content_report (state, created_at, id);

-- How much an account or an address has reported lately, by the generic cell rate algorithm (ITU-T I.371).
CREATE TABLE report_limit (
  digest     bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
  busy_until timestamptz NOT NULL
);
COMMENT ON TABLE report_limit IS 'mutable';
CREATE INDEX report_limit_by_age ON report_limit (busy_until);
