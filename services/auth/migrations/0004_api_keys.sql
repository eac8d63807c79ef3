-- What programs sign in with. An API key is good until it expires or is revoked, while its maker's account is ACTIVE.
CREATE TABLE api_key (
  id           uuid        PRIMARY KEY,
  digest       bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),  -- SHA-256; the key itself is nowhere
  prefix       text        NOT NULL,
  name         text        NOT NULL,
  account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,      -- who made it
  seller_id    uuid,                                                           -- null: for the whole marketplace
  permissions  text[]      NOT NULL CHECK (cardinality(permissions) > 0),      -- by name
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  expires_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
COMMENT ON TABLE api_key IS 'mutable';
CREATE INDEX api_key_of_maker ON api_key (account_id, id) WHERE revoked_at IS NULL;
CREATE INDEX api_key_of_seller ON api_key (seller_id, id) WHERE revoked_at IS NULL AND seller_id IS NOT NULL;
CREATE INDEX api_key_of_everything ON api_key (id) WHERE revoked_at IS NULL AND seller_id IS NULL;
CREATE INDEX api_key_revoked ON api_key (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX api_key_end ON api_key (least(expires_at, revoked_at));
