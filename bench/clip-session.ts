/** A session that is an hour long in the ledger, made in seconds: a minute is published at once, and its rows are repeated. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import { connectDatabase } from '../core/db/database.ts';
import { runningEmbedded } from '../core/db/running.ts';
import { Channel } from '../test/support/channel.ts';
import { quietLog } from '../test/support/log.ts';
import type { TestServer } from '../test/support/server.ts';

const PUBLISHED_S = 60;
const LONG_S = 3600;
/** Times real time: as fast as it can be, the session would be further than its storage. */
const SPEED = 10;

export interface LongSession {
  id: string;
  /** Seconds on its timeline: where the repetition in the middle begins. */
  middle: number;
  seconds: number;
}

/** Publishes the file for a minute, and repeats what the ledger has of it: each row names stored bytes, which the repetitions share. */
export async function makeLongSession(server: TestServer, file: string): Promise<LongSession> {
  const channel = await Channel.create(server, { title: 'An hour', reconnect_window: 0 });
  const publisher = spawn(
    'ffmpeg',
    `-hide_banner -loglevel error -nostdin -readrate ${SPEED} -stream_loop -1 -i ${file} -t ${PUBLISHED_S} -c copy -f flv`
      .split(' ')
      .concat(channel.publishUrl),
    { stdio: 'ignore' },
  );
  const [status] = await once(publisher, 'exit');
  if (status !== 0) throw new Error(`the publisher ended with ${status}`);
  const { id } = await channel.state('ended');
  const { kysely: db, stop } = await connectDatabase({ url: await runningEmbedded(server.dataDir), log: quietLog });
  try {
    const of = () =>
      db
        .selectFrom('segments')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .select(sql<number>`max(start + duration)`.as('end'))
        .where('session_id', '=', id)
        .executeTakeFirstOrThrow();
    const { last, end } = await of();
    if (end < PUBLISHED_S - 1) throw new Error(`only ${end} of ${PUBLISHED_S} s were stored`);
    const repetitions = Math.ceil(LONG_S / end) - 1;
    await sql`
      INSERT INTO segments (session_id, rendition, sequence, epoch, start, duration, program_date_time,
        discontinuity, init, size, sha256, storage_key)
      SELECT session_id, rendition, sequence + n * (${last}::int + 1), epoch, start + n * ${end}::float8, duration,
        program_date_time + make_interval(secs => n * ${end}::float8), discontinuity, init, size, sha256, storage_key
      FROM segments, generate_series(1, ${repetitions}::int) AS n WHERE session_id = ${id}`.execute(db);
    // The database would have done so itself within the hour.
    await sql`ANALYZE segments`.execute(db);
    return { id, middle: Math.floor(repetitions / 2) * end, seconds: (await of()).end };
  } finally {
    await stop();
  }
}
