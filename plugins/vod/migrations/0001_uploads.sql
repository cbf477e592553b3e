-- Uploads: how far each has come, and how far its transcode has.

CREATE TABLE vod_uploads (
  id text PRIMARY KEY,
  organization_id text NOT NULL,
  title text NOT NULL,
  -- As the client sent it, and gets it back.
  metadata jsonb NOT NULL,
  -- Bytes; null until the client says how many there will be.
  size bigint,
  storage_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- All bytes are there.
  finished_at timestamptz,
  asset_id text,
  job_id text,
  -- Why the file cannot be used.
  refusal text,
  -- What is made of it, settled by the first try and kept by those after it.
  plan jsonb,
  -- Where the next try begins, and the rows that may not be in the asset yet.
  progress jsonb
);
CREATE INDEX vod_uploads_asset ON vod_uploads (asset_id);
CREATE INDEX vod_uploads_job ON vod_uploads (job_id);
