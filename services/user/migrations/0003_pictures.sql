-- What people have uploaded to show it somewhere, with its files (picture_file, of platform/picture_files). Nothing of it changes. Whoever
-- changes who shows a picture locks its row, several in the order of their ids.
CREATE TABLE picture (
  id           uuid        PRIMARY KEY,
  account_id   uuid        NOT NULL,
  content      text        NOT NULL REFERENCES picture_file,
  alt_text     text        NOT NULL CHECK (char_length(alt_text) <= 300),
  created_at   timestamptz NOT NULL DEFAULT market_now(),
  unused_since timestamptz DEFAULT market_now(),  -- a day later it goes; null while something keeps it
  CONSTRAINT picture_once_per_account UNIQUE (account_id, content)
);
COMMENT ON TABLE picture IS 'mutable';
CREATE INDEX picture_by_content ON picture (content);
CREATE INDEX picture_of_account ON picture (account_id, id DESC);
CREATE INDEX picture_unused ON picture (unused_since) WHERE unused_since IS NOT NULL;

-- What keeps a picture: a review of product, which asks before it shows it, and tells later what it shows (KeepPictures, SettlePictures).
CREATE TABLE picture_keep (
  shown_by   uuid   NOT NULL,
  picture_id uuid   NOT NULL,
  claim      bigint NOT NULL,  -- the last one that asked for it
  PRIMARY KEY (shown_by, picture_id),
  CONSTRAINT picture_in_use FOREIGN KEY (picture_id) REFERENCES picture
);
COMMENT ON TABLE picture_keep IS 'mutable';
CREATE INDEX picture_keep_by_picture ON picture_keep (picture_id);
