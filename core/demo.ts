/** `--demo`: a stream "Demo" with a picture on it at once, published by an ingest's own publisher. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Logger, RunningIngest } from '#plugin-api';
import type { CoreTables } from './db/tables.ts';
import { demoImpossible } from './errors.ts';
import { newId } from './ids.ts';
import type { Streams } from './streams/index.ts';

const TITLE = 'Demo';
const KEY_LABEL = 'Demo publisher';
/** A demo that was cut off comes back after so many milliseconds. */
const RETRY_MS = 2000;

export interface DemoOptions {
  db: Kysely<CoreTables>;
  streams: Streams;
  ingests: Iterable<RunningIngest>;
  log: Logger;
  undo(step: () => unknown): void;
}

type Publish = NonNullable<RunningIngest['publish']>;

/** Answers the demo's stream, once its publisher was started. Throws `LS_DEMO_IMPOSSIBLE` where no ingest has a publisher. */
export async function startDemo({ db, streams, ingests, log, undo }: DemoOptions): Promise<string> {
  const ingest = [...ingests].find(({ publish }) => publish);
  if (!ingest?.publish) throw demoImpossible('No ingest that is on can publish to itself.');
  const { streamId, key } = await demoStream(db, streams, await anOrganization(db));
  const stop = new AbortController();
  const publish: Publish = (publisher) => ingest.publish!(publisher);
  const published = publishUntil(stop.signal, { publish, streamId, key, log });
  undo(async () => {
    stop.abort();
    await published;
  });
  log.info({ stream: streamId }, 'the demo is published');
  return streamId;
}

async function publishUntil(
  signal: AbortSignal,
  { publish, streamId, key, log }: { publish: Publish; streamId: string; key: string; log: Logger },
): Promise<void> {
  while (!signal.aborted) {
    // It ends by itself when its output is read no more, also when this process is killed.
    const child = spawn('ffmpeg', generator(), { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    try {
      await publish({ streamId, key, flv: child.stdout, signal });
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, "the demo's publisher was cut off; it tries again");
    }
    child.kill('SIGKILL');
    await exited;
    await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A moving pattern, a clock with milliseconds, a beep each second. The clock shows UTC: seconds since midnight are added to the picture's own time. */
function generator(): string[] {
  const now = new Date();
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const offset = ((now.getTime() - midnight) / 1000).toFixed(3);
  const clock =
    `drawtext=text='%{pts\\:hms\\:${offset}} UTC':x=(w-tw)/2:y=h*0.42:fontsize=h/9:fontcolor=white` +
    ':box=1:boxcolor=black@0.6:boxborderw=16';
  const tone = '0.25*sin(2*PI*1000*t)*lt(mod(t+0.0005\\,1)\\,0.08)';
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...['-re', '-f', 'lavfi', '-i', `testsrc2=size=1280x720:rate=30,${clock}`],
    ...['-re', '-f', 'lavfi', '-i', `aevalsrc='${tone}|${tone}':s=48000`],
    ...'-c:v libx264 -preset superfast -tune zerolatency -threads 1 -pix_fmt yuv420p -profile:v high'.split(' '),
    ...'-g 60 -keyint_min 60 -sc_threshold 0 -b:v 2500k -maxrate 2500k -bufsize 2500k'.split(' '),
    ...'-c:a aac -b:a 128k -flush_packets 1 -flvflags no_duration_filesize -f flv pipe:1'.split(' '),
  ];
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
