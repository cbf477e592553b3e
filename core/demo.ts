/** `--demo`: a stream "Demo" with a picture on it at once, published over RTMP by a process of its own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Kysely } from 'kysely';
import type { Logger } from '#plugin-api';
import type { CoreTables } from './db/tables.ts';
import { demoImpossible } from './errors.ts';
import { newId } from './ids.ts';
import type { Streams } from './streams/index.ts';

const PUBLISHER = fileURLToPath(new URL('../scripts/demo-publisher.ts', import.meta.url));
const TITLE = 'Demo';
const KEY_LABEL = 'Demo publisher';
const DEFAULT_PORT = 1935;

export interface DemoOptions {
  db: Kysely<CoreTables>;
  streams: Streams;
  /** What creators type, by ingest. */
  urls: Record<string, Record<string, string>>;
  log: Logger;
  undo(step: () => unknown): void;
}

/** Answers the demo's stream, once its publisher was started. Throws `LS_DEMO_IMPOSSIBLE` where nothing takes RTMP. */
export async function startDemo({ db, streams, urls, log, undo }: DemoOptions): Promise<string> {
  const address = urls.rtmp?.url;
  if (!address) throw demoImpossible('The plugin rtmp is not on.');
  const organizationId = await anOrganization(db);
  const { streamId, key } = await demoStream(db, streams, organizationId);
  const child = fork(PUBLISHER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.send({ host: '127.0.0.1', port: Number(new URL(address).port || DEFAULT_PORT), streamId, key });
  undo(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  log.info({ stream: streamId }, 'the demo is published');
  return streamId;
}

/** The demo belongs to the first organization; before the set-up it makes one, which the first owner then gets. */
async function anOrganization(db: Kysely<CoreTables>): Promise<string> {
  const row = await db.selectFrom('organizations').select('id').orderBy('id').executeTakeFirst();
  if (row) return row.id;
  return (
    await db
      .insertInto('organizations')
      .values({ id: newId('org'), name: 'Livestreams' })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id;
}

async function demoStream(db: Kysely<CoreTables>, streams: Streams, organizationId: string) {
  const known = await db
    .selectFrom('streams')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('title', '=', TITLE)
    .executeTakeFirst();
  if (!known) {
    const { stream, key } = await streams.create(organizationId, {
      title: TITLE,
      latency: 'low',
      record: false,
      visibility: 'public',
      reconnect_window: 60,
      dvr_window: 0,
      allowed_origins: [],
    });
    return { streamId: stream.id, key: key.key };
  }
  const former = await db
    .selectFrom('stream_keys')
    .select('id')
    .where('stream_id', '=', known.id)
    .where('label', '=', KEY_LABEL)
    .execute();
  for (const { id } of former) await streams.deleteKey(organizationId, known.id, id);
  const fresh = await streams.createKey(organizationId, known.id, { label: KEY_LABEL, expiresAt: null, overlap: null });
  return { streamId: known.id, key: fresh.key };
}
