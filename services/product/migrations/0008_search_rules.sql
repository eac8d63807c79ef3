-- What operators tell the search. Each process keeps them all in memory, so there are not many of them.
CREATE TABLE search_rule (
  id          uuid        PRIMARY KEY,
  synonyms    text[]      NOT NULL DEFAULT '{}',
  query       text        NOT NULL DEFAULT '' CHECK (char_length(query) <= 200),
  product_ids uuid[]      NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT market_now(),
  CHECK ((query = '') = (product_ids = '{}')),
  CHECK ((query = '') = (cardinality(synonyms) >= 2))
);
COMMENT ON TABLE search_rule IS 'mutable';
