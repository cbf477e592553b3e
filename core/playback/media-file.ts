/** Answers with media: initialization sections, segments and parts, from memory or from storage, whole or in part. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { release, type Storage } from '#plugin-api';
import { playbackRangeNotSatisfiable } from './errors.ts';
import { CORS, isHead, sendProblem } from './replies.ts';
import { ViewerGone } from './viewing.ts';

/** Where the bytes are: buffers in order, or a key of the storage. */
export type MediaSource = readonly Buffer[] | string;

/** What never changes of one media file, made once: its size, its tag and the headers of its answer. */
export class MediaFile {
  readonly size: number;
  readonly etag: string;
  readonly headers: string[];
  /** The same for one viewer of a protected stream: no shared cache may keep it. */
  readonly privateHeaders: string[];

  /** `name` tells the file from all others that were ever at its address. */
  constructor(kind: 'video' | 'audio', name: string, size: number) {
    this.size = size;
    this.etag = `"${name}-${size}"`;
    const headers = (scope: string): string[] => [
      'Content-Type',
      `${kind}/mp4`,
      'Cache-Control',
      `${scope}, max-age=31536000, immutable`,
      'ETag',
      this.etag,
      'Accept-Ranges',
      'bytes',
      ...CORS,
      'Content-Length',
      String(size),
    ];
    this.headers = headers('public');
    this.privateHeaders = headers('private');
  }
}

/** Answers with the file, or the range of it that is asked for; resolves with the bytes of the body that was begun. */
export async function sendMedia(
  req: IncomingMessage,
  res: ServerResponse,
  file: MediaFile,
  source: MediaSource,
  options: { isPrivate: boolean; storage: Storage },
): Promise<number> {
  const headers = options.isPrivate ? file.privateHeaders : file.headers;
  const { range, 'if-none-match': condition } = req.headers;
  if (condition !== undefined && matches(condition, file.etag)) {
    res.writeHead(304, headers.slice(0, -2));
    res.end();
    return 0;
  }
  const wanted = range === undefined || !rangeApplies(req, file) ? null : readRange(range, file.size);
  if (wanted === 'unsatisfiable') {
    const problem = playbackRangeNotSatisfiable(`The file has ${file.size} bytes.`);
    sendProblem(res, problem, ['Content-Range', `bytes */${file.size}`]);
    return 0;
  }
  const start = wanted?.start ?? 0;
  const end = wanted?.end ?? file.size - 1;
  const begin = (): void => {
    if (wanted === null) res.writeHead(200, headers);
    else {
      const length = String(end - start + 1);
      res.writeHead(206, [...headers.slice(0, -1), length, 'Content-Range', `bytes ${start}-${end}/${file.size}`]);
    }
  };
  if (isHead(req)) {
    begin();
    res.end();
    return 0;
  }
  if (typeof source === 'string') {
    const stored = await options.storage.read(source, wanted === null ? undefined : { start, end });
    begin();
    for await (const chunk of stored) await write(res, chunk as Buffer);
    res.end();
  } else {
    begin();
    writeAll(res, wanted === null ? source : slice(source, start, end));
  }
  return end - start + 1;
}

/** Resolves when the system has taken the chunk, whose memory is free then. */
function write(res: ServerResponse, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => {
      res.destroy();
      reject(new ViewerGone());
    };
    res.once('close', gone);
    res.write(chunk, (error) => {
      res.off('close', gone);
      if (error) return gone();
      release(chunk);
      resolve();
    });
  });
}

/** One system call for all buffers: they are not copied, and are kept until the viewer has them. */
function writeAll(res: ServerResponse, buffers: readonly Buffer[]): void {
  if (buffers.length === 1) {
    res.end(buffers[0]);
    return;
  }
  res.cork();
  for (const buffer of buffers) res.write(buffer);
  res.end();
  res.uncork();
}

function slice(buffers: readonly Buffer[], start: number, end: number): Buffer[] {
  const wanted: Buffer[] = [];
  let at = 0;
  for (const buffer of buffers) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end + 1 - at, buffer.length);
    if (from < to) wanted.push(buffer.subarray(from, to));
    at += buffer.length;
  }
  return wanted;
}

/** `If-None-Match` (RFC 9110, 13.1.2). */
function matches(condition: string, etag: string): boolean {
  return condition === '*' || condition.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** `If-Range` (RFC 9110, 13.1.5): a range of another file than the client has is answered with the whole. */
function rangeApplies(req: IncomingMessage, file: MediaFile): boolean {
  const condition = req.headers['if-range'];
  return condition === undefined || condition === file.etag;
}

/** One range (RFC 9110, 14.1.2). Null for several and for what is malformed: both may be answered with the whole. */
function readRange(header: string, size: number): { start: number; end: number } | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Number(last);
    return length === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
