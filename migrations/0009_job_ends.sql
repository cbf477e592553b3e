-- How a job ended, once that was told: one process tells it, whoever ran the job and whatever became of that one.

ALTER TABLE jobs ADD COLUMN ended text CHECK (ended IN ('completed', 'failed', 'cancelled'));
CREATE INDEX jobs_untold ON jobs (id) WHERE ended IS NULL;
