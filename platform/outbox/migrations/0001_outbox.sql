CREATE TABLE outbox (
  seq             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- orders the messages of one key, nothing else
  id              uuid        NOT NULL UNIQUE,
  topic           text        NOT NULL,
  key             text        NOT NULL,           -- '' where order does not matter
  payload         bytea       NOT NULL,
  trace           text        NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  attempts        integer     NOT NULL DEFAULT 0,
  failures        integer     NOT NULL DEFAULT 0,  -- deliveries that broke since an operator last let it go on
  next_attempt_at timestamptz NOT NULL DEFAULT market_now(),  -- while a relay works on it: the end of its lease
  last_error      text,
  parked_at       timestamptz                      -- given up: it and the later ones of its key wait for an operator
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE outbox IS 'mutable';

CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE parked_at IS NULL;
CREATE INDEX outbox_parked ON outbox (seq) WHERE parked_at IS NOT NULL;
CREATE INDEX outbox_key ON outbox (key, seq) WHERE key <> '';
