-- How long recordings are kept, and how much of them: of a stream and of an organization, each where it is set.
-- {"days": …, "bytes": …}, either null; a recording goes where either says so.
ALTER TABLE organizations ADD COLUMN retention jsonb;
ALTER TABLE streams ADD COLUMN retention jsonb;

CREATE INDEX sessions_ended ON sessions (ended_at) WHERE state = 'ended';
CREATE INDEX assets_recordings ON assets (organization_id, created_at) WHERE kind = 'recording';

-- Bytes are looked for by each key that is to be deleted.
CREATE INDEX assets_thumbnail_key ON assets (thumbnail_key) WHERE thumbnail_key IS NOT NULL;
CREATE INDEX assets_storyboard_vtt_key ON assets (storyboard_vtt_key) WHERE storyboard_vtt_key IS NOT NULL;
CREATE INDEX assets_storyboard_image_key ON assets (storyboard_image_key) WHERE storyboard_image_key IS NOT NULL;

-- Whoever deletes a recording wants what was broadcast gone: the session's own rows name the same bytes.
CREATE FUNCTION release_recorded_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM segments USING gone, sessions
  WHERE gone.kind = 'recording' AND sessions.id = gone.session_id AND sessions.state = 'ended'
    AND segments.session_id = sessions.id;
  RETURN NULL;
END $$;
CREATE TRIGGER assets_recorded_session AFTER DELETE ON assets
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION release_recorded_sessions();
