-- What was answered to requests with an Idempotency-Key, for their repeats.

CREATE TABLE idempotency_keys (
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  -- A user or an API key: another caller's key of the same name is another one.
  caller_id text NOT NULL,
  key text NOT NULL,
  -- SHA-256 of method, path and body.
  request bytea NOT NULL,
  -- Whoever does the work, and until when it is believed to live.
  holder text NOT NULL,
  lease_until timestamptz NOT NULL,
  -- Status, headers and body, encrypted: they may hold a secret that is shown once. Null while the work is done.
  answer bytea,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, caller_id, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
