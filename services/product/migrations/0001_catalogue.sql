CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- One function for every row that must stay as it is; triggers name the rows.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TABLE category (
  id         uuid PRIMARY KEY,
  parent_id  uuid REFERENCES category,
  name       text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  slug       text NOT NULL CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?$'),
  -- By language, BCP 47, in those that are not the marketplace's (product.language), in which `name` is.
  names      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(names) = 'object'),
  version    bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT category_slug_per_parent UNIQUE NULLS NOT DISTINCT (parent_id, slug)
);
COMMENT ON TABLE category IS 'mutable';

-- Two moves at once could close a circle that neither sees, so moves queue on one lock.
CREATE FUNCTION refuse_category_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ancestor uuid := NEW.parent_id;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('category_tree'));
  WHILE ancestor IS NOT NULL LOOP
    IF ancestor = NEW.id THEN
      RAISE EXCEPTION 'category % would be its own ancestor', NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'category_no_cycle';
    END IF;
    SELECT parent_id INTO ancestor FROM category WHERE id = ancestor;
  END LOOP;
  RETURN NEW;
END
$$;
CREATE TRIGGER category_no_cycle BEFORE INSERT OR UPDATE OF parent_id ON category
  FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION refuse_category_cycle();

CREATE TABLE product (
  id           uuid PRIMARY KEY,
  operation_id uuid NOT NULL,
  seller_id    uuid NOT NULL,
  category_id  uuid NOT NULL REFERENCES category,
  title        text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  description  text NOT NULL CHECK (char_length(description) <= 10000),
  -- In which its shop wrote it, BCP 47; and those that it has a translation for (0005_translations.sql), in their order.
  language     text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$'),
  languages    text[] NOT NULL DEFAULT '{}',
  attributes   jsonb NOT NULL CHECK (jsonb_typeof(attributes) = 'object'),
  -- What is shown of its pictures, the first one first; made of product_picture (0004_pictures.sql).
  pictures     text[] NOT NULL CHECK (cardinality(pictures) <= 10),
  -- Who makes it and answers for it, and what to beware of; null where nothing is said.
  safety       jsonb CHECK (jsonb_typeof(safety) = 'object'),
  -- Who may hang an offer on it once it is PUBLISHED.
  offers_by    text NOT NULL DEFAULT 'ANYBODY' CHECK (offers_by IN ('ANYBODY', 'OWN_SHOP')),
  state        text NOT NULL DEFAULT 'DRAFT'
               CHECK (state IN ('DRAFT', 'PUBLISHED', 'PROPOSED', 'CHANGES_REQUESTED', 'ARCHIVED', 'TAKEN_DOWN')),
  -- An operator's. It is there in states alone that only members and operators see, so it is for nobody else.
  state_reason text CHECK (char_length(state_reason) BETWEEN 1 AND 1000),
  version      bigint NOT NULL DEFAULT 1,
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  updated_at   timestamptz NOT NULL DEFAULT market_now(),
  published_at timestamptz,
  -- Of the reviews that count (0003_reviews.sql), counted with each act on one: what GetProduct shows costs it no look-up.
  rating_sum   bigint NOT NULL DEFAULT 0,
  rating_count bigint NOT NULL DEFAULT 0,
  -- 'simple': the catalogue speaks many languages; endings are covered by prefix search.
  words        tsvector GENERATED ALWAYS AS (
                 setweight(to_tsvector('simple', title), 'A') ||
                 setweight(to_tsvector('simple', attributes), 'B') ||
                 setweight(to_tsvector('simple', description), 'C')) STORED,
  CONSTRAINT product_operation UNIQUE (operation_id),
  CONSTRAINT product_languages CHECK (cardinality(languages) <= 10 AND NOT language = ANY (languages)),
  CONSTRAINT product_published CHECK (state <> 'PUBLISHED' OR published_at IS NOT NULL),
  CONSTRAINT product_reason CHECK ((state_reason IS NOT NULL) = (state IN ('CHANGES_REQUESTED', 'TAKEN_DOWN'))),
  CONSTRAINT product_rating CHECK (rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count)
);
COMMENT ON TABLE product IS 'mutable';
CREATE INDEX product_newest ON product (published_at DESC, id DESC) WHERE state = 'PUBLISHED';
CREATE INDEX product_by_category ON product (category_id, published_at DESC, id DESC)
  WHERE state = 'PUBLISHED';
CREATE INDEX product_in_category ON product (category_id);
CREATE INDEX product_by_change ON product (updated_at, id);
CREATE INDEX product_by_state ON product (state, updated_at, id);
CREATE INDEX product_by_seller ON product (seller_id, id DESC);
CREATE INDEX product_words ON product USING gin (words) WHERE state = 'PUBLISHED';
CREATE INDEX product_title_trigrams ON product USING gin (title gin_trgm_ops) WHERE state = 'PUBLISHED';

CREATE TABLE offer (
  id         uuid PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES product,
  seller_id  uuid NOT NULL,
  sku        text NOT NULL CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
  options    jsonb NOT NULL CHECK (jsonb_typeof(options) = 'object'),
  own_currency text NOT NULL CHECK (own_currency ~ '^[A-Z]{3}$'),  -- in which its shop sees its price (prices: 0006_prices.sql)
  weight_grams bigint CHECK (weight_grams BETWEEN 1 AND 1000000),  -- of one unit
  tax_class  text CHECK (tax_class ~ '^[a-z0-9_-]{1,40}$'),
  state      text NOT NULL DEFAULT 'ACTIVE' CHECK (state IN ('ACTIVE', 'ARCHIVED')),
  detached_reason text CHECK (char_length(detached_reason) BETWEEN 1 AND 500),  -- why operators withdrew it, for good
  last_batch uuid,  -- the operation over many offers that changed it last, so that its repeat finds this one done
  version    bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT market_now(),
  updated_at timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT offer_sku_per_seller UNIQUE (seller_id, sku),
  CONSTRAINT offer_detached CHECK (detached_reason IS NULL OR state = 'ARCHIVED')
);
COMMENT ON TABLE offer IS 'mutable';
CREATE INDEX offer_by_product ON offer (product_id);
-- Nobody could tell two offers of one shop apart that are the same variant. What options may weigh (storage/sizes.hpp) fits an entry.
CREATE UNIQUE INDEX offer_options_once ON offer (product_id, seller_id, options) WHERE state = 'ACTIVE';

-- Reservations and orders point at offers for ever, some without a foreign key.
CREATE TRIGGER offer_stays BEFORE DELETE ON offer
  FOR EACH ROW EXECUTE FUNCTION refuse_change('an offer is archived, never deleted');
