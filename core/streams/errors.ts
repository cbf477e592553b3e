/** The errors of streams and their keys. */
import { defineError } from '#plugin-api';

export const streamNotFound = defineError({
  code: 'LS_STREAM_NOT_FOUND',
  status: 404,
  title: 'No such stream',
  fix: 'Check the id; GET /v1/streams lists the streams of your organization.',
});

export const streamKeyNotFound = defineError({
  code: 'LS_STREAM_KEY_NOT_FOUND',
  status: 404,
  title: 'The stream has no such key',
  fix: 'Check the id; GET /v1/streams/:id/keys lists the keys of the stream.',
});

export const streamKeyExpiry = defineError({
  code: 'LS_STREAM_KEY_EXPIRY',
  status: 422,
  title: 'The key would expire before it could be used',
  fix: 'Give an expires_at in the future, or none.',
});

export const streamKeyLimit = defineError({
  code: 'LS_STREAM_KEY_LIMIT',
  status: 409,
  title: 'The stream has as many keys as it may',
  fix: 'Delete a key that is no longer used.',
});
