-- Who runs the marketplace and on which terms, version by version. What was published stays: people agreed to it.
CREATE TABLE terms (
  kind       text        NOT NULL CHECK (kind IN ('IMPRINT', 'TERMS', 'PRIVACY', 'WITHDRAWAL')),
  language   text        NOT NULL,  -- BCP 47
  version    text        NOT NULL CHECK (version ~ '^[0-9A-Za-z][0-9A-Za-z._-]{0,49}$'),
  number     bigint      GENERATED ALWAYS AS IDENTITY,  -- the higher, the newer
  title      text        NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  body       text        NOT NULL CHECK (length(body) BETWEEN 1 AND 20000),
  created_at timestamptz NOT NULL DEFAULT market_now(),
  PRIMARY KEY (kind, language, version)
);
CREATE INDEX terms_newest ON terms (kind, language, number DESC);
