CREATE TABLE account (
  id            uuid        PRIMARY KEY,
  email         text        NOT NULL CHECK (length(email) BETWEEN 3 AND 254),  -- as it was given
  email_key     text        COLLATE "C" NOT NULL,                              -- lower-cased: names the account
  email_verified_at timestamptz,                                               -- a mail to it was answered
  password_hash text        CHECK (password_hash LIKE '%$argon2id$%'),          -- null: a guest's, or closed
  password_version bigint   NOT NULL DEFAULT 1,                                -- another password, not only another hash of it
  version       bigint      NOT NULL DEFAULT 1,
  -- The version that last took something away from what its access tokens say, and when: older tokens are refused.
  reduced_version bigint    NOT NULL DEFAULT 0,
  reduced_at    timestamptz,
  state         text        NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'DISABLED', 'CLOSED')),
  disabled_at     timestamptz,
  disabled_reason text,
  accepted_terms    text    CHECK (length(accepted_terms) BETWEEN 1 AND 50),   -- the version agreed to last
  terms_accepted_at timestamptz,
  created_at    timestamptz NOT NULL DEFAULT market_now(),
  updated_at    timestamptz NOT NULL DEFAULT market_now(),
  CHECK ((accepted_terms IS NULL) = (terms_accepted_at IS NULL)),
  CHECK ((state = 'DISABLED') = (disabled_at IS NOT NULL AND disabled_reason IS NOT NULL)),
  -- Closed for good: nobody is named, and nothing signs in.
  CHECK (state <> 'CLOSED' OR (password_hash IS NULL AND email_verified_at IS NULL AND email = id || '@erased.invalid'))
);
COMMENT ON TABLE account IS 'mutable';
-- Of those who sign in only one has an e-mail, of guests any number.
CREATE UNIQUE INDEX account_email_key ON account (email_key) WHERE password_hash IS NOT NULL;
CREATE INDEX account_email ON account (email_key, id);
CREATE INDEX account_state ON account (state, id);
CREATE INDEX account_reduced ON account (reduced_at) WHERE reduced_at IS NOT NULL;

CREATE TABLE account_role (
  account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  role       text        NOT NULL CHECK (role IN ('admin', 'support', 'finance', 'moderator')),
  granted_at timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (account_id, role)
);
COMMENT ON TABLE account_role IS 'mutable';

-- A copy of what user keeps, for access tokens. The row of a membership that ended stays, so that older news of it are known
-- to be old.
CREATE TABLE seller_member (
  account_id uuid        NOT NULL CONSTRAINT seller_member_account REFERENCES account ON DELETE CASCADE,
  seller_id  uuid        NOT NULL,
  role       text        CHECK (role IN ('owner', 'manager', 'staff')),  -- null: ended
  version    bigint      NOT NULL,                                       -- of the membership, in user
  created_at timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (account_id, seller_id)
);
COMMENT ON TABLE seller_member IS 'mutable';
CREATE INDEX seller_member_of_seller ON seller_member (seller_id) WHERE role IS NOT NULL;

-- A session is a family of refresh tokens, each made from the one before. Its id is the `sid` of access tokens.
CREATE TABLE session (
  id                  uuid        PRIMARY KEY,
  account_id          uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  -- Of the client, when it signed in or refreshed last.
  device              text        NOT NULL DEFAULT '' CHECK (length(device) <= 100),
  address             text        NOT NULL DEFAULT '' CHECK (length(address) <= 45),
  created_at          timestamptz NOT NULL DEFAULT market_now(),
  last_used_at        timestamptz NOT NULL DEFAULT market_now(),
  idle_expires_at     timestamptz NOT NULL,
  absolute_expires_at timestamptz NOT NULL,
  ended_at            timestamptz,
  end_reason          text        CHECK (end_reason IN ('SIGNED_OUT', 'REUSED', 'ENDED', 'PASSWORD_CHANGED', 'DISABLED')),
  CHECK (idle_expires_at <= absolute_expires_at),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
COMMENT ON TABLE session IS 'mutable';
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX session_expiry ON session (absolute_expires_at);

CREATE TABLE refresh_token (
  digest     bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),  -- SHA-256; the token itself is nowhere
  session_id uuid        NOT NULL CONSTRAINT refresh_token_session REFERENCES session ON DELETE CASCADE,
  sequence   bigint      NOT NULL CHECK (sequence >= 1),
  created_at timestamptz NOT NULL DEFAULT market_now(),
  used_at    timestamptz,
  UNIQUE (session_id, sequence)
);
COMMENT ON TABLE refresh_token IS 'mutable';
-- At most one token of a family is good.
CREATE UNIQUE INDEX refresh_token_live ON refresh_token (session_id) WHERE used_at IS NULL;

-- Failed sign-ins by SHA-256 of the address and the lower-cased e-mail: whether an account has that e-mail makes no
-- difference. Those of a device that has signed in to the account before are counted by SHA-256 of the device; mails with a
-- token that were asked for by SHA-256 of their purpose and the account's e-mail.
CREATE TABLE sign_in_throttle (
  digest        bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
  tries         integer     NOT NULL CHECK (tries >= 1),
  last_try_at   timestamptz NOT NULL,
  blocked_until timestamptz NOT NULL
);
COMMENT ON TABLE sign_in_throttle IS 'mutable';
CREATE INDEX sign_in_throttle_age ON sign_in_throttle (last_try_at);

-- How often somebody comes, by SHA-256 of who it is and what for: each time moves busy_until on by its share of a window, and
-- one that would move it further than the window from now is refused.
CREATE TABLE caller_limit (
  digest     bytea       PRIMARY KEY CHECK (octet_length(digest) = 32),
  busy_until timestamptz NOT NULL
);
COMMENT ON TABLE caller_limit IS 'mutable';
CREATE INDEX caller_limit_age ON caller_limit (busy_until);
