-- The newest picture of a session, taken while it is live. It goes with the session's row.
ALTER TABLE sessions ADD COLUMN thumbnail_key text;

CREATE FUNCTION collect_session_thumbnails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage_garbage (storage_key)
  SELECT thumbnail_key FROM gone WHERE thumbnail_key IS NOT NULL ORDER BY thumbnail_key ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER sessions_garbage AFTER DELETE ON sessions
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION collect_session_thumbnails();
