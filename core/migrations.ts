/** Brings a database up to date: the core's migrations first, then each plugin's. */
import type { Logger } from '#plugin-api';
import type { Config } from './config.ts';
import { type Database, startDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';

/** The core's own. */
export const CORE_MIGRATIONS = new URL('../migrations/', import.meta.url);

/** Applies the core's migrations and answers the names of those that were pending. */
export function migrateCore(database: Database, log: Logger): Promise<string[]> {
  return migrate(database, { owner: 'core', folder: CORE_MIGRATIONS, log });
}

/** For `livestreams migrate`: opens the database, applies everything that is pending, and closes it. */
export async function migrateAll(config: Config, log: Logger): Promise<string[]> {
  const database = await startDatabase({ dataDir: config.dataDir, url: config.databaseUrl, log });
  try {
    const applied = await migrateCore(database, log);
    for (const { definition } of config.plugins) {
      if (!definition.migrations) continue;
      const names = await migrate(database, { owner: definition.name, folder: definition.migrations, log });
      applied.push(...names.map((name) => `${definition.name}/${name}`));
    }
    return applied;
  } finally {
    await database.stop();
  }
}
