/** The route of downloads: waits a while for what is being made, then hands it out from the disk or leads to the store. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, type Routes, type Storage, Type } from '#plugin-api';
import { Takeover } from '../http/takeover.ts';
import { MediaFile, sendMedia } from '../playback/media-file.ts';
import type { Downloads } from './downloads.ts';
import type { AssetLibrary } from './library.ts';

/** Milliseconds that a request waits for a file that is being made: most are there by then. */
const WAIT_MS = 15_000;
/** Seconds after which a client is to ask again. */
const RETRY_AFTER = 5;
/** Seconds that the store's address is good for. */
const ADDRESS_LIFETIME = 3600;

export interface DownloadRouteOptions {
  library: AssetLibrary;
  downloads: Downloads;
  storage: Storage;
  log: Logger;
}

export function downloadRoute(routes: Routes, { library, downloads, storage, log }: DownloadRouteOptions): void {
  routes.route({
    method: 'GET',
    path: '/assets/:id/download',
    summary: 'An asset, or one of its files, as an MP4. While it is being made: 202, to be asked for again.',
    access: 'viewer',
    params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
    query: Type.Object({
      file: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 1_000_000,
          description: 'Number of one of its files; the first where absent.',
        }),
      ),
    }),
    answers: {
      200: null,
      202: Type.Object({ state: Type.Literal('preparing') }),
      206: null,
      302: null,
      304: null,
      416: null,
    },
    async handle({ params, query, caller, signal }) {
      const asset = await library.get(caller.organizationId, params.id);
      const tooLate = new AbortController();
      const ready = await Promise.race([
        downloads.get(asset, query.file),
        delay(WAIT_MS, null, { signal: AbortSignal.any([signal, tooLate.signal]) }),
      ]).finally(() => tooLate.abort());
      if (ready === null) {
        return { status: 202, headers: { 'Retry-After': String(RETRY_AFTER) }, body: { state: 'preparing' } };
      }
      const filename = fileName(asset.title, query.file);
      const place = await storage.locate(ready.storageKey, { expiresIn: ADDRESS_LIFETIME, filename });
      if ('url' in place) return { status: 302, headers: { Location: place.url, 'Cache-Control': 'no-store' } };
      const file = new MediaFile('video', `download-${asset.id}-${query.file ?? ''}`, ready.size);
      return {
        status: 200,
        body: new Takeover((res) => {
          res.setHeader('Content-Disposition', disposition(filename));
          sendMedia(res.req, res, file, ready.storageKey, { isPrivate: true, storage }).catch((error: unknown) => {
            if (!res.destroyed) log.warn({ err: error, asset: asset.id }, 'a download broke off');
            res.destroy();
          });
        }),
      };
    },
  });
}

function fileName(title: string, file: number | undefined): string {
  return `${title}${file ? ` (${file + 1})` : ''}.mp4`;
}

/** RFC 6266: a name that every browser can read, and the true one. */
function disposition(name: string): string {
  const plain = name.replace(/[^\w .()-]/g, '_');
  const encoded = encodeURIComponent(name.replace(/[/\\]/g, '_')).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
