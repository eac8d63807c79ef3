-- Files that shops import, each a job that takes rows from it one after the other. How far it is, and what it found, changes
-- in the transaction that does what a row says: whoever takes over after a crash begins behind the last row that was done.
CREATE TABLE product_import (
  id             uuid        PRIMARY KEY,
  seller_id      uuid        NOT NULL,
  account_id     uuid        NOT NULL,  -- who wanted it
  upload_id      uuid        NOT NULL,  -- the file, until the job has ended
  format         text        NOT NULL CHECK (format IN ('CSV', 'JSON_LINES')),
  dry_run        boolean     NOT NULL,
  bytes          bigint      NOT NULL CHECK (bytes > 0),
  state          text        NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'RUNNING', 'DONE', 'FAILED')),
  failure_reason text        CHECK (failure_reason ~ '^[A-Z_]{1,60}$'),
  failure_detail text        CHECK (char_length(failure_detail) <= 500),
  failure_line   bigint,
  -- What has been read ends before this byte, and the next row begins in this line or after it.
  bytes_read     bigint      NOT NULL DEFAULT 0,
  next_line      bigint      NOT NULL DEFAULT 1,
  rows_created   bigint      NOT NULL DEFAULT 0,
  rows_updated   bigint      NOT NULL DEFAULT 0,
  rows_unchanged bigint      NOT NULL DEFAULT 0,
  rows_failed    bigint      NOT NULL DEFAULT 0,
  fence          bigint      NOT NULL DEFAULT 0,
  lease_until    timestamptz NOT NULL DEFAULT '-infinity',
  next_run_at    timestamptz NOT NULL DEFAULT market_now(),
  attempts       bigint      NOT NULL DEFAULT 0,
  failures       bigint      NOT NULL DEFAULT 0,
  last_error     text        NOT NULL DEFAULT '',
  created_at     timestamptz NOT NULL DEFAULT market_now(),
  finished_at    timestamptz,
  CONSTRAINT product_import_read CHECK (bytes_read BETWEEN 0 AND bytes),
  CONSTRAINT product_import_ended CHECK ((state IN ('DONE', 'FAILED')) = (finished_at IS NOT NULL)),
  CONSTRAINT product_import_failed CHECK ((state = 'FAILED') = (failure_reason IS NOT NULL)
                                          AND (failure_reason IS NULL) = (failure_detail IS NULL))
);
COMMENT ON TABLE product_import IS 'mutable';
CREATE INDEX product_import_of_seller ON product_import (seller_id, id DESC);
CREATE INDEX product_import_open ON product_import (next_run_at) WHERE finished_at IS NULL;
CREATE INDEX product_import_open_of_seller ON product_import (seller_id, id) WHERE finished_at IS NULL;
CREATE INDEX product_import_by_end ON product_import (finished_at) WHERE finished_at IS NOT NULL;

-- What was wrong with rows that were refused: the report.
CREATE TABLE product_import_problem (
  import_id uuid   NOT NULL REFERENCES product_import ON DELETE CASCADE,
  line      bigint NOT NULL,
  number    bigint NOT NULL,  -- of the problems of a row
  sku       text   NOT NULL,
  field     text   NOT NULL,
  reason    text   NOT NULL,
  detail    text   NOT NULL,
  PRIMARY KEY (import_id, line, number)
);
COMMENT ON TABLE product_import_problem IS 'mutable';

-- What rows of an import that is under way have named: an SKU, which no later row may name again, and a product that is new in
-- the file, to which later rows belong.
CREATE TABLE product_import_name (
  import_id  uuid   NOT NULL REFERENCES product_import ON DELETE CASCADE,
  kind       text   NOT NULL CHECK (kind IN ('SKU', 'PRODUCT')),
  name       text   NOT NULL,
  line       bigint NOT NULL,
  product_id uuid,  -- none in a dry run, which makes none
  PRIMARY KEY (import_id, kind, name)
);
COMMENT ON TABLE product_import_name IS 'mutable';
