-- Pictures of people are kept by user, which keeps them until it is told that nothing here shows them (ADR 47). A claim is here before user
-- is asked to keep pictures for something, and goes when user was told what that shows: at once where it was written with the claim, else,
-- since its request broke off or was refused, when it is due.
CREATE TABLE picture_claim (
  number   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shown_by uuid        NOT NULL,  -- of what may never be there, or not any more
  due_at   timestamptz NOT NULL
);
COMMENT ON TABLE picture_claim IS 'mutable';
CREATE INDEX picture_claim_due ON picture_claim (due_at);
CREATE INDEX picture_claim_of ON picture_claim (shown_by, number);
