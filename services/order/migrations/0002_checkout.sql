-- The saga of placing an order: which way it goes, who drives it now, when it is due again.

CREATE TABLE checkout (
  order_id           uuid PRIMARY KEY REFERENCES orders (id),
  step               text NOT NULL CHECK (step IN ('FORWARD', 'UNDO', 'DONE')),
  undo_reason        failure_reason NOT NULL DEFAULT '',  -- what its order fails of, as in orders
  undo_offers        uuid[] NOT NULL DEFAULT '{}',
  undo_left          bigint[] NOT NULL DEFAULT '{}',
  undo_decline_code  text NOT NULL DEFAULT '',
  fence              bigint NOT NULL DEFAULT 1,
  lease_until        timestamptz NOT NULL,
  next_run_at        timestamptz NOT NULL DEFAULT market_now(),
  deadline_at        timestamptz NOT NULL,
  attempts           integer NOT NULL DEFAULT 0,  -- runs that did not finish it
  failures           integer NOT NULL DEFAULT 0,  -- how many of the last ones broke
  last_error         text NOT NULL DEFAULT '',
  parked_at          timestamptz,                 -- given up: it waits for an operator
  trace              text NOT NULL DEFAULT '',
  CHECK ((step = 'UNDO') <= (undo_reason <> ''))
);
COMMENT ON TABLE checkout IS 'mutable';
CREATE INDEX checkout_due ON checkout (next_run_at) WHERE step <> 'DONE';
