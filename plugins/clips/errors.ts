/** What a request for a clip can have wrong. */
import { defineError } from '#plugin-api';

export const clipSourceUnclear = defineError({
  code: 'LS_CLIPS_SOURCE_UNCLEAR',
  status: 422,
  title: 'What to cut from is not clear',
  fix: 'Send one of session_id, asset_id (with start and end) and stream_id (with last).',
});

export const clipSourceNotFound = defineError({
  code: 'LS_CLIPS_SOURCE_NOT_FOUND',
  status: 404,
  title: 'There is nothing to cut from',
  fix: 'Check the id; a stream must be live, an asset ready.',
});

export const clipRangeInvalid = defineError({
  code: 'LS_CLIPS_RANGE_INVALID',
  status: 422,
  title: 'The range cannot be cut',
  fix: 'Choose a start before the end, within what there is, no longer than the longest clip.',
});

export const clipNotExact = defineError({
  code: 'LS_CLIPS_NOT_EXACT',
  status: 422,
  title: 'It cannot be cut to the frame',
  fix: 'Leave out exact: the clip then has whole segments, and says where to begin and end.',
});
