CREATE TABLE profile (
  id           uuid        PRIMARY KEY,  -- of the account
  display_name text        NOT NULL CHECK (length(display_name) BETWEEN 1 AND 100),
  given_name   text        NOT NULL DEFAULT '',
  family_name  text        NOT NULL DEFAULT '',
  phone        text        NOT NULL DEFAULT '',
  locale       text        NOT NULL DEFAULT '',
  version      bigint      NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  updated_at   timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE profile IS 'mutable';

-- One row per account that ever had an address: its row lock makes changes of one address book wait for each other, and
-- its size is what the limit is checked on. Not tied to the profile, which may arrive later.
CREATE TABLE address_book (
  account_id uuid    PRIMARY KEY,
  size       integer NOT NULL CONSTRAINT address_book_size CHECK (size BETWEEN 0 AND 50)
);
COMMENT ON TABLE address_book IS 'mutable';

CREATE TABLE address (
  id           uuid        PRIMARY KEY,
  account_id   uuid        NOT NULL REFERENCES address_book,
  recipient    text        NOT NULL,
  lines        text[]      NOT NULL CHECK (cardinality(lines) BETWEEN 1 AND 4),
  city         text        NOT NULL,
  region       text        NOT NULL,
  postal_code  text        NOT NULL,
  country_code text        NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
  phone        text        NOT NULL,
  is_default   boolean     NOT NULL,
  version      bigint      NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  updated_at   timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE address IS 'mutable';
CREATE INDEX address_account ON address (account_id, created_at, id);
CREATE UNIQUE INDEX address_default ON address (account_id) WHERE is_default;
