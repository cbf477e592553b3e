/** Reads a playback address by hand: what is not exactly one of ours is nothing. */
import { hasTokenForm } from './tokens.ts';

export type TargetKind = 'multivariant' | 'status' | 'thumbnail' | 'playlist' | 'vod' | 'init' | 'segment' | 'part';

/** What a request under `/live/` asks for. Fields that its kind has not are empty, or 0. */
export interface Target {
  kind: TargetKind;
  streamId: string;
  sessionId: string;
  rendition: string;
  /** Number of the initialization section: its own, or that of a segment or part. */
  init: number;
  sequence: number;
  part: number;
  /** Of the path, as it was sent; null where it has none. */
  token: string | null;
}

/** What stands behind the `?`, as far as playback knows it. */
export interface Query {
  token: string | null;
  /** `_HLS_msn` and `_HLS_part`: null where absent, NaN where not a decimal integer. */
  sequence: number | null;
  part: number | null;
  /** `_HLS_skip=YES`. */
  skip: boolean;
}

export const LIVE_PREFIX = '/live/';

/** Begins the segment of a path that holds a token. */
const TOKEN_MARK = '~';

const STREAM_FILES: ReadonlyMap<string, TargetKind> = new Map([
  ['index.m3u8', 'multivariant'],
  ['status', 'status'],
  ['thumbnail.jpg', 'thumbnail'],
]);

const NO_QUERY: Query = { token: null, sequence: null, part: null, skip: false };

/**
 * Reads `/live/<stream>/{index.m3u8,status,thumbnail.jpg}` and
 * `/live/<stream>/<session>/<rendition>/{index.m3u8,vod.m3u8,init-<n>.mp4,<init>-<sequence>.m4s,<init>-<sequence>.<part>.m4s}`,
 * the last also with `~<token>/` before the session. Nothing is decoded: an address with an escape in it names nothing. Null
 * for whatever is none of these.
 */
export function readTarget(url: string): Target | null {
  const end = pathEnd(url);
  const stream = url.indexOf('/', LIVE_PREFIX.length);
  if (stream === -1 || stream >= end) return null;
  const streamId = url.slice(LIVE_PREFIX.length, stream);
  if (url[stream + 1] !== TOKEN_MARK) return readBelow(url, stream, end, streamId);
  const mark = url.indexOf('/', stream + 1);
  if (mark === -1 || mark >= end) return null;
  const token = url.slice(stream + 2, mark);
  const found = hasTokenForm(token) ? readBelow(url, mark, end, streamId) : null;
  return found === null || found.sessionId === '' ? null : { ...found, token };
}

/** The address without its query and without a token in its path, for the log. */
export function withoutToken(url: string): string {
  return url.slice(0, pathEnd(url)).replaceAll(/\/~[^/]*/g, '');
}

/** Reads the query of a playback address; what it does not know is ignored. */
export function readQuery(url: string): Query {
  const start = url.indexOf('?');
  if (start === -1) return NO_QUERY;
  const query: Query = { ...NO_QUERY };
  let at = start + 1;
  while (at < url.length) {
    let end = url.indexOf('&', at);
    if (end === -1) end = url.length;
    const equals = url.indexOf('=', at);
    if (equals !== -1 && equals < end) {
      const value = url.slice(equals + 1, end);
      switch (url.slice(at, equals)) {
        case 'token':
          query.token = value;
          break;
        case '_HLS_msn':
          query.sequence = readInteger(value) ?? Number.NaN;
          break;
        case '_HLS_part':
          query.part = readInteger(value) ?? Number.NaN;
          break;
        case '_HLS_skip':
          query.skip = value === 'YES';
          break;
      }
    }
    at = end + 1;
  }
  return query;
}

/** Reads what stands behind the slash at `slash`, up to `end`. */
function readBelow(url: string, slash: number, end: number, streamId: string): Target | null {
  const session = url.indexOf('/', slash + 1);
  if (session === -1 || session >= end) {
    const file = url.slice(slash + 1, end);
    const kind = STREAM_FILES.get(file);
    return kind === undefined ? null : { ...media(kind), streamId, sessionId: '', rendition: '', token: null };
  }
  const rendition = url.indexOf('/', session + 1);
  if (rendition === -1 || rendition >= end) return null;
  const found = readMedia(url.slice(rendition + 1, end));
  if (found === null) return null;
  return {
    ...found,
    streamId,
    sessionId: url.slice(slash + 1, session),
    rendition: url.slice(session + 1, rendition),
    token: null,
  };
}

/** Reads the name of what stands in the folder of a rendition. */
export function readMedia(file: string): Pick<Target, 'kind' | 'init' | 'sequence' | 'part'> | null {
  if (file === 'index.m3u8') return media('playlist');
  if (file === 'vod.m3u8') return media('vod');
  if (file.startsWith('init-') && file.endsWith('.mp4')) {
    const number = readInteger(file.slice(5, -4));
    return number === null ? null : media('init', number);
  }
  if (!file.endsWith('.m4s')) return null;
  const stem = file.slice(0, -4);
  const dash = stem.indexOf('-');
  const dot = stem.indexOf('.');
  const init = readInteger(stem.slice(0, Math.max(dash, 0)));
  const sequence = readInteger(stem.slice(dash + 1, dot === -1 ? undefined : dot));
  if (init === null || sequence === null) return null;
  if (dot === -1) return media('segment', init, sequence);
  const part = readInteger(stem.slice(dot + 1));
  return part === null ? null : media('part', init, sequence, part);
}

function media(
  kind: TargetKind,
  init = 0,
  sequence = 0,
  part = 0,
): Pick<Target, 'kind' | 'init' | 'sequence' | 'part'> {
  return { kind, init, sequence, part };
}

/** Where the path of an address ends. */
export function pathEnd(url: string): number {
  const query = url.indexOf('?');
  return query === -1 ? url.length : query;
}

/** A decimal integer in its one canonical spelling, below 10^9; null for anything else. */
function readInteger(text: string): number | null {
  if (text.length === 0 || text.length > 9 || (text.length > 1 && text.charCodeAt(0) === 48)) return null;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value;
}
