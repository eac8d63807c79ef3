-- One row per account that ever was in a shop's team: its row lock makes changes of one account's memberships wait for each
-- other. They travel in its access token, which has a size limit.
CREATE TABLE membership_count (
  account_id uuid    PRIMARY KEY,
  sellers    integer NOT NULL CONSTRAINT membership_limit CHECK (sellers BETWEEN 0 AND 20)
);
COMMENT ON TABLE membership_count IS 'mutable';

CREATE TABLE seller (
  id              uuid        PRIMARY KEY,  -- the operation that opened it: a repeated call finds it
  opened_by       uuid        NOT NULL,
  display_name    text        NOT NULL CHECK (length(display_name) BETWEEN 2 AND 100),
  slug            text        NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$'),
  country_code    text        NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
  state           text        NOT NULL CHECK (state IN ('PENDING', 'ACTIVE', 'SUSPENDED', 'CLOSED')),
  description     text        NOT NULL DEFAULT '',
  logo            text        NOT NULL DEFAULT '',
  contact_email   text        NOT NULL DEFAULT '',
  contact_phone   text        NOT NULL DEFAULT '',
  return_policy   text        NOT NULL DEFAULT '',
  shipping_policy text        NOT NULL DEFAULT '',
  holiday_until   timestamptz,
  holiday_note    text        NOT NULL DEFAULT '',
  -- Who the trader is; no name: not told yet.
  trader_name     text        NOT NULL DEFAULT '',
  trader_register text        NOT NULL DEFAULT '',
  trader_vat      text        NOT NULL DEFAULT '',
  trader_lines    text[]      NOT NULL DEFAULT '{}',
  trader_city     text        NOT NULL DEFAULT '',
  trader_region   text        NOT NULL DEFAULT '',
  trader_postal_code  text    NOT NULL DEFAULT '',
  trader_country_code text    NOT NULL DEFAULT '',
  version         bigint      NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  updated_at      timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT seller_slug UNIQUE (slug),
  CHECK ((trader_name = '') = (trader_country_code = ''))
);
COMMENT ON TABLE seller IS 'mutable';
CREATE INDEX seller_active ON seller (created_at DESC, id DESC) WHERE state = 'ACTIVE';
CREATE INDEX seller_newest ON seller (created_at DESC, id DESC);

-- Who acts for a seller. Changed under the lock of the seller's row. The row of a membership that ended stays, so that
-- `version` only grows: auth, which has a copy for access tokens, knows by it what is old.
CREATE TABLE seller_member (
  seller_id  uuid        NOT NULL REFERENCES seller,
  account_id uuid        NOT NULL REFERENCES membership_count,
  role       text        CHECK (role IN ('owner', 'manager', 'staff')),  -- null: ended
  version    bigint      NOT NULL DEFAULT 1,
  joined_at  timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (seller_id, account_id)
);
COMMENT ON TABLE seller_member IS 'mutable';
CREATE INDEX seller_member_account ON seller_member (account_id) WHERE role IS NOT NULL;

-- Open ones, and for a while those that ran out. The token is kept nowhere, its SHA-256 finds the row.
CREATE TABLE invitation (
  id         uuid        PRIMARY KEY,  -- the operation that made it
  seller_id  uuid        NOT NULL REFERENCES seller,
  email      text        NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  role       text        NOT NULL CHECK (role IN ('owner', 'manager', 'staff')),
  invited_by uuid        NOT NULL,
  digest     bytea       NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  created_at timestamptz NOT NULL DEFAULT market_now(),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE invitation IS 'mutable';
-- ASCII letters in lower case, as auth compares e-mails.
CREATE UNIQUE INDEX invitation_once ON invitation (seller_id, lower(email COLLATE "C"));
CREATE INDEX invitation_expiry ON invitation (expires_at);
