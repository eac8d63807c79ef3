-- What a payment provider keeps: authorizations, the money that moved, and the first answer to each idempotency key.

CREATE TABLE card_authorization (
  id              uuid PRIMARY KEY,
  reference       text NOT NULL,
  idempotency_key text NOT NULL UNIQUE,
  payment_method  text NOT NULL,
  currency        text NOT NULL,
  amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
  status          text NOT NULL CHECK (status IN ('authorized', 'captured', 'declined', 'voided')),
  decline_code    text NOT NULL DEFAULT '',
  captured_minor  bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
  refunded_minor  bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  changed_at      timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE card_authorization IS 'mutable';
CREATE INDEX card_authorization_reference ON card_authorization (reference);
CREATE INDEX card_authorization_changed ON card_authorization (changed_at);

CREATE TABLE movement (
  sequence          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                uuid NOT NULL UNIQUE,
  authorization_id  uuid NOT NULL REFERENCES card_authorization (id),
  kind              text NOT NULL CHECK (kind IN ('capture', 'refund')),
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  currency          text NOT NULL,
  reference         text NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT market_now()
);
CREATE INDEX movement_authorization ON movement (authorization_id);

CREATE TABLE answer (
  idempotency_key text PRIMARY KEY,
  request         text NOT NULL,   -- method, path and body, to refuse the key for another request
  status          integer NOT NULL,
  body            text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT market_now()
);

-- How often a reference was answered with an error on purpose.
CREATE TABLE failure (
  reference text PRIMARY KEY,
  times     integer NOT NULL
);
COMMENT ON TABLE failure IS 'mutable';
