-- What shops say of their products in other languages than the one that they wrote them in. `product.languages` names those
-- that there are, so that a product without translations costs its readers nothing: both change in one transaction, under
-- the lock of the product.
CREATE TABLE product_translation (
  product_id  uuid NOT NULL REFERENCES product,
  language    text NOT NULL CHECK (language ~ '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$'),
  title       text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
  description text NOT NULL CHECK (char_length(description) <= 10000),
  updated_at  timestamptz NOT NULL DEFAULT market_now(),
  words       tsvector GENERATED ALWAYS AS (
                setweight(to_tsvector('simple', title), 'A') ||
                setweight(to_tsvector('simple', description), 'C')) STORED,
  PRIMARY KEY (product_id, language)
);
COMMENT ON TABLE product_translation IS 'mutable';
CREATE INDEX product_translation_words ON product_translation USING gin (words);
CREATE INDEX product_translation_title_trigrams ON product_translation USING gin (title gin_trgm_ops);

-- What a text finds while there is no search index: all its words in one language, each by prefix; only when nothing has
-- them, titles spelled alike. The threshold lets a swapped pair of letters in a six-letter word pass.
CREATE FUNCTION product_matching(prefixes text, typed text) RETURNS TABLE (product_id uuid, relevance bigint)
LANGUAGE plpgsql STABLE ROWS 100 SET pg_trgm.word_similarity_threshold = 0.4 AS $$
#variable_conflict use_column
DECLARE
  wanted tsquery := to_tsquery('simple', prefixes);
BEGIN
  RETURN QUERY
    SELECT f.id, (max(f.rank) * 1000000)::bigint FROM (
      (SELECT id, ts_rank(words, wanted) AS rank FROM product WHERE state = 'PUBLISHED' AND words @@ wanted LIMIT 10000)
      UNION ALL
      (SELECT t.product_id, ts_rank(t.words, wanted)
       FROM product_translation t JOIN product p ON p.id = t.product_id
       WHERE t.words @@ wanted AND p.state = 'PUBLISHED' LIMIT 10000)) f
    GROUP BY f.id LIMIT 10000;
  IF FOUND THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT f.id, (max(f.alike) * 1000000)::bigint FROM (
      (SELECT id, word_similarity(typed, title) AS alike FROM product WHERE state = 'PUBLISHED' AND typed <% title
       ORDER BY 2 DESC, 1 LIMIT 200)
      UNION ALL
      (SELECT t.product_id, word_similarity(typed, t.title)
       FROM product_translation t JOIN product p ON p.id = t.product_id
       WHERE typed <% t.title AND p.state = 'PUBLISHED' ORDER BY 2 DESC, 1 LIMIT 200)) f
    GROUP BY f.id ORDER BY 2 DESC, 1 LIMIT 200;
END
$$;
