-- What signs access tokens. The first two are made by the first auth that starts.
CREATE TABLE signing_key (
  kid          text        PRIMARY KEY CHECK (length(kid) BETWEEN 1 AND 128),
  x            text        NOT NULL,        -- its public point, base64url
  y            text        NOT NULL,
  sealed       text        NOT NULL,        -- the private key, sealed with the root secret; empty once it signs no more
  state        text        NOT NULL CHECK (state IN ('NEXT', 'ACTIVE', 'RETIRED', 'REMOVED')),
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  activated_at timestamptz,
  retired_at   timestamptz,
  removed_at   timestamptz,
  CHECK ((state IN ('NEXT', 'ACTIVE')) = (length(sealed) > 0)),
  CHECK (state <> 'ACTIVE' OR activated_at IS NOT NULL),
  CHECK (state <> 'RETIRED' OR retired_at IS NOT NULL),
  CHECK ((state = 'REMOVED') = (removed_at IS NOT NULL))
);
COMMENT ON TABLE signing_key IS 'mutable';
CREATE UNIQUE INDEX signing_key_in_use ON signing_key (state) WHERE state IN ('NEXT', 'ACTIVE');
