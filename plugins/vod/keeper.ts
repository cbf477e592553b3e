/** What happens to an upload beside its transcode: it becomes an asset and a job, fails with a reason, and is forgotten in time. */
import type { JobCompleteContext } from '#plugin-api';
import type { UploadStore } from './upload-store.ts';
import { type UploadRow, Uploads, type VodHost } from './uploads.ts';

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
    if (!upload.assetId) await this.#makeAsset(upload);
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
    const { log, config } = this.#host;
    try {
      const now = Date.now();
      for (const upload of await this.#uploads.withoutJob()) {
        const expired = upload.createdAt.getTime() < now - config.expiry * HOUR_MS;
        if (await this.#isWhole(upload, expired)) {
          await this.finished(upload);
        } else if (expired) {
          log.info({ upload: upload.id }, 'an unfinished upload is forgotten');
          await this.#store.discard(upload.id, upload.storageKey);
        }
      }
      for (const upload of await this.#uploads.finishedBefore(new Date(now - KEPT_HOURS * HOUR_MS))) {
        await this.#store.discard(upload.id, upload.storageKey);
      }
    } catch (error) {
      log.error({ err: error }, 'uploads could not be swept up');
    }
  }

  /** What may be on its way is not opened for a look: that is for its writer, which another process may be. */
  async #isWhole(upload: UploadRow, expired: boolean): Promise<boolean> {
    if (await this.#store.isComplete(upload)) return true;
    return expired && (await this.#store.getUpload(upload.id)).offset === upload.size;
  }

  /**
   * In one transaction: of an asset that its upload does not name nobody would know. Two may come to the end of an upload at once, the
   * client's last request and a sweep; one of their assets stays.
   */
  #makeAsset({ id, organizationId, title, metadata }: UploadRow): Promise<void> {
    const visibility = VISIBILITIES.find((value) => value === metadata.visibility);
    const asset = { kind: 'upload' as const, organizationId, title, ...(visibility ? { visibility } : {}) };
    return this.#host.transaction(async ({ assets, db }) => {
      const { id: assetId } = await assets.create(asset);
      if (!(await new Uploads(db).claim(id, assetId))) await assets.delete(assetId);
    });
  }
}
