-- What a payment provider keeps: payment intents, the money that moved, what happened, and the first answer to each
-- idempotency key. Metadata is JSON as it was sent.

CREATE TABLE customer (
  id          uuid PRIMARY KEY,
  metadata    text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT market_now()
);

-- A card that a customer may pay with again; `behaviour` is the test method that it was made of.
CREATE TABLE saved_method (
  id           uuid PRIMARY KEY,
  customer_id  uuid REFERENCES customer (id),  -- null: it was detached, for good
  behaviour    text NOT NULL,
  usage        text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE saved_method IS 'mutable';
CREATE INDEX saved_method_customer ON saved_method (customer_id) WHERE customer_id IS NOT NULL;

-- A payment intent and its one charge, which there is once it was confirmed.
CREATE TABLE card_authorization (
  id              uuid PRIMARY KEY,
  reference       text NOT NULL,  -- the transfer group
  payment_method  text NOT NULL,  -- as the caller named it
  behaviour       text,           -- of a saved one; else the method says it itself
  customer_id     uuid REFERENCES customer (id),
  currency        text NOT NULL,
  amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
  status          text NOT NULL CHECK (status IN ('requires_action', 'authorized', 'captured', 'declined', 'voided')),
  decline_code    text NOT NULL DEFAULT '',
  captured_minor  bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
  refunded_minor  bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  disputed_minor  bigint NOT NULL DEFAULT 0 CHECK (disputed_minor BETWEEN 0 AND captured_minor),  -- taken back by the buyer's bank, for now or for good
  capture_method  text NOT NULL DEFAULT 'manual' CHECK (capture_method IN ('manual', 'automatic')),
  metadata        text NOT NULL DEFAULT '{}',
  action_url      text NOT NULL DEFAULT '',  -- where its owner confirms it, of a card that wants that,
  return_url      text NOT NULL DEFAULT '',  -- and where he goes from there
  charged         boolean NOT NULL DEFAULT true,
  created_at      timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE card_authorization IS 'mutable';
CREATE INDEX card_authorization_reference ON card_authorization (reference);
CREATE INDEX card_authorization_created ON card_authorization (created_at);

CREATE TABLE movement (
  sequence          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                uuid NOT NULL UNIQUE,
  authorization_id  uuid NOT NULL REFERENCES card_authorization (id),
  kind              text NOT NULL CHECK (kind IN ('capture', 'refund', 'dispute', 'dispute_reversal')),
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  currency          text NOT NULL,
  metadata          text NOT NULL DEFAULT '{}',
  created_at        timestamptz NOT NULL DEFAULT market_now()
);
CREATE INDEX movement_authorization ON movement (authorization_id);

-- What happened, with the object as it was then. `deliver_at`: when a webhook tells of it; null: it has been told, or nobody wanted to know.
CREATE TABLE happening (
  sequence    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id          uuid NOT NULL UNIQUE,
  type        text NOT NULL,
  object      text NOT NULL,
  deliver_at  timestamptz,
  deliveries  integer NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE happening IS 'mutable';
CREATE INDEX happening_to_deliver ON happening (deliver_at) WHERE deliver_at IS NOT NULL;
CREATE INDEX happening_created ON happening (created_at);

-- Kept for a day; then the same key is a new request.
CREATE TABLE answer (
  idempotency_key text PRIMARY KEY,
  request         text NOT NULL,   -- method, path and body, to refuse the key for another request
  status          integer NOT NULL,
  body            text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE answer IS 'mutable';

-- How often a reference was answered with an error on purpose.
CREATE TABLE failure (
  reference text PRIMARY KEY,
  times     integer NOT NULL
);
COMMENT ON TABLE failure IS 'mutable';
