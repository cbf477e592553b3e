-- What is being recorded, until it is an asset.

CREATE TABLE recording_sessions (
  session_id text PRIMARY KEY,
  stream_id text NOT NULL,
  -- Nothing is to be done any more: it is an asset, or was not kept.
  finished_at timestamptz
);
CREATE INDEX recording_sessions_stream ON recording_sessions (stream_id) WHERE finished_at IS NULL;

-- Files as they were begun. What has been appended since is not noted: it follows from the size of the file and the ledger.
CREATE TABLE recording_files (
  session_id text NOT NULL REFERENCES recording_sessions ON DELETE CASCADE,
  number integer NOT NULL,
  storage_key text NOT NULL,
  -- Seconds: where it begins on the session's timeline, and on the clock that its fragments had in the session.
  start double precision NOT NULL,
  clock double precision NOT NULL,
  -- Numbers of its first segments; null for a track that it has not.
  video_from integer,
  audio_from integer,
  -- Once it is complete.
  size bigint,
  duration double precision,
  PRIMARY KEY (session_id, number)
);
