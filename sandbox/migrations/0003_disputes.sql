-- What buyers' banks take back of charges. Evidence is JSON as it was sent.
CREATE TABLE dispute (
  id                uuid PRIMARY KEY,
  authorization_id  uuid NOT NULL REFERENCES card_authorization (id),
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  currency          text NOT NULL,
  reason            text NOT NULL,
  status            text NOT NULL DEFAULT 'needs_response' CHECK (status IN ('needs_response', 'under_review', 'won', 'lost')),
  evidence          text NOT NULL DEFAULT '{}',
  submissions       integer NOT NULL DEFAULT 0,
  due_by            timestamptz NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT market_now()
);
COMMENT ON TABLE dispute IS 'mutable';
CREATE INDEX dispute_authorization ON dispute (authorization_id);
CREATE INDEX dispute_created ON dispute (created_at);
