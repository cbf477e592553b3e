-- What pg-boss does not keep of a job: whose it is, how far it is, and what it said. Its state is in pg-boss's own tables.

CREATE TABLE jobs (
  id text PRIMARY KEY,
  name text NOT NULL,
  organization_id text REFERENCES organizations ON DELETE CASCADE,
  -- The try that writes progress and lines; a worker that was given up for dead must not write over its successor.
  attempt integer NOT NULL DEFAULT 0,
  progress jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_organization ON jobs (organization_id, id);

CREATE TABLE job_lines (
  job_id text NOT NULL REFERENCES jobs ON DELETE CASCADE,
  number bigint GENERATED ALWAYS AS IDENTITY,
  attempt integer NOT NULL,
  line text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (job_id, number)
);
