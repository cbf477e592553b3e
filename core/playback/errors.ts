/** What a viewer may be told instead of a playlist or media. */
import { defineError, type LivestreamsError } from '#plugin-api';

export const playbackNotFound = defineError({
  code: 'LS_PLAYBACK_NOT_FOUND',
  status: 404,
  title: 'There is nothing at this playback address',
  fix: 'Start again from the multivariant playlist: segments leave a live playlist, and a rendition may have ended.',
});

export const playbackStreamNotFound = defineError({
  code: 'LS_PLAYBACK_STREAM_NOT_FOUND',
  status: 404,
  title: 'No such stream',
  fix: 'Check the stream id in the address.',
});

export const playbackAssetNotFound = defineError({
  code: 'LS_PLAYBACK_ASSET_NOT_FOUND',
  status: 404,
  title: 'No such asset',
  fix: 'Check the asset id in the address.',
});

export const playbackAssetNotReady = defineError({
  code: 'LS_PLAYBACK_ASSET_NOT_READY',
  status: 404,
  title: 'The asset cannot be watched yet',
  fix: 'Wait for the event asset.ready, or ask GET /v1/assets/<asset_id> what became of it.',
});

export const playbackOffline = defineError({
  code: 'LS_PLAYBACK_OFFLINE',
  status: 404,
  title: 'The stream is offline and has nothing to play',
  fix: 'Watch /live/<stream_id>/status, and load the playlist when its state is live or ended.',
});

const playbackStarting = defineError({
  code: 'LS_PLAYBACK_STARTING',
  status: 503,
  title: 'The stream is starting',
  fix: 'Try again after Retry-After seconds.',
});

/** hls.js comes again after a 503, by its error retry policy; a 404 or 403 it takes as final. */
export function notYet(detail: string): LivestreamsError {
  return playbackStarting(detail, { retry_after: 1 });
}

export const playbackTokenMissing = defineError({
  code: 'LS_PLAYBACK_TOKEN_MISSING',
  status: 403,
  title: 'The stream or asset is protected and the request has no playback token',
  fix: 'Have a token issued by POST /v1/streams/<stream_id>/playback-tokens, or /v1/assets/<asset_id>/playback-tokens, and send it as ?token=.',
});

export const playbackTokenInvalid = defineError({
  code: 'LS_PLAYBACK_TOKEN_INVALID',
  status: 403,
  title: 'The playback token is not valid here',
  fix: 'Have a token issued for this very stream or asset.',
});

export const playbackTokenExpired = defineError({
  code: 'LS_PLAYBACK_TOKEN_EXPIRED',
  status: 403,
  title: 'The playback token has expired',
  fix: 'Have a new token issued and load the multivariant playlist with it.',
});

export const playbackTokenRevoked = defineError({
  code: 'LS_PLAYBACK_TOKEN_REVOKED',
  status: 403,
  title: 'The playback token was revoked',
  fix: 'Have a new token issued, if the viewer is still to watch.',
});

export const playbackTokenNotFound = defineError({
  code: 'LS_PLAYBACK_TOKEN_NOT_FOUND',
  status: 404,
  title: 'No such playback token',
  fix: 'Check the id: it begins with tok_. Tokens that have expired are forgotten.',
});

export const playbackOriginRefused = defineError({
  code: 'LS_PLAYBACK_ORIGIN_REFUSED',
  status: 403,
  title: 'Pages of this site may not show the stream',
  fix: 'Add the site to `allowed_origins` of the stream, or watch on the watch page.',
});

export const playbackRefused = defineError({
  code: 'LS_PLAYBACK_REFUSED',
  status: 403,
  title: 'This viewer may not watch the stream',
  fix: 'The detail says why.',
});

export const playbackReloadInvalid = defineError({
  code: 'LS_PLAYBACK_RELOAD_INVALID',
  status: 400,
  title: 'The delivery directives ask for what cannot come next',
  fix: 'Reload the playlist without _HLS_msn and _HLS_part, and go on from what it lists (RFC 8216bis, 6.2.5.2).',
});

export const playbackMethodNotAllowed = defineError({
  code: 'LS_PLAYBACK_METHOD_NOT_ALLOWED',
  status: 405,
  title: 'Playback is read only',
  fix: 'Use GET, HEAD or OPTIONS.',
});

export const playbackRangeNotSatisfiable = defineError({
  code: 'LS_PLAYBACK_RANGE_NOT_SATISFIABLE',
  status: 416,
  title: 'The range lies outside of the file',
  fix: 'Ask for bytes below the size that Content-Range names.',
});

export const playbackFailed = defineError({
  code: 'LS_PLAYBACK_FAILED',
  status: 500,
  title: 'The server could not answer',
  fix: 'Try again; if it lasts, the operator finds the reason in the log.',
});
