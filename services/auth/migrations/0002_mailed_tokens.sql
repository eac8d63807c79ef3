-- Tokens that are mailed: each is good once, for one purpose, for a short time. A row keeps what its token does.
CREATE TABLE mailed_token (
  id          uuid        PRIMARY KEY,
  digest      bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),  -- SHA-256; the token itself is nowhere
  account_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  purpose     text        NOT NULL CHECK (purpose IN ('VERIFY_EMAIL', 'CHANGE_EMAIL', 'UNDO_EMAIL_CHANGE', 'RESET_PASSWORD',
                                                     'CLAIM_ACCOUNT')),
  address     text        NOT NULL CHECK (length(address) BETWEEN 3 AND 254), -- whom it is mailed to; what CHANGE and UNDO set
  address_key text        NOT NULL,                                           -- as account.email_key
  created_at  timestamptz NOT NULL DEFAULT market_now(),
  expires_at  timestamptz NOT NULL,
  ended_at    timestamptz                                                     -- used, or no longer good for another reason
);
COMMENT ON TABLE mailed_token IS 'mutable';
-- A newer one of a purpose ends the older.
CREATE UNIQUE INDEX mailed_token_live ON mailed_token (account_id, purpose) WHERE ended_at IS NULL;
CREATE INDEX mailed_token_expiry ON mailed_token (expires_at);
-- Nobody else takes an address while its owner may still undo that it was taken from an account.
CREATE INDEX mailed_token_undo ON mailed_token (address_key) WHERE purpose = 'UNDO_EMAIL_CHANGE' AND ended_at IS NULL;
