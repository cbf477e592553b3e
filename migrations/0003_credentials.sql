-- Credentials: sessions of browsers, API keys, and the playback tokens that were issued. Of a secret there is only a SHA-256,
-- of a playback token nothing but its id.

CREATE TABLE browser_sessions (
  token_hash bytea PRIMARY KEY,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  -- The organization that the person acts in.
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX browser_sessions_user ON browser_sessions (user_id);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  name text NOT NULL,
  key_hash bytea NOT NULL UNIQUE,
  scope text NOT NULL CHECK (scope IN ('read', 'publish', 'manage')),
  -- The only stream that it is for; null for all.
  stream_id text REFERENCES streams ON DELETE CASCADE,
  created_by text REFERENCES users ON DELETE SET NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_organization ON api_keys (organization_id, id);

CREATE TABLE playback_tokens (
  id text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  stream_id text REFERENCES streams ON DELETE CASCADE,
  -- An id only, as wherever an asset is named.
  asset_id text,
  -- The issuer's own name for the viewer.
  viewer_id text,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((stream_id IS NULL) <> (asset_id IS NULL))
);
CREATE INDEX playback_tokens_stream ON playback_tokens (stream_id, id) WHERE stream_id IS NOT NULL;
CREATE INDEX playback_tokens_asset ON playback_tokens (asset_id, id) WHERE asset_id IS NOT NULL;
CREATE INDEX playback_tokens_expired ON playback_tokens (expires_at);
CREATE INDEX playback_tokens_revoked ON playback_tokens (revoked_at) WHERE revoked_at IS NOT NULL;

-- Origins (https://example.org) whose pages may show the stream; empty for all.
ALTER TABLE streams ADD COLUMN allowed_origins text[] NOT NULL DEFAULT '{}';
