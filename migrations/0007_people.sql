-- People: logins that end all at once, the organization that a login acts in, and invitations.

-- Access tokens that were issued before it are refused: how a change of password ends those that are out already.
ALTER TABLE users ADD COLUMN valid_from timestamptz NOT NULL DEFAULT 'epoch';

-- The organization that the login acts in; null for the one that the person joined first.
ALTER TABLE refresh_tokens ADD COLUMN organization_id text REFERENCES organizations ON DELETE SET NULL;
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);

-- One open invitation for each address: a new one takes the place of the one before.
CREATE TABLE invitations (
  id text PRIMARY KEY,
  organization_id text NOT NULL REFERENCES organizations ON DELETE CASCADE,
  email text NOT NULL,
  role text NOT NULL CHECK (role IN ('owner', 'admin', 'creator', 'viewer')),
  token_hash bytea NOT NULL UNIQUE,
  invited_by text REFERENCES users ON DELETE SET NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX invitations_email ON invitations (organization_id, lower(email));
