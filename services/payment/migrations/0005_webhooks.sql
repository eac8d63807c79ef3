-- What providers told by themselves: kept before it is answered, acted upon later.

-- Only what it is about: the provider is asked for the rest. So nothing in it is personal.
CREATE TABLE provider_event (
  id           uuid PRIMARY KEY,  -- made of provider and event_id
  provider     text NOT NULL,
  event_id     text NOT NULL,
  type         text NOT NULL,
  object_id    text NOT NULL,     -- the provider's id of the charge it is about; '': of none
  reference    text NOT NULL,     -- ours: the order; '': it names none
  made_at      timestamptz NOT NULL,
  received_at  timestamptz NOT NULL DEFAULT market_now(),
  UNIQUE (provider, event_id)
);

-- What is still to be done about one. `asks`: how often it was taken; `parked_at`: nobody here knows what it is about, or its run breaks
-- again and again, and an operator has to look.
CREATE TABLE webhook (
  event_id     uuid PRIMARY KEY REFERENCES provider_event (id),
  next_run_at  timestamptz DEFAULT market_now(),  -- null: done
  asks         integer NOT NULL DEFAULT 0,
  failures     integer NOT NULL DEFAULT 0,
  last_error   text NOT NULL DEFAULT '',
  parked_at    timestamptz
);
COMMENT ON TABLE webhook IS 'mutable';
CREATE INDEX webhook_due ON webhook (next_run_at) WHERE next_run_at IS NOT NULL;

CREATE INDEX payment_authorization ON payment (authorization_id) WHERE authorization_id <> '';
