-- A shop's picture. The same content of two shops is two pictures with the same files (picture_file, of platform/picture_files).
CREATE TABLE picture (
  id         uuid        PRIMARY KEY,
  seller_id  uuid        NOT NULL,
  content    text        NOT NULL REFERENCES picture_file,
  alt_text   text        NOT NULL CHECK (char_length(alt_text) <= 300),
  version    bigint      NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT market_now(),
  updated_at timestamptz NOT NULL DEFAULT market_now(),
  CONSTRAINT picture_once_per_seller UNIQUE (seller_id, content)
);
COMMENT ON TABLE picture IS 'mutable';
CREATE INDEX picture_by_content ON picture (content);
CREATE INDEX picture_of_seller ON picture (seller_id, id DESC);

-- Which pictures a product has, in which order. What of them is shown stands in product.pictures too, by pictures_of: what GetProduct shows
-- costs it no look-up. Whoever changes either locks the pictures first, by their ids, then the products, by theirs.
CREATE TABLE product_picture (
  product_id uuid   NOT NULL REFERENCES product,
  place      bigint NOT NULL CHECK (place BETWEEN 1 AND 10),
  picture_id uuid   NOT NULL,
  PRIMARY KEY (product_id, place),
  CONSTRAINT product_picture_once UNIQUE (product_id, picture_id),
  CONSTRAINT picture_in_use FOREIGN KEY (picture_id) REFERENCES picture
);
COMMENT ON TABLE product_picture IS 'mutable';
CREATE INDEX product_picture_by_picture ON product_picture (picture_id);

-- Pictures as products keep them: id, content, width, height, colour and the alternative text, with a space between.
CREATE FUNCTION pictures_of(ids uuid[]) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(concat_ws(' ', i.id, f.content, f.width, f.height, f.colour, i.alt_text) ORDER BY wanted.place), '{}')
  FROM unnest(ids) WITH ORDINALITY AS wanted (id, place)
  JOIN picture i ON i.id = wanted.id JOIN picture_file f ON f.content = i.content
$$;
