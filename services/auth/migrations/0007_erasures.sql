-- The saga that follows the closing of an account (process/erasure.hpp): which services still keep something personal of whom.
-- FIRST comes when every process refuses the account's tokens, LAST when even a process that heard of nothing refuses them.
CREATE TABLE erasure (
  account_id  uuid        PRIMARY KEY REFERENCES account,
  pass        text        NOT NULL DEFAULT 'FIRST' CHECK (pass IN ('FIRST', 'LAST', 'DONE')),
  waiting     text[]      NOT NULL,            -- services that have not said that it is gone, in this pass
  email       text,                            -- as account.email_key was, until user has erased what it knew by it
  fence       bigint      NOT NULL DEFAULT 0,
  lease_until timestamptz NOT NULL DEFAULT market_now(),
  next_run_at timestamptz NOT NULL,
  attempts    integer     NOT NULL DEFAULT 0,  -- runs that did not finish a pass
  failures    integer     NOT NULL DEFAULT 0,  -- how many of the last ones broke
  last_error  text        NOT NULL DEFAULT '',
  parked_at   timestamptz,                     -- given up: it waits for an operator
  created_at  timestamptz NOT NULL DEFAULT market_now(),
  updated_at  timestamptz NOT NULL DEFAULT market_now(),
  CHECK ((pass = 'DONE') = (waiting = '{}')),
  CHECK (email IS NULL OR (pass = 'FIRST' AND 'user' = ANY (waiting)))
);
COMMENT ON TABLE erasure IS 'mutable';
CREATE INDEX erasure_parked ON erasure (parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX erasure_due ON erasure (next_run_at) WHERE pass <> 'DONE';
