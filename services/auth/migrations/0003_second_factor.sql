-- Apps that show one-time codes. What they and we compute them with is derived from the id and stored nowhere.
CREATE TABLE authenticator (
  id           uuid        PRIMARY KEY,
  account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  confirmed_at timestamptz,                 -- until then it asks nobody for a code
  last_step    bigint,                      -- a code is good once: none of this step or before
  CHECK ((confirmed_at IS NULL) = (last_step IS NULL))
);
COMMENT ON TABLE authenticator IS 'mutable';
CREATE INDEX authenticator_account ON authenticator (account_id);

CREATE TABLE recovery_code (
  digest     bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
  account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  used_at    timestamptz
);
COMMENT ON TABLE recovery_code IS 'mutable';
CREATE INDEX recovery_code_account ON recovery_code (account_id);

-- A sign-in whose password was right and that waits for a code.
CREATE TABLE sign_in_challenge (
  id           uuid        PRIMARY KEY,
  account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  device       uuid,                        -- the known one that it came from
  address      text        NOT NULL,        -- by which its tries are counted
  password_version bigint  NOT NULL,        -- that was right: with another password it is void
  tries        integer     NOT NULL DEFAULT 0,
  expires_at   timestamptz NOT NULL
);
COMMENT ON TABLE sign_in_challenge IS 'mutable';
CREATE INDEX sign_in_challenge_expiry ON sign_in_challenge (expires_at);
