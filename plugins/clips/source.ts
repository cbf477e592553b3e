/** Where a clip is cut from: finds the session or asset that a request means, and the range on its timeline. */
import { type Host, type NewAsset, requestInvalid } from '#plugin-api';
import { clipRangeInvalid, clipSourceNotFound, clipSourceUnclear } from './errors.ts';

export interface ClipRequest {
  session_id?: string;
  asset_id?: string;
  stream_id?: string;
  start?: number;
  end?: number;
  last?: number;
  at?: string;
}

export interface ClipSource {
  from: { sessionId: string } | { assetId: string };
  /** What the clip is of, for its row and its title. */
  of: Pick<NewAsset, 'streamId' | 'sessionId' | 'visibility'> & { title: string };
  /** Seconds on the timeline of the segments that it is cut from. */
  start: number;
  end: number;
}

interface Stored {
  start: number;
  end: number;
}

/** Below so many seconds there may be no picture at all. */
const SHORTEST = 0.1;

/**
 * Reads a request. A range that reaches beyond what is stored is cut to it.
 * Errors: `LS_CLIPS_SOURCE_UNCLEAR`, `LS_CLIPS_SOURCE_NOT_FOUND`, `LS_CLIPS_RANGE_INVALID`.
 */
export async function clipSource(
  host: Pick<Host, 'sessions' | 'assets'>,
  organizationId: string,
  request: ClipRequest,
  longest: number,
): Promise<ClipSource> {
  const { session_id: sessionId, asset_id: assetId, stream_id: streamId } = request;
  if ([sessionId, assetId, streamId].filter((id) => id !== undefined).length !== 1) {
    throw clipSourceUnclear('Exactly one of session_id, asset_id and stream_id says what to cut from.');
  }
  const source = sessionId
    ? await fromSession(host, organizationId, sessionId, request)
    : assetId
      ? await fromAsset(host, organizationId, assetId, request)
      : await fromLive(host, organizationId, streamId!, request);
  if (source.end - source.start < SHORTEST) {
    throw clipRangeInvalid(`Between ${seconds(source.start)} and ${seconds(source.end)} there is nothing to cut.`);
  }
  if (source.end - source.start > longest) {
    throw clipRangeInvalid(
      `The range lasts ${seconds(source.end - source.start)}; the longest clip is ${seconds(longest)}.`,
    );
  }
  return source;
}

async function fromSession(
  host: Pick<Host, 'sessions'>,
  organizationId: string,
  sessionId: string,
  request: ClipRequest,
): Promise<ClipSource> {
  const session = await host.sessions.get(organizationId, sessionId);
  if (!session?.stored) throw clipSourceNotFound(`Nothing is stored of a session ${sessionId}.`);
  const { streamId, title } = session;
  return { from: { sessionId }, of: { streamId, sessionId, title }, ...stated(request, session.stored) };
}

async function fromAsset(
  host: Pick<Host, 'assets'>,
  organizationId: string,
  assetId: string,
  request: ClipRequest,
): Promise<ClipSource> {
  const asset = await host.assets.get(assetId);
  if (asset?.organizationId !== organizationId || asset.duration === null) {
    throw clipSourceNotFound(`There is no asset ${assetId} that can be played.`);
  }
  const { streamId, sessionId, title, visibility, trim } = asset;
  const of = { title, visibility, ...(streamId !== null && { streamId }), ...(sessionId !== null && { sessionId }) };
  const { start, end } = stated(request, { start: 0, end: asset.duration });
  // Of a clip nothing is cut but what it shows.
  const hidden = trim?.start ?? 0;
  return { from: { assetId }, of, start: hidden + start, end: hidden + end };
}

/** The last seconds before the live edge, or before the moment that a viewer is at. */
async function fromLive(
  { sessions }: Pick<Host, 'sessions'>,
  organizationId: string,
  streamId: string,
  { last, at, start, end }: ClipRequest,
): Promise<ClipSource> {
  if (last === undefined || start !== undefined || end !== undefined) {
    throw clipSourceUnclear('With stream_id, last says how many seconds; start and end belong to sessions and assets.');
  }
  const session = await sessions.open(organizationId, streamId);
  if (!session?.stored) throw clipSourceNotFound(`Stream ${streamId} is not live.`);
  const { id: sessionId, title, stored } = session;
  const moment = at === undefined ? stored.end : ((await sessions.timeOf(sessionId, dateOf(at))) ?? stored.start);
  const until = Math.min(moment, stored.end);
  const range = { start: Math.max(until - last, stored.start), end: until };
  return { from: { sessionId }, of: { streamId, sessionId, title }, ...range };
}

/** The schema's form admits 23:59:60, which no Date is. */
function dateOf(at: string): Date {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) {
    throw requestInvalid('at is no time.', { errors: [{ pointer: '/body/at', detail: 'is no time' }] });
  }
  return date;
}

function stated({ start, end, last, at }: ClipRequest, stored: Stored): Stored {
  if (start === undefined || end === undefined || last !== undefined || at !== undefined) {
    throw clipSourceUnclear(
      'With session_id and asset_id, start and end say what to cut; last and at belong to stream_id.',
    );
  }
  if (start >= end) throw clipRangeInvalid(`The start, ${seconds(start)}, is not before the end, ${seconds(end)}.`);
  if (start >= stored.end || end <= stored.start) {
    throw clipRangeInvalid(`There is media from ${seconds(stored.start)} to ${seconds(stored.end)} only.`);
  }
  return { start: Math.max(start, stored.start), end: Math.min(end, stored.end) };
}

function seconds(value: number): string {
  return `${Number(value.toFixed(3))} s`;
}
