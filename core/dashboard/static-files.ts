/** The built interface from memory: read once at start, with ETags, and immutable where the name has a hash. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Middleware } from 'koa';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** esbuild's chunks: `chunks/chunk-4OQPO7A4.js`. Whoever has one has it for good. */
const HASHED = /^chunks\/.*-[0-9A-Z]{8}\./;

interface BuiltFile {
  bytes: Buffer;
  etag: string;
}

/** Reads the whole of `dist`; a few megabytes. Throws Node's error where the folder is not there. */
export async function readBuild(dist: string): Promise<Map<string, BuiltFile>> {
  const files = new Map<string, BuiltFile>();
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TYPES[extname(entry.name)]) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    files.set(path.slice(dist.length).replaceAll('\\', '/').replace(/^\//, ''), { bytes, etag });
  }
  return files;
}

/** Answers GET and HEAD of what was built, for scripts of any origin: the player is embedded elsewhere. */
export function staticFiles(files: ReadonlyMap<string, BuiltFile>): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    const name = ctx.path.slice(1);
    const file = files.get(name);
    if (!file) return next();
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.set('Cross-Origin-Resource-Policy', 'cross-origin');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Cache-Control', HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'public, no-cache');
    ctx.status = 200;
    ctx.etag = file.etag;
    if (ctx.get('If-None-Match').includes(file.etag)) {
      ctx.status = 304;
      return;
    }
    ctx.type = TYPES[extname(name)]!;
    ctx.body = file.bytes;
  };
}
