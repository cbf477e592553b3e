/** What can go wrong with uploads. */
import { defineError } from '#plugin-api';

export const uploadNotFound = defineError({
  code: 'LS_VOD_UPLOAD_NOT_FOUND',
  status: 404,
  title: 'No such upload',
  fix: 'Begin a new one: an unfinished upload is forgotten after a day.',
});

export const uploadGone = defineError({
  code: 'LS_VOD_UPLOAD_GONE',
  status: 410,
  title: 'The upload is there no more',
  fix: 'Begin a new one: an unfinished upload is forgotten after a day.',
});

export const uploadConflict = defineError({
  code: 'LS_VOD_UPLOAD_CONFLICT',
  status: 409,
  title: 'The upload goes on elsewhere',
  fix: 'Ask by HEAD how far it is, and go on from there.',
});

export const uploadTooLarge = defineError({
  code: 'LS_VOD_UPLOAD_TOO_LARGE',
  status: 413,
  title: 'The upload is too large',
  fix: "Send a smaller file, or raise the plugin's setting `maxSize`.",
});

export const uploadLimit = defineError({
  code: 'LS_VOD_UPLOAD_LIMIT',
  status: 409,
  title: 'The organization has as many unfinished uploads as it may',
  fix: 'Finish one or give one up (`DELETE /v1/uploads/:id`), and begin this one then. Unfinished uploads are forgotten after a day.',
});

export const uploadVersion = defineError({
  code: 'LS_VOD_UPLOAD_VERSION',
  status: 412,
  title: 'Not a version of tus that is spoken here',
  fix: 'Send `Tus-Resumable: 1.0.0`.',
});

export const uploadInvalid = defineError({
  code: 'LS_VOD_UPLOAD_INVALID',
  status: 400,
  title: 'Not as the tus protocol has it',
  fix: 'Read the detail, or use a tus client.',
});
