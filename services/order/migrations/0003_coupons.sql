-- Coupons, and with which orders they are used.

CREATE TABLE coupon (
  id                uuid PRIMARY KEY,
  code              text NOT NULL CHECK (code ~ '^[A-Z0-9-]{3,40}$'),
  seller_id         uuid,                    -- the shop whose coupon it is; none: the marketplace's
  kind              text NOT NULL CHECK (kind IN ('PERCENTAGE', 'FIXED', 'FREE_DELIVERY')),
  percentage_ppm    bigint CHECK (percentage_ppm BETWEEN 1 AND 1000000),
  amount_minor      bigint CHECK (amount_minor > 0),
  minimum_minor     bigint CHECK (minimum_minor > 0),
  currency          text CHECK (currency ~ '^[A-Z]{3}$'),
  only_seller_id    uuid,
  category_ids      uuid[] NOT NULL CHECK (cardinality(category_ids) <= 50),
  product_ids       uuid[] NOT NULL CHECK (cardinality(product_ids) <= 50),
  valid_from        timestamptz,
  valid_until       timestamptz,
  total_limit       bigint CHECK (total_limit > 0),
  limit_per_buyer   bigint CHECK (limit_per_buyer > 0),
  redeemed          bigint NOT NULL DEFAULT 0,  -- its LIVE redemptions
  funder            text NOT NULL CHECK (funder IN ('MARKETPLACE', 'SELLER', 'SPLIT')),
  seller_share_ppm  bigint CHECK (seller_share_ppm BETWEEN 1 AND 999999),
  state             text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'ENDED')),
  version           bigint NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT market_now(),
  updated_at        timestamptz NOT NULL DEFAULT market_now(),
  CHECK ((kind = 'PERCENTAGE') = (percentage_ppm IS NOT NULL)),
  CHECK ((kind = 'FIXED') = (amount_minor IS NOT NULL)),
  CHECK ((currency IS NOT NULL) = (amount_minor IS NOT NULL OR minimum_minor IS NOT NULL)),
  CHECK ((funder = 'SPLIT') = (seller_share_ppm IS NOT NULL)),
  CHECK (seller_id IS NULL OR (only_seller_id IS NOT DISTINCT FROM seller_id AND funder = 'SELLER')),
  CHECK (valid_from < valid_until),
  CHECK (redeemed >= 0 AND redeemed <= total_limit)
);
COMMENT ON TABLE coupon IS 'mutable';
CREATE UNIQUE INDEX coupon_live_code ON coupon (code) WHERE state = 'ACTIVE';
CREATE INDEX coupon_of_code ON coupon (code, id DESC);
CREATE INDEX coupon_of_seller ON coupon (seller_id, id DESC);
CREATE TRIGGER coupon_stays BEFORE DELETE ON coupon FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- What it takes off, of what and for whom: what was quoted with it holds.
CREATE TRIGGER coupon_terms_stay
  BEFORE UPDATE OF id, code, seller_id, kind, percentage_ppm, amount_minor, minimum_minor, currency, only_seller_id, category_ids,
                   product_ids, funder, seller_share_ppm, created_at ON coupon
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A coupon of an order: LIVE, until the order fails or is cancelled whole.
CREATE TABLE coupon_redemption (
  order_id       uuid NOT NULL REFERENCES orders (id),
  coupon_id      uuid NOT NULL REFERENCES coupon (id),
  position       integer NOT NULL,  -- among the order's
  code           text NOT NULL,     -- the coupon's
  buyer_id       uuid NOT NULL,     -- the order's
  amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
  state          text NOT NULL DEFAULT 'LIVE' CHECK (state IN ('LIVE', 'GIVEN_BACK')),
  created_at     timestamptz NOT NULL DEFAULT market_now(),
  given_back_at  timestamptz,
  PRIMARY KEY (order_id, coupon_id),
  CHECK ((state = 'GIVEN_BACK') = (given_back_at IS NOT NULL))
);
COMMENT ON TABLE coupon_redemption IS 'mutable';
CREATE INDEX coupon_redemption_of_buyer ON coupon_redemption (coupon_id, buyer_id) WHERE state = 'LIVE';
CREATE TRIGGER coupon_redemption_stays BEFORE DELETE ON coupon_redemption FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- It is given back once, and nothing else of it changes.
CREATE TRIGGER coupon_redemption_is_given_back_once
  BEFORE UPDATE ON coupon_redemption
  FOR EACH ROW WHEN (OLD.state <> 'LIVE' OR to_jsonb(NEW) - 'state' - 'given_back_at' IS DISTINCT FROM to_jsonb(OLD) - 'state' - 'given_back_at')
  EXECUTE FUNCTION refuse_change();

-- Uses the coupons with an order of a buyer, or ends the transaction, saying why in the name of the constraint. The row of a
-- coupon is the queue of all who want it, entered as the last thing of their transactions, and by nobody who finds it
-- full; whoever has it sees what those before have used. Coupons are taken in the order of their ids, so that two orders never
-- wait for each other.
CREATE FUNCTION redeem_coupons(of_order uuid, of_buyer uuid, ids uuid[], codes text[], amounts bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  wanted record;
  most bigint;
BEGIN
  FOR wanted IN SELECT w.id, w.code, w.amount, w.position
                FROM unnest(ids, codes, amounts) WITH ORDINALITY AS w (id, code, amount, position) ORDER BY w.id LOOP
    UPDATE coupon c SET redeemed = c.redeemed + 1
    WHERE c.id = wanted.id AND c.state = 'ACTIVE' AND (c.total_limit IS NULL OR c.redeemed < c.total_limit)
      AND (c.valid_until IS NULL OR c.valid_until > market_now())
    RETURNING c.limit_per_buyer INTO most;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'coupon % can''t be used', wanted.id
        USING ERRCODE = 'MK003', CONSTRAINT = CASE
          WHEN EXISTS (SELECT FROM coupon c WHERE c.id = wanted.id AND c.state = 'ACTIVE' AND c.redeemed >= c.total_limit)
          THEN 'USED_UP ' ELSE 'EXPIRED ' END || wanted.code;
    END IF;
    IF most <= (SELECT count(*) FROM coupon_redemption r
                WHERE r.coupon_id = wanted.id AND r.buyer_id = of_buyer AND r.state = 'LIVE') THEN
      RAISE EXCEPTION 'coupon % is used by its buyer', wanted.id
        USING ERRCODE = 'MK003', CONSTRAINT = 'USED_BY_YOU ' || wanted.code;
    END IF;
    INSERT INTO coupon_redemption (order_id, coupon_id, position, code, buyer_id, amount_minor)
    VALUES (of_order, wanted.id, wanted.position, wanted.code, of_buyer, wanted.amount);
  END LOOP;
END $$;

-- Gives the coupons of an order back that is dead in all its parts; does nothing while one of them lives, and nothing
-- twice. Whoever calls it has written the row of the order, so that of two who end its last parts at once the second one
-- sees what the first has done.
CREATE FUNCTION give_coupons_back(of_order uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  given record;
BEGIN
  IF EXISTS (SELECT FROM seller_order s
             WHERE s.order_id = of_order AND s.state NOT IN ('CANCELLED', 'REJECTED', 'FAILED')) THEN
    RETURN;
  END IF;
  FOR given IN SELECT r.coupon_id FROM coupon_redemption r
               WHERE r.order_id = of_order AND r.state = 'LIVE' ORDER BY r.coupon_id LOOP
    UPDATE coupon_redemption r SET state = 'GIVEN_BACK', given_back_at = market_now()
    WHERE r.order_id = of_order AND r.coupon_id = given.coupon_id AND r.state = 'LIVE';
    IF FOUND THEN
      UPDATE coupon c SET redeemed = c.redeemed - 1 WHERE c.id = given.coupon_id;
    END IF;
  END LOOP;
END $$;
