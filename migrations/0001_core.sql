-- The core's tables. Ids are text: a type prefix and a UUIDv7. Times are timestamptz, durations seconds.

CREATE TABLE organizations (
  id text PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
  id text PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE members (
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'creator', 'viewer')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX members_user ON members (user_id);

-- A refresh token is used once; the one that follows it has the same family.
CREATE TABLE refresh_tokens (
  token_hash bytea PRIMARY KEY,
  family text NOT NULL,
  user_id text NOT NULL REFERENCES users ON DELETE CASCADE,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);

-- The one-time links that the first start prints.
CREATE TABLE setup_links (
  token_hash bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE streams (
  id text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  title text NOT NULL,
  latency text NOT NULL DEFAULT 'standard' CHECK (latency IN ('standard', 'low')),
  record boolean NOT NULL DEFAULT true,
  visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'unlisted', 'protected')),
  reconnect_window integer NOT NULL DEFAULT 60 CHECK (reconnect_window BETWEEN 0 AND 1800),
  dvr_window integer NOT NULL DEFAULT 0 CHECK (dvr_window BETWEEN 0 AND 86400),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX streams_organization ON streams (organization_id, id);

-- A stream key is kept as a SHA-256 of its 160 random bits: nothing slower is needed for a secret that cannot be guessed.
CREATE TABLE stream_keys (
  id text PRIMARY KEY,
  stream_id text NOT NULL REFERENCES streams ON DELETE CASCADE,
  label text NOT NULL,
  key_hash bytea NOT NULL UNIQUE,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stream_keys_stream ON stream_keys (stream_id);

CREATE TABLE sessions (
  id text PRIMARY KEY,
  stream_id text NOT NULL REFERENCES streams ON DELETE CASCADE,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  state text NOT NULL CHECK (state IN ('live', 'reconnecting', 'ended')),
  -- Who may write the session's rows and objects: raised by each worker that takes the lease.
  epoch integer NOT NULL DEFAULT 0,
  lease_owner text,
  lease_until timestamptz,
  reconnect_until timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  end_reason text
);
CREATE UNIQUE INDEX sessions_one_open ON sessions (stream_id) WHERE state <> 'ended';
CREATE INDEX sessions_stream ON sessions (stream_id, id);

-- One connection of a publisher; a session has several when the publisher drops and returns.
CREATE TABLE publishes (
  id text PRIMARY KEY,
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  key_id text,
  ingest text NOT NULL,
  remote_address text NOT NULL,
  encoder text,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  end_reason text
);
CREATE INDEX publishes_session ON publishes (session_id);

-- The ledger: initialization sections and finished segments.
CREATE TABLE inits (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  rendition text NOT NULL,
  number integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('video', 'audio')),
  listed boolean NOT NULL,
  codec text NOT NULL,
  width integer,
  height integer,
  frame_rate double precision,
  sample_rate integer,
  channels integer,
  bytes bytea NOT NULL,
  PRIMARY KEY (session_id, rendition, number)
);

CREATE TABLE segments (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  rendition text NOT NULL,
  sequence integer NOT NULL,
  epoch integer NOT NULL,
  -- Seconds on the session's own timeline, which starts at 0 and never goes back.
  start double precision NOT NULL,
  duration double precision NOT NULL,
  program_date_time timestamptz NOT NULL,
  discontinuity boolean NOT NULL,
  init integer NOT NULL,
  size integer NOT NULL,
  sha256 bytea NOT NULL,
  storage_key text NOT NULL,
  PRIMARY KEY (session_id, rendition, sequence)
);

CREATE TABLE events (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  stream_id text,
  session_id text,
  type text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX events_organization ON events (organization_id, position);
CREATE INDEX events_session ON events (session_id, position) WHERE session_id IS NOT NULL;
