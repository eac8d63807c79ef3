-- Carts, which order is made of which, and the wish list.

-- What somebody means to buy. Whoever changes an item has changed its cart before, in the same transaction, and so comes
-- after whoever else does.
CREATE TABLE cart (
  id                uuid PRIMARY KEY,
  account_id        uuid UNIQUE,  -- null: a guest's, which its token opens
  currency          text NOT NULL CHECK (currency ~ '^([A-Z]{3})?$'),  -- '': the market's first one, until an item tells which
  delivery_sellers  uuid[] NOT NULL DEFAULT '{}',  -- for which shops a delivery was chosen,
  delivery_methods  uuid[] NOT NULL DEFAULT '{}',  -- and which
  coupon_codes      text[] NOT NULL DEFAULT '{}',
  order_id          uuid,  -- made of it and not decided yet; no key to orders, which may be partitioned
  version           bigint NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT market_now(),
  updated_at        timestamptz NOT NULL DEFAULT market_now(),
  CHECK (cardinality(delivery_sellers) = cardinality(delivery_methods) AND cardinality(delivery_sellers) <= 100),
  CHECK (cardinality(coupon_codes) <= 5)
);
COMMENT ON TABLE cart IS 'mutable';
CREATE INDEX cart_unchanged_since ON cart (updated_at);

CREATE TABLE cart_item (
  cart_id     uuid NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
  offer_id    uuid NOT NULL,
  quantity    bigint NOT NULL CHECK (quantity BETWEEN 1 AND 999),
  seen_minor  bigint,  -- price of one unit that the buyer has seen
  position    bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (cart_id, offer_id)
);
COMMENT ON TABLE cart_item IS 'mutable';

-- Makes the cart wait for the order that is made of it in this transaction. Ends the transaction when the cart is not what
-- the order was made of any more, or waits for another one: a cart is bought once.
CREATE FUNCTION claim_cart(claimed uuid, seen_version bigint, made uuid) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cart SET order_id = made, version = version + 1, updated_at = market_now()
  WHERE id = claimed AND version = seen_version AND order_id IS NULL;
  IF NOT FOUND THEN RAISE EXCEPTION 'the cart has changed' USING ERRCODE = 'MK014'; END IF;
  RETURN claimed;
END $$;

-- Offers that somebody looks out for, with their prices when they were put here.
CREATE TABLE wish (
  account_id   uuid NOT NULL,
  offer_id     uuid NOT NULL,
  currency     text NOT NULL CHECK (currency ~ '^([A-Z]{3})?$'),  -- '': the market's first one, where it had no price
  price_minor  bigint,
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  known_minor  bigint,                 -- as it was last looked at, or told: the price,
  known_stock  boolean NOT NULL DEFAULT false,  -- and whether it could be bought
  looked_at    timestamptz NOT NULL DEFAULT market_now(),
  told_at      timestamptz,            -- when something was last told of it,
  told         bigint NOT NULL DEFAULT 0,  -- and how often
  PRIMARY KEY (account_id, offer_id)
);
COMMENT ON TABLE wish IS 'mutable';
CREATE INDEX wish_looked_at ON wish (looked_at);
CREATE INDEX wish_newest ON wish (account_id, created_at DESC, offer_id DESC);
