/** Writes answers to viewers: playlists, small JSON, problems; each in one write, with its length stated. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LivestreamsError } from '#plugin-api';
import { problemDocument } from '../http/problem.ts';
import { newId } from '../ids.ts';

/** What any page may know of an answer (Fetch, 3.3): players measure by them. */
export const CORS: readonly string[] = [
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  'Content-Length, Content-Range, Date, ETag, Retry-After',
];

export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

/** Counters of the origin, for `/metrics`. */
export interface OriginMetrics {
  /** One answer with so many bytes of body. */
  answered(kind: string, bytes: number): void;
  /** One more, or one fewer, request waits for a part or a playlist. */
  waiting(change: 1 | -1): void;
}

/** Answers with a text whose characters all are bytes; Node writes such a text and its headers in one piece. */
export function sendBytes(res: ServerResponse, type: string, cacheControl: string, text: string): number {
  res.writeHead(200, [
    'Content-Type',
    type,
    'Content-Length',
    String(text.length),
    'Cache-Control',
    cacheControl,
    ...CORS,
  ]);
  res.end(text, 'latin1');
  return text.length;
}

/** Answers an error as every other room's are. An extension `retry_after` (seconds) is also sent as `Retry-After`. */
export function sendProblem(res: ServerResponse, error: LivestreamsError, headers: readonly string[] = []): void {
  const body = JSON.stringify(problemDocument(error, newId('req')));
  const retryAfter = error.extensions.retry_after;
  res.writeHead(error.kind.status, [
    'Content-Type',
    'application/problem+json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    ...CORS,
    ...(typeof retryAfter === 'number' ? ['Retry-After', String(retryAfter)] : []),
    ...headers,
  ]);
  res.end(body);
}

/** Answers a preflight: any page may read, with `Range` and conditions. */
export function sendPreflight(res: ServerResponse): void {
  res.writeHead(204, [
    ...CORS,
    'Access-Control-Allow-Methods',
    'GET, HEAD, OPTIONS',
    'Access-Control-Allow-Headers',
    'Range, If-Range, If-None-Match',
    'Access-Control-Max-Age',
    '86400',
  ]);
  res.end();
}

/** Whether the request wants to know about the answer only. */
export function isHead(req: IncomingMessage): boolean {
  return req.method === 'HEAD';
}
