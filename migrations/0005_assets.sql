-- Assets: what can be watched or downloaded later, and the ledger of their bytes.

CREATE TABLE assets (
  id text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('recording', 'upload', 'clip')),
  status text NOT NULL DEFAULT 'processing' CHECK (status IN ('processing', 'ready', 'failed')),
  -- Ids only: an asset outlives the stream and the session that it came from.
  stream_id text,
  session_id text,
  title text NOT NULL,
  visibility text NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'unlisted', 'protected')),
  -- Seconds.
  duration double precision,
  trim_start double precision,
  trim_end double precision,
  -- Bytes of all that it names, once it is ready.
  size bigint,
  gaps jsonb NOT NULL DEFAULT '[]',
  thumbnail_key text,
  storyboard_vtt_key text,
  storyboard_image_key text,
  error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  ready_at timestamptz
);
CREATE INDEX assets_organization ON assets (organization_id, id);
CREATE INDEX assets_stream ON assets (stream_id) WHERE stream_id IS NOT NULL;
CREATE UNIQUE INDEX assets_one_recording ON assets (session_id) WHERE kind = 'recording';

CREATE TABLE asset_inits (
  asset_id text NOT NULL REFERENCES assets ON DELETE CASCADE,
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
  PRIMARY KEY (asset_id, rendition, number)
);

CREATE TABLE asset_segments (
  asset_id text NOT NULL REFERENCES assets ON DELETE CASCADE,
  rendition text NOT NULL,
  sequence integer NOT NULL,
  start double precision NOT NULL,
  duration double precision NOT NULL,
  -- When it was live; null for what never was.
  program_date_time timestamptz,
  discontinuity boolean NOT NULL,
  init integer NOT NULL,
  size integer NOT NULL,
  sha256 bytea NOT NULL,
  storage_key text NOT NULL,
  PRIMARY KEY (asset_id, rendition, sequence)
);
CREATE INDEX asset_segments_storage_key ON asset_segments (storage_key);

CREATE TABLE asset_files (
  asset_id text NOT NULL REFERENCES assets ON DELETE CASCADE,
  number integer NOT NULL,
  storage_key text NOT NULL,
  size bigint NOT NULL,
  start double precision NOT NULL,
  duration double precision NOT NULL,
  PRIMARY KEY (asset_id, number)
);
CREATE INDEX asset_files_storage_key ON asset_files (storage_key);

-- The MP4 of each download, made on demand and kept while it is asked for. Number: that of the file it was made of; -1 where the
-- asset has no files and it was made of segments.
CREATE TABLE asset_downloads (
  asset_id text NOT NULL REFERENCES assets ON DELETE CASCADE,
  number integer NOT NULL,
  storage_key text NOT NULL,
  size bigint NOT NULL,
  used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (asset_id, number)
);
CREATE INDEX asset_downloads_storage_key ON asset_downloads (storage_key);

-- Keys that nobody may name any more: written in the transaction that removes the rows which named them, and looked at
-- again before their bytes are deleted.
CREATE TABLE storage_garbage (
  storage_key text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX segments_storage_key ON segments (storage_key);

-- Whoever deletes rows, and be it by the cascade from an organization, leaves their keys here: it cannot be forgotten.
CREATE FUNCTION collect_storage_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage_garbage (storage_key)
  SELECT DISTINCT storage_key FROM gone ORDER BY storage_key ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER segments_garbage AFTER DELETE ON segments
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION collect_storage_keys();
CREATE TRIGGER asset_segments_garbage AFTER DELETE ON asset_segments
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION collect_storage_keys();
CREATE TRIGGER asset_files_garbage AFTER DELETE ON asset_files
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION collect_storage_keys();
CREATE TRIGGER asset_downloads_garbage AFTER DELETE ON asset_downloads
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION collect_storage_keys();

-- Pictures are named by the asset itself, which may also be given others.
CREATE FUNCTION collect_image_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage_garbage (storage_key)
  SELECT DISTINCT key
  FROM gone, unnest(ARRAY[thumbnail_key, storyboard_vtt_key, storyboard_image_key]) AS key
  WHERE key IS NOT NULL ORDER BY key ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER assets_garbage AFTER DELETE ON assets
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION collect_image_keys();
