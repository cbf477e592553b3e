/** Video on demand: takes uploads that can be broken off and gone on with, and makes assets of them. */
import { definePlugin, RUNG_NAMES, Type } from '#plugin-api';
import { Keeper } from './keeper.ts';
import { transcodeJob } from './transcode-job.ts';
import { uploadRoutes } from './upload-routes.ts';
import { UploadStore } from './upload-store.ts';
import { Uploads, type VodHost } from './uploads.ts';

const PRESETS = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow'] as const;
const GIB = 1024 ** 3;
const SWEEP_MS = 60 * 1000;

interface Parts {
  uploads: Uploads;
  store: UploadStore;
  keeper: Keeper;
}

const partsOfHosts = new WeakMap<VodHost, Parts>();

/** The same for routes and set-up of one server. */
function partsOf(host: VodHost): Parts {
  const known = partsOfHosts.get(host);
  if (known) return known;
  const uploads = new Uploads(host.db);
  const { expiry, maxSize } = host.config;
  const store = new UploadStore({ uploads, storage: host.storage, expiry: expiry * 3_600_000, maxSize });
  const parts = { uploads, store, keeper: new Keeper({ host, uploads, store }) };
  partsOfHosts.set(host, parts);
  return parts;
}

export const vod = definePlugin({
  name: 'vod',
  description: 'Takes uploads of video files and makes them watchable in several qualities.',
  config: Type.Object({
    ladder: Type.Array(Type.Enum(RUNG_NAMES), {
      default: ['720p', '480p', '360p'],
      minItems: 1,
      uniqueItems: true,
      description: 'Qualities by their smaller side. A file gets none that is larger than itself.',
    }),
    preset: Type.Enum([...PRESETS], {
      default: 'veryfast',
      description: 'Preset of x264: from little work for the machine to more picture for the same bitrate.',
    }),
    maxSize: Type.Integer({ default: 50 * GIB, minimum: 1, description: 'Bytes that one upload may have.' }),
    maxDuration: Type.Integer({ default: 12 * 3600, minimum: 1, description: 'Seconds that a file may last.' }),
    maxUnfinished: Type.Integer({
      default: 100,
      minimum: 1,
      description: 'Uploads of one organization that may be unfinished at once.',
    }),
    expiry: Type.Integer({
      default: 24,
      minimum: 1,
      description: 'Hours after which an unfinished upload is forgotten.',
    }),
    concurrency: Type.Integer({
      default: 1,
      minimum: 1,
      maximum: 16,
      description: 'Files that are transcoded at once.',
    }),
  }),
  paths: ['uploads'],
  ui: {
    panels: [
      {
        slot: 'assets',
        access: 'creator',
        title: 'Upload',
        icon: 'plus',
        element: 'vod-upload',
        module: new URL('./ui/upload.ts', import.meta.url),
      },
    ],
  },
  migrations: new URL('./migrations/', import.meta.url),
  jobs: { 'vod.transcode': transcodeJob },
  routes(routes, host) {
    const { uploads, store, keeper } = partsOf(host);
    const { maxSize, maxUnfinished } = host.config;
    uploadRoutes(routes, { uploads, store, maxSize, maxUnfinished, finished: (row) => keeper.finished(row) });
  },
  setup(host) {
    const { keeper } = partsOf(host);
    host.tap('jobComplete', (job) => keeper.jobEnded(job));
    host.on('asset.deleted', ({ data }) => keeper.assetDeleted(data.asset_id));
    const sweep = setInterval(() => void keeper.sweep(), SWEEP_MS).unref();
    return () => clearInterval(sweep);
  },
});
