/** Opens the storage that the configuration names, and tells everybody of its trouble. */
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import type { Logger, NewEvent, Storage } from '#plugin-api';
import { lockFolder } from '../db/lock.ts';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import { localStorage } from './local.ts';
import { type S3Settings, S3Store } from './s3.ts';
import { type Backlog, spooledStorage } from './spooled.ts';

export interface OpenStorage {
  storage: Storage;
  /** Null where nothing is uploaded. */
  backlog(): Backlog | null;
  stop(): Promise<void>;
}

export interface OpenStorageOptions {
  config: { dataDir: string; s3: S3Settings | null };
  db: Kysely<CoreTables>;
  events: Pick<EventLog, 'append'>;
  metrics: Registry;
  log: Logger;
}

/** Errors: `LS_DATA_DIR_IN_USE` where another server has the spool. */
export async function openStorage(options: OpenStorageOptions): Promise<OpenStorage> {
  const { config, log } = options;
  if (config.s3 === null) {
    const storage = localStorage(join(config.dataDir, 'media'));
    return { storage, backlog: () => null, stop: () => Promise.resolve() };
  }
  const folder = join(config.dataDir, 'spool');
  // With a database of its own, two servers might share a data folder unseen.
  const release = lockFolder(folder);
  try {
    const storage = await spooledStorage({
      store: new S3Store(config.s3),
      folder,
      log,
      onTrouble: announcer(options),
    });
    backlogMetrics(options.metrics, () => storage.backlog());
    return {
      storage,
      backlog: () => storage.backlog(),
      async stop() {
        await storage.stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Every organization is told: they share the store. */
function announcer({ db, events, log }: OpenStorageOptions): (error: Error | null) => void {
  let failedAt = 0;
  let last: Promise<void> = Promise.resolve();
  const tell = async (event: Pick<NewEvent<'storage.failed' | 'storage.recovered'>, 'type' | 'data'>) => {
    const organizations = await db.selectFrom('organizations').select('id').execute();
    for (const { id: organizationId } of organizations) await events.append({ ...event, organizationId });
  };
  return (error) => {
    if (error) {
      failedAt = Date.now();
      log.error({ err: error }, 'the object store does not work; what is new waits in the spool');
    } else log.info({}, 'the object store works again; what has waited is uploaded');
    const event =
      error === null
        ? { type: 'storage.recovered' as const, data: { seconds: Math.round((Date.now() - failedAt) / 1000) } }
        : { type: 'storage.failed' as const, data: { reason: error.message } };
    last = last
      .then(() => tell(event))
      .catch((reason: unknown) => log.error({ err: reason }, 'trouble with the object store could not be announced'));
  };
}

function backlogMetrics(registry: Registry, backlog: () => Backlog): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `livestreams_storage_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('waiting_files', 'Files that the object store has not confirmed.', () => backlog().files);
  gauge('waiting_bytes', 'Bytes that the object store has not confirmed.', () => backlog().bytes);
  gauge('waiting_seconds', 'Age of the oldest of them.', () => {
    const { oldest } = backlog();
    return oldest === null ? 0 : (Date.now() - oldest.getTime()) / 1000;
  });
  gauge('failing', '1 while the object store does not work.', () => (backlog().error === null ? 0 : 1));
}
