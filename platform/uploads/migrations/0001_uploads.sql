-- Files on their way to this service, and those that something here has kept. Of one id there is at most one that is on its
-- way and one that is kept, of one account: a file that is kept is changed by nobody, whatever comes under its id.
CREATE TABLE upload (
  file       uuid        PRIMARY KEY,
  id         uuid        NOT NULL,                -- chosen by whoever sends it
  account_id uuid        NOT NULL,
  received   bigint      NOT NULL CHECK (received > 0),
  changes    bigint      NOT NULL DEFAULT 0,      -- how often its bytes have changed
  checked    boolean     NOT NULL DEFAULT false,  -- as it is now it is what its sender tells of
  kept       boolean     NOT NULL DEFAULT false,
  touched_at timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT upload_id UNIQUE (id, kept)
);
COMMENT ON TABLE upload IS 'mutable';

CREATE INDEX upload_account ON upload (account_id) WHERE NOT kept;
CREATE INDEX upload_touched_at ON upload (touched_at) WHERE NOT kept;

-- Without a gap: each begins where the one before it ends.
CREATE TABLE upload_piece (
  file    uuid   NOT NULL REFERENCES upload ON DELETE CASCADE,
  at_byte bigint NOT NULL CHECK (at_byte >= 0),
  content bytea  NOT NULL CHECK (length(content) BETWEEN 1 AND 196608),
  PRIMARY KEY (file, at_byte)
);
-- What comes is compressed already, most of it: trying costs more than it saves, and a part is read without the rest.
ALTER TABLE upload_piece ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE upload_piece IS 'mutable';
