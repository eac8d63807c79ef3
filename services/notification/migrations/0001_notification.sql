-- What people were told. It names orders and shops, never people: who is told knows them.
CREATE TABLE notification (
  id              uuid        PRIMARY KEY,
  account_id      uuid        NOT NULL,
  kind            text        NOT NULL CHECK (kind IN (
    'NEW_DEVICE', 'PASSWORD_CHANGED', 'EMAIL_CHANGED', 'ORDER_PLACED', 'PAYMENT_DECLINED', 'ORDER_FAILED', 'ORDER_ACCEPTED',
    'PARCEL_SHIPPED', 'ORDER_DELIVERED', 'ORDER_CANCELLED', 'ORDER_REFUNDED', 'SALE', 'ORDER_ADDRESS_CHANGED', 'SALE_CANCELLED', 'SHOP_APPROVED',
    'SHOP_SUSPENDED', 'SHOP_REINSTATED', 'SHOP_CLOSED', 'LOW_STOCK', 'OFFER_DETACHED', 'MESSAGE_RECEIVED',
    'PRODUCT_APPROVED', 'PRODUCT_CHANGES_REQUESTED', 'PRODUCT_TAKEN_DOWN', 'WISH_PRICE_FELL', 'WISH_BACK_IN_STOCK',
    'RETURN_REQUESTED', 'RETURN_APPROVED', 'RETURN_REJECTED', 'RETURN_SENT', 'RETURN_RECEIVED', 'RETURN_CLOSED',
    'INVOICE_ISSUED', 'PAYOUT_PAID', 'PAYOUT_FAILED', 'DISPUTE_OPENED', 'DISPUTE_ENDED', 'SHOP_FINED')),
  title           text        NOT NULL CHECK (length(title) <= 200),
  order_id        uuid,
  seller_order_id uuid,
  seller_id       uuid,
  amount_minor    bigint,
  currency        text,
  conversation_id uuid,
  product_id      uuid,
  created_at      timestamptz NOT NULL DEFAULT market_now(),
  read_at         timestamptz,
  CHECK ((amount_minor IS NULL) = (currency IS NULL))
);
COMMENT ON TABLE notification IS 'mutable';
CREATE INDEX notification_of_account ON notification (account_id, id DESC);
CREATE INDEX notification_unread ON notification (account_id, id DESC) WHERE read_at IS NULL;
CREATE INDEX notification_by_age ON notification (created_at);

-- What somebody wants otherwise than usual. That a mail of this kind is required is not this table's to know.
CREATE TABLE notification_setting (
  account_id uuid    NOT NULL,
  kind       text    NOT NULL,
  app        boolean NOT NULL,
  mail       boolean NOT NULL,
  PRIMARY KEY (account_id, kind)
);
COMMENT ON TABLE notification_setting IS 'mutable';

-- Addresses that a mail server has refused for good, as digests: nobody is written to there who needs not be.
CREATE TABLE bounced_address (
  digest     bytea       PRIMARY KEY,
  status     text        NOT NULL,  -- as the server had it: "550 5.1.1"
  bounced_at timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE bounced_address IS 'mutable';
