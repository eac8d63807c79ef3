-- W3C traceparent of the request that made the payment: who asks the provider later goes on with its trace.
ALTER TABLE payment ADD COLUMN trace text NOT NULL DEFAULT '';
