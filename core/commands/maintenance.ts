/** Commands beside the server, each with the database that it needs: opened for it, or the one of a server that runs. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { rotateKeys } from '../accounts/index.ts';
import type { Config } from '../config.ts';
import { type Database, openDatabase, startDatabase } from '../db/database.ts';
import { createLogger } from '../log.ts';
import { migrateCore } from '../migrations.ts';
import { openStored } from '../storage/stored.ts';
import { writeBackup } from './backup.ts';
import { commandInvalid, keysGiven } from './errors.ts';
import { type OwnerOptions, ownerCreate, ownerResetPassword } from './owner.ts';
import { restoreBackup } from './restore.ts';
import { type Verification, verifyMedia } from './verify.ts';

/** Standard output is for what the command answers. */
const log = createLogger({ level: 'warn', write: (line) => void process.stderr.write(line) });

export async function createOwner(config: Config, options: OwnerOptions): Promise<number> {
  return withTables(config, async (database) => {
    say(await ownerCreate(database, options));
    return 0;
  });
}

export async function resetPassword(config: Config, options: OwnerOptions): Promise<number> {
  return withTables(config, async (database) => {
    say(await ownerResetPassword(database, options));
    return 0;
  });
}

export async function rotate(config: Config): Promise<number> {
  if (config.signingKeys !== null) throw keysGiven('They come from LIVESTREAMS_SIGNING_KEYS or livestreams.config.ts.');
  const [current, ...former] = await rotateKeys(config.dataDir);
  say(`Within a minute tokens are signed with the new key ${current}.`);
  if (former.length > 0) say(`Tokens signed before stay good until they expire: ${former.join(', ')}.`);
  return 0;
}

export async function backup(
  config: Config,
  { file, version }: { file: string | undefined; version: string },
): Promise<number> {
  if (file === undefined) throw commandInvalid('Where to? Say livestreams backup <file>.');
  return withDatabase(config, async (database) => {
    const path = resolve(file);
    const { rows } = await writeBackup({ database, dataDir: config.dataDir, version, file: path });
    say(
      `Wrote ${path}: ${rows} rows and the secrets. Whoever can read it can act as this server; keep it apart from media.`,
    );
    return 0;
  });
}

export async function restore(
  config: Config,
  { file, force }: { file: string | undefined; force: boolean },
): Promise<number> {
  if (file === undefined) throw commandInvalid('From where? Say livestreams restore <file>.');
  if (!existsSync(file)) throw commandInvalid(`There is no file ${resolve(file)}.`);
  // Not beside a running server, whose embedded database has the folder's lock.
  const database = await startDatabase({ dataDir: config.dataDir, url: config.databaseUrl, log });
  try {
    const { dataDir, plugins } = config;
    const { rows, createdAt } = await restoreBackup({
      ...{ database, dataDir, plugins, force, log },
      file: resolve(file),
    });
    say(
      `Restored ${rows} rows and the secrets as they were at ${createdAt}. \`livestreams verify\` says which media are there.`,
    );
    return 0;
  } finally {
    await database.stop();
  }
}

/** Answers 1 where anything was found. Findings are said as one JSON document or a line each, progress on standard error. */
export async function verify(config: Config, { json }: { json: boolean }): Promise<number> {
  const storage = openStored(config);
  try {
    return await withTables(config, async (database) => {
      const { kysely: db, schema } = database;
      const verification = await verifyMedia({ db, schema, storage, onProgress: progress() });
      const { objects, bytes, stored, findings } = verification;
      if (json) say(JSON.stringify(verification, null, 2));
      else {
        for (const { problem, key, named_by, detail } of findings)
          say(`${problem}  ${key}  ${named_by ?? '-'}: ${detail}`);
        const counts = `${objects} objects named, ${stored} stored, ${bytes} bytes read`;
        say(findings.length === 0 ? `All media are whole: ${counts}.` : `${findings.length} findings: ${counts}.`);
      }
      return findings.length === 0 ? 0 : 1;
    });
  } finally {
    storage.close();
  }
}

/** Every so many milliseconds. */
const PROGRESS = 2000;

function progress(): (verification: Verification) => void {
  let last = performance.now();
  return ({ objects, stored, bytes, findings }) => {
    if (performance.now() - last < PROGRESS) return;
    last = performance.now();
    const where = stored === 0 ? `${objects} objects, ${bytes} bytes read` : `${stored} stored objects looked up`;
    process.stderr.write(`${where}, ${findings.length} findings\n`);
  };
}

function withTables<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
  return withDatabase(config, async (database) => {
    await migrateCore(database, log);
    return work(database);
  });
}

async function withDatabase<T>({ dataDir, databaseUrl }: Config, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ dataDir, url: databaseUrl, log });
  try {
    return await work(database);
  } finally {
    await database.stop();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
