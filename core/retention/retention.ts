/** What goes when: recordings past the days or bytes that their stream or organization keeps, and what was broadcast unrecorded. */
import { type Kysely, sql } from 'kysely';
import type { Assets, Logger } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { withTransaction } from '../db/transaction.ts';
import type { EventLog } from '../events/log.ts';

/** So many at a time: what is left goes with the next run. */
const BATCH = 100;

export interface RetentionOptions {
  db: Kysely<CoreTables>;
  events: Pick<EventLog, 'append'>;
  assets: Pick<Assets, 'delete'>;
  /** What a session has broadcast is gone from its ledger. */
  onDropped(session: { sessionId: string; streamId: string }): void;
  /** Hours that the media of ended sessions are kept outside of recordings. */
  unrecordedMediaHours: number;
  log: Logger;
}

interface Due {
  id: string;
  organization_id: string;
  stream_id: string | null;
  session_id: string | null;
  title: string;
  bytes: string;
  reason: 'days' | 'bytes';
}

interface EndedSession {
  id: string;
  stream_id: string;
  organization_id: string;
  title: string;
  bytes: string;
  recorded: boolean;
}

export class Retention {
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Deletes what is due, oldest first, after an event for each. Answers how many recordings and sessions it was. */
  async run(): Promise<number> {
    const recordings = await this.#recordingsDue();
    for (const recording of recordings) await this.#deleteRecording(recording);
    const sessions = await this.#sessionsEnded(this.#options.unrecordedMediaHours);
    for (const session of sessions) await this.#dropMedia(session, 'not_recorded');
    return recordings.length + sessions.length;
  }

  /** For want of space: deletes the media of the ended session that has been over for longest, of those that nobody recorded. */
  async dropOldestUnrecorded(): Promise<boolean> {
    const session = (await this.#sessionsEnded(0)).find(({ recorded }) => !recorded);
    if (session) await this.#dropMedia(session, 'disk_full');
    return session !== undefined;
  }

  async #recordingsDue(): Promise<Due[]> {
    const { rows } = await sql<Due>`
      WITH held AS (
        SELECT assets.id, assets.organization_id, assets.stream_id, assets.session_id, assets.title, assets.created_at,
          organizations.retention AS own, streams.retention AS of_stream,
          coalesce((SELECT sum(size) FROM asset_segments WHERE asset_id = assets.id), 0)
            + coalesce((SELECT sum(size) FROM asset_files WHERE asset_id = assets.id), 0) AS bytes
        FROM assets
        JOIN organizations ON organizations.id = assets.organization_id
        LEFT JOIN streams ON streams.id = assets.stream_id
        WHERE assets.kind = 'recording' AND assets.status <> 'processing'
          AND (organizations.retention IS NOT NULL OR EXISTS (
            SELECT FROM streams AS any_stream
            WHERE any_stream.organization_id = organizations.id AND any_stream.retention IS NOT NULL))
      ), counted AS (
        SELECT *, sum(bytes) OVER (PARTITION BY organization_id ORDER BY created_at DESC, id DESC) AS up_to,
          sum(bytes) OVER (PARTITION BY stream_id ORDER BY created_at DESC, id DESC) AS up_to_of_stream
        FROM held
      ), judged AS (
        SELECT *,
          created_at < now() - make_interval(days => least((own->>'days')::int, (of_stream->>'days')::int)) AS too_old,
          up_to > (own->>'bytes')::bigint OR up_to_of_stream > (of_stream->>'bytes')::bigint AS too_much
        FROM counted
      )
      SELECT id, organization_id, stream_id, session_id, title, bytes,
        CASE WHEN too_old THEN 'days' ELSE 'bytes' END AS reason
      FROM judged WHERE too_old OR too_much ORDER BY created_at, id LIMIT ${BATCH}`.execute(this.#options.db);
    return rows;
  }

  async #deleteRecording({ id, organization_id, stream_id, session_id, title, bytes, reason }: Due): Promise<void> {
    const { events, assets, log } = this.#options;
    await events.append({
      type: 'retention.deleting',
      organizationId: organization_id,
      ...(stream_id === null ? {} : { streamId: stream_id }),
      ...(session_id === null ? {} : { sessionId: session_id }),
      data: { asset_id: id, title, bytes: Number(bytes), reason },
    });
    log.info({ asset: id, reason }, 'deleting a recording past its retention');
    await assets.delete(id);
  }

  /** Sessions over for so long that still have media of their own; none whose recording is being made, or may be yet to begin. */
  async #sessionsEnded(hours: number): Promise<EndedSession[]> {
    const { rows } = await sql<EndedSession>`
      SELECT sessions.id, sessions.stream_id, sessions.organization_id, streams.title, media.bytes,
        EXISTS (SELECT FROM assets WHERE assets.session_id = sessions.id AND kind = 'recording' AND status = 'ready') AS recorded
      FROM sessions JOIN streams ON streams.id = sessions.stream_id
      CROSS JOIN LATERAL (SELECT sum(size) AS bytes FROM segments WHERE session_id = sessions.id) AS media
      WHERE sessions.state = 'ended' AND sessions.ended_at < now() - make_interval(secs => ${hours * 3600})
        AND (NOT streams.record OR sessions.ended_at < now() - interval '1 hour')
        AND EXISTS (SELECT FROM segments WHERE session_id = sessions.id)
        AND NOT EXISTS (
          SELECT FROM assets WHERE assets.session_id = sessions.id AND kind = 'recording' AND status = 'processing')
      ORDER BY sessions.ended_at LIMIT ${BATCH}`.execute(this.#options.db);
    return rows;
  }

  /** Deletes the session's ledger. Bytes that a recording or a clip has taken over stay, and nothing needs to be said of them. */
  async #dropMedia(session: EndedSession, reason: 'not_recorded' | 'disk_full'): Promise<void> {
    const { db, events, log } = this.#options;
    const { id: sessionId, stream_id: streamId, organization_id: organizationId, title, bytes, recorded } = session;
    if (!recorded) {
      await events.append({
        type: 'retention.deleting',
        ...{ organizationId, streamId, sessionId },
        data: { asset_id: null, title, bytes: Number(bytes), reason },
      });
      log.info({ session: sessionId, reason }, 'deleting what an ended session has broadcast');
    }
    await withTransaction(db, async (tx) => {
      await tx.deleteFrom('segments').where('session_id', '=', sessionId).execute();
      await tx.deleteFrom('inits').where('session_id', '=', sessionId).execute();
    });
    this.#options.onDropped({ sessionId, streamId });
  }
}
