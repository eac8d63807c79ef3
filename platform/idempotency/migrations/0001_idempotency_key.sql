CREATE TABLE idempotency_key (
  principal    text        NOT NULL,
  method       text        NOT NULL,
  key          text        NOT NULL,
  fingerprint  bytea       NOT NULL,
  operation_id uuid        NOT NULL,  -- of this request; another one once the key has expired
  fence        bigint      NOT NULL,
  leased_until timestamptz NOT NULL,
  answer       bytea,                 -- null until a definitive answer is known
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (principal, method, key)
);
COMMENT ON TABLE idempotency_key IS 'mutable';

CREATE INDEX idempotency_key_expires_at ON idempotency_key (expires_at);
