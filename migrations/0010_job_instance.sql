-- The lasting name of the server that runs the try: started again after it was killed, it takes back at once what it was running.

ALTER TABLE jobs ADD COLUMN instance text;
CREATE INDEX jobs_instance ON jobs (instance) WHERE ended IS NULL;
