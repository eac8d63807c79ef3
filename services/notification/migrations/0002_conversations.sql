-- What a buyer and a shop write to each other about one thing.
CREATE TABLE conversation (
  id              uuid        PRIMARY KEY,
  buyer_id        uuid        NOT NULL,
  seller_id       uuid        NOT NULL,
  seller_name     text        NOT NULL,  -- as it was when the conversation was begun
  product_id      uuid,
  seller_order_id uuid,
  title           text        NOT NULL CHECK (length(title) BETWEEN 1 AND 200),  -- of a product, or a number
  messages        bigint      NOT NULL DEFAULT 0,  -- how many; the number of the newest
  buyer_read      bigint      NOT NULL DEFAULT 0,  -- the number of the newest that the side has read
  shop_read       bigint      NOT NULL DEFAULT 0,
  buyer_unread    bigint      NOT NULL DEFAULT 0,  -- how many of the other side's the side has not read
  shop_unread     bigint      NOT NULL DEFAULT 0,
  version         bigint      NOT NULL DEFAULT 0,
  last_message_at timestamptz NOT NULL DEFAULT market_now(),
  reported_at     timestamptz,
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  CHECK (num_nonnulls(product_id, seller_order_id) = 1),
  CHECK (buyer_read BETWEEN 0 AND messages AND shop_read BETWEEN 0 AND messages),
  CHECK (buyer_unread + shop_unread BETWEEN 0 AND messages AND least(buyer_unread, shop_unread) >= 0)
);
COMMENT ON TABLE conversation IS 'mutable';
CREATE UNIQUE INDEX conversation_about_product ON conversation (buyer_id, seller_id, product_id) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX conversation_about_order ON conversation (seller_order_id) WHERE seller_order_id IS NOT NULL;
CREATE INDEX conversation_of_buyer ON conversation (buyer_id, last_message_at DESC, id DESC);
CREATE INDEX conversation_of_shop ON conversation (seller_id, last_message_at DESC, id DESC);
CREATE INDEX conversation_reported ON conversation (last_message_at DESC, id DESC) WHERE reported_at IS NOT NULL;
CREATE INDEX conversation_unread_by_buyer ON conversation (buyer_id) WHERE buyer_unread > 0;
CREATE INDEX conversation_unread_by_shop ON conversation (seller_id) WHERE shop_unread > 0;

CREATE TABLE message (
  id              uuid        PRIMARY KEY,  -- of the request that sent it: repeating that finds it
  conversation_id uuid        NOT NULL REFERENCES conversation (id),
  number          bigint      NOT NULL,     -- from 1 without gaps
  side            text        NOT NULL CHECK (side IN ('BUYER', 'SHOP')),
  account_id      uuid        NOT NULL,     -- who wrote it
  text            text        NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  UNIQUE (conversation_id, number)
);
COMMENT ON TABLE message IS 'mutable';
CREATE INDEX message_of_account ON message (account_id);

-- Why a side wants an operator to look at it.
CREATE TABLE conversation_report (
  conversation_id uuid        NOT NULL REFERENCES conversation (id),
  side            text        NOT NULL CHECK (side IN ('BUYER', 'SHOP')),
  account_id      uuid        NOT NULL,  -- who said so
  reason          text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (conversation_id, side)
);
COMMENT ON TABLE conversation_report IS 'mutable';
CREATE INDEX conversation_report_of_account ON conversation_report (account_id);

-- How much somebody has written lately, by the generic cell rate algorithm (ITU-T I.371).
CREATE TABLE writing_limit (
  account_id uuid        NOT NULL,
  kind       text        NOT NULL CHECK (kind IN ('MESSAGE', 'CONVERSATION')),
  busy_until timestamptz NOT NULL,
  PRIMARY KEY (account_id, kind)
);
COMMENT ON TABLE writing_limit IS 'mutable';
CREATE INDEX writing_limit_by_age ON writing_limit (busy_until);
