/** What boot starts of retention: the keeper with all that it runs, and what it measures. */
import type { Kysely } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import type { Assets, Logger, Storage } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { EventLog } from '../events/log.ts';
import { Garbage } from './garbage.ts';
import { Keeper } from './keeper.ts';
import { Retention } from './retention.ts';
import { SpaceWatch } from './space.ts';

export { behindLive } from './guard.ts';
export { storageRoutes } from './routes.ts';
export type { Keeper };

export interface KeepStorageOptions {
  config: { dataDir: string; unrecordedMediaHours: number; reservedBytes: number };
  db: Kysely<CoreTables>;
  events: EventLog;
  assets: Pick<Assets, 'delete'>;
  storage: Storage;
  /** What a session has broadcast is gone: nobody is to be offered it. */
  onDropped(session: { sessionId: string; streamId: string }): void;
  metrics: Registry;
  log: Logger;
}

/** Makes the keeper; `start` begins its work. */
export function keepStorage(options: KeepStorageOptions): Keeper {
  const { config, db, events, assets, storage, onDropped, metrics, log } = options;
  const keeper = new Keeper({
    ...{ db, events, log },
    garbage: new Garbage({ db, storage, log }),
    retention: new Retention({
      ...{ db, events, assets, onDropped, log },
      unrecordedMediaHours: config.unrecordedMediaHours,
    }),
    space: new SpaceWatch(config.dataDir),
    reserved: config.reservedBytes,
  });
  new Gauge({
    name: 'livestreams_storage_free_bytes',
    help: "Free on the data folder's disk.",
    registers: [metrics],
    collect() {
      if (keeper.space) this.set(keeper.space.free);
    },
  });
  new Gauge({
    name: 'livestreams_storage_seconds_to_full',
    help: 'Until that disk is full, if all goes on as in the last ten minutes; -1 while nothing is lost.',
    registers: [metrics],
    collect() {
      this.set(keeper.space?.secondsToFull ?? -1);
    },
  });
  return keeper;
}
