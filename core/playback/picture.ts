/** Answers with a picture from storage. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Storage } from '#plugin-api';
import { playbackNotFound } from './errors.ts';
import { CORS, isHead } from './replies.ts';

export interface Picture {
  /** Null where there is none yet. */
  key: string | null;
  type: string;
  /** Seconds that it may be kept. */
  lifetime: number;
  isPrivate: boolean;
}

/** Resolves with the bytes of the body. Throws `LS_PLAYBACK_NOT_FOUND` where there is no picture. */
export async function sendPicture(
  req: IncomingMessage,
  res: ServerResponse,
  { key, type, lifetime, isPrivate }: Picture,
  storage: Storage,
): Promise<number> {
  const stored = key === null ? null : await storage.stat(key);
  if (key === null || stored === null) throw playbackNotFound('There is no such picture.');
  const bytes = isHead(req) ? null : await storage.read(key);
  res.writeHead(200, [
    'Content-Type',
    type,
    'Cache-Control',
    `${isPrivate ? 'private' : 'public'}, max-age=${lifetime}`,
    'Content-Length',
    String(stored.size),
    ...CORS,
  ]);
  if (bytes === null) {
    res.end();
    return 0;
  }
  await pipeline(bytes, res);
  return stored.size;
}
