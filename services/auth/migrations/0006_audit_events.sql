-- What was done by permission in every service, as each has told it: the one list for operators. The record itself, which
-- nobody can change, is the source's `audit_event`; who has no row here is under way in the source's outbox or parked there.
CREATE TABLE recorded_act (
  id          uuid        PRIMARY KEY,   -- of the source's row
  at          timestamptz NOT NULL,
  service     text        NOT NULL,
  account_id  uuid,
  actor       text        NOT NULL,
  api_key_id  uuid,
  permission  text        NOT NULL,
  method      text        NOT NULL,
  target_type text        NOT NULL,
  target_id   text        NOT NULL,
  seller_id   uuid,
  reason      text        NOT NULL,
  address     text        NOT NULL,
  request_id  text        NOT NULL,
  trace_id    text        NOT NULL,
  before      jsonb       NOT NULL,
  after       jsonb       NOT NULL
);
CREATE INDEX recorded_act_newest ON recorded_act (at, id);
CREATE INDEX recorded_act_of_account ON recorded_act (account_id, at, id) WHERE account_id IS NOT NULL;
CREATE INDEX recorded_act_of_api_key ON recorded_act (api_key_id, at, id) WHERE api_key_id IS NOT NULL;
CREATE INDEX recorded_act_on_target ON recorded_act (target_id, at, id);
CREATE INDEX recorded_act_on_type ON recorded_act (target_type, at, id);
CREATE INDEX recorded_act_of_seller ON recorded_act (seller_id, at, id) WHERE seller_id IS NOT NULL;
CREATE INDEX recorded_act_by_method ON recorded_act (method, at, id);
CREATE INDEX recorded_act_in_service ON recorded_act (service, at, id);
