/** What happens to an upload beside its transcode: it becomes an asset and a job, fails with a reason, and is forgotten in time. */
import type { JobCompleteContext } from '#plugin-api';
import type { UploadStore } from './upload-store.ts';
import type { UploadRow, Uploads, VodHost } from './uploads.ts';

/** Hours that the bytes of a file whose transcode failed are kept: as long as its job can be retried. */
const KEPT_HOURS = 7 * 24;
const HOUR_MS = 3_600_000;

const VISIBILITIES = ['public', 'unlisted', 'protected'] as const;

export interface KeeperOptions {
  host: VodHost;
  uploads: Uploads;
  store: UploadStore;
}

export class Keeper {
  readonly #host: VodHost;
  readonly #uploads: Uploads;
  readonly #store: UploadStore;

  constructor({ host, uploads, store }: KeeperOptions) {
    this.#host = host;
    this.#uploads = uploads;
    this.#store = store;
  }

  /** All bytes are there: an asset, and the job that makes it. Each step is done once, however often the server was killed between them. */
  async finished({ id, organizationId }: UploadRow): Promise<void> {
    const upload = await this.#uploads.get(id);
    if (!upload || upload.jobId) return;
    await this.#store.complete(upload.storageKey);
    if (!upload.finishedAt) await this.#uploads.set(id, { finishedAt: new Date() });
    if (!upload.assetId) {
      const visibility = VISIBILITIES.find((value) => value === upload.metadata.visibility);
      const { id: assetId } = await this.#host.assets.create({
        ...{ kind: 'upload', organizationId, title: upload.title },
        ...(visibility ? { visibility } : {}),
      });
      await this.#uploads.set(id, { assetId });
    }
    const jobId = await this.#host.enqueue('vod.transcode', { upload_id: id }, { organizationId, singletonKey: id });
    await this.#uploads.set(id, { jobId });
  }

  /** Also of a job whose worker died on its last try. */
  async jobEnded({ id, name, state }: JobCompleteContext): Promise<void> {
    if (name !== 'vod.transcode' || state === 'completed') return;
    const upload = await this.#uploads.ofJob(id);
    if (!upload?.assetId) return;
    const reason = state === 'cancelled' ? 'It was cancelled.' : upload.refusal;
    await this.#host.assets.fail(upload.assetId, reason ?? 'It could not be transcoded; the log of its job says why.');
    // What cannot be used will not be tried again.
    if (upload.refusal !== null && state === 'failed') await this.#host.storage.delete(upload.storageKey);
  }

  async assetDeleted(assetId: string): Promise<void> {
    const upload = await this.#uploads.ofAsset(assetId);
    if (upload) await this.#store.discard(upload.id, upload.storageKey);
  }

  /** Forgets what nobody goes on with, and finishes what a killed server did not. */
  async sweep(): Promise<void> {
    const { log, config, storage } = this.#host;
    try {
      const now = Date.now();
      for (const upload of await this.#uploads.before(new Date(now - config.expiry * HOUR_MS))) {
        if (!upload.finishedAt) {
          log.info({ upload: upload.id }, 'an unfinished upload is forgotten');
          await this.#store.discard(upload.id, upload.storageKey);
        } else if (upload.finishedAt.getTime() < now - KEPT_HOURS * HOUR_MS) {
          await storage.delete(upload.storageKey);
          await this.#uploads.delete(upload.id);
        }
      }
    } catch (error) {
      log.error({ err: error }, 'old uploads could not be swept up');
    }
  }
}
