-- Files that are kept of a content, named after its SHA-256 (platform/pictures): a row is there before its files are, and goes after
-- them, so that there is no file without one. Whoever puts the files, or lets them go, locks the row; a row that has gone and come again
-- has another number, so that nobody takes the files of before for those of now. The service's own table `picture` says who has them, in
-- a column `content` that refers to this one.
CREATE TABLE picture_file (
  content text        PRIMARY KEY CHECK (content ~ '^[0-9a-f]{64}$'),
  width   bigint      NOT NULL CHECK (width > 0),
  height  bigint      NOT NULL CHECK (height > 0),
  colour  text        NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
  number  bigint      GENERATED ALWAYS AS IDENTITY,
  due_at  timestamptz -- when the files go, unless a picture has them by then; null while one has
);
COMMENT ON TABLE picture_file IS 'mutable';
CREATE INDEX picture_file_due ON picture_file (due_at) WHERE due_at IS NOT NULL;
