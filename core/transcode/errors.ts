/** What can go wrong with files that people bring. */
import { defineError } from '#plugin-api';

export const mediaRefused = defineError({
  code: 'LS_MEDIA_REFUSED',
  status: 422,
  title: 'The file cannot be used',
  fix: 'Export it again as MP4, MOV, MKV or WebM, and upload that.',
});

export const transcodeFailed = defineError({
  code: 'LS_TRANSCODE_FAILED',
  status: 500,
  title: 'The file could not be transcoded',
  fix: "Read the job's log, and retry the job.",
});
