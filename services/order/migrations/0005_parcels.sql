-- What shops send together.

-- Who carries it and under which number can be corrected; what it is and when it was sent stays. A forgotten buyer's has no
-- number.
CREATE TABLE parcel (
  id               uuid PRIMARY KEY,
  seller_order_id  uuid NOT NULL REFERENCES seller_order (id),
  position         bigint NOT NULL CHECK (position > 0),  -- among its part's, as they were sent
  carrier          text NOT NULL CHECK (carrier <> ''),
  tracking_number  text NOT NULL,
  sent_at          timestamptz NOT NULL,
  delivered_at     timestamptz,
  version          bigint NOT NULL DEFAULT 1,
  UNIQUE (seller_order_id, position)
);
COMMENT ON TABLE parcel IS 'mutable';
CREATE TRIGGER parcel_stays BEFORE DELETE ON parcel FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parcel_terms_stay BEFORE UPDATE OF id, seller_order_id, position, sent_at ON parcel
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parcel_is_delivered_once BEFORE UPDATE OF delivered_at ON parcel
  FOR EACH ROW WHEN (OLD.delivered_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

CREATE TABLE parcel_line (
  parcel_id  uuid NOT NULL REFERENCES parcel (id),
  line_id    uuid NOT NULL REFERENCES order_line (id),
  quantity   bigint NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (parcel_id, line_id)
);
CREATE TRIGGER parcel_line_stays BEFORE UPDATE OR DELETE ON parcel_line
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
