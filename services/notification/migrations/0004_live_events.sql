-- What pages that are open now are told of at once, for a day: ids, and what has become of them. The order is (xid, seq) as of
-- the table event: a row is for readers once every transaction older than its own has ended.
CREATE TABLE live_news (
  xid               xid8        NOT NULL DEFAULT pg_current_xact_id(),
  seq               bigint      GENERATED ALWAYS AS IDENTITY,
  listener_id       uuid        NOT NULL,  -- whose it is: an account, or a shop and whoever may read this of it
  kind              text        NOT NULL CHECK (kind IN ('ORDER', 'NOTIFICATION', 'MESSAGE')),
  order_id          uuid,
  seller_order_id   uuid,
  seller_id         uuid,
  state             text,
  notification_id   uuid,
  notification_kind text,
  conversation_id   uuid,
  message_id        uuid,
  side              text        CHECK (side IN ('BUYER', 'SHOP')),
  at                timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (xid, seq)
);
COMMENT ON TABLE live_news IS 'mutable';
CREATE INDEX live_news_of ON live_news (listener_id, xid, seq);

-- One row, made by the first program that starts. A position of another incarnation, or before what is forgotten, has expired.
CREATE TABLE live_log (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  incarnation   uuid    NOT NULL,
  forgotten_xid xid8    NOT NULL DEFAULT '0',
  forgotten_seq bigint  NOT NULL DEFAULT 0
);
COMMENT ON TABLE live_log IS 'mutable';
