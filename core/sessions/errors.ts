/** What can go wrong with sessions, as the API answers it. */
import { defineError } from '#plugin-api';

export const sessionNotFound = defineError({
  code: 'LS_SESSION_NOT_FOUND',
  status: 404,
  title: 'There is no such session',
  fix: 'Take the id from GET /v1/streams/:id/sessions.',
});

export const streamNotLive = defineError({
  code: 'LS_STREAM_NOT_LIVE',
  status: 409,
  title: 'The stream is not live',
  fix: 'Start your encoder first; GET /v1/streams/:id shows the status.',
});
