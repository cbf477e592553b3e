/** What can go wrong with jobs. */
import { defineError } from '#plugin-api';

export const jobNotFound = defineError({
  code: 'LS_JOB_NOT_FOUND',
  status: 404,
  title: 'No such job',
  fix: 'Check the id. Finished jobs are kept for a week.',
});

export const jobNotEnded = defineError({
  code: 'LS_JOB_NOT_ENDED',
  status: 409,
  title: 'Only a job that failed or was cancelled can be retried',
  fix: 'Wait until it has ended; one that was completed needs no other try.',
});

export const jobUnknown = defineError({
  code: 'LS_JOB_UNKNOWN',
  status: 500,
  title: 'No plugin defines this job',
  fix: 'Switch the plugin on that the name begins with.',
});

export const jobBadPayload = defineError({
  code: 'LS_JOB_BAD_PAYLOAD',
  status: 400,
  title: "The job's payload does not fit its schema",
  fix: 'Read the detail: it names what was expected and where.',
});
