/** What plugins are shown of sessions, read from the rows. */
import { type Kysely, sql } from 'kysely';
import type { SessionSegment, SessionView, SessionViews, Storage } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';

export function sessionViews(db: Kysely<CoreTables>, storage: Storage): SessionViews {
  const sessions = (organizationId: string) =>
    db
      .selectFrom('sessions')
      .innerJoin('streams', 'streams.id', 'sessions.stream_id')
      .select(['sessions.id', 'sessions.stream_id', 'sessions.state', 'sessions.started_at', 'streams.title'])
      .where('sessions.organization_id', '=', organizationId);

  async function view(
    organizationId: string,
    row: { id: string; stream_id: string; state: SessionView['state']; started_at: Date; title: string } | undefined,
  ): Promise<SessionView | null> {
    if (!row) return null;
    const spans = await db
      .selectFrom('segments')
      .select([
        'rendition',
        sql<number>`min(start)`.as('start'),
        sql<number>`max(start + duration)`.as('end'),
        sql<boolean>`EXISTS (SELECT 1 FROM inits WHERE session_id = ${row.id} AND rendition = segments.rendition AND listed)`.as(
          'listed',
        ),
      ])
      .where('session_id', '=', row.id)
      .groupBy('rendition')
      .execute();
    const listed = spans.filter((span) => span.listed);
    const ends = (listed.length > 0 ? listed : spans).map(({ end }) => end);
    // While it goes on, encoded renditions are a little behind the source: what only one has cannot be shown in all.
    const end = row.state === 'ended' ? Math.max(...ends) : Math.min(...ends);
    const start = Math.min(...spans.map((span) => span.start));
    return {
      id: row.id,
      organizationId,
      streamId: row.stream_id,
      title: row.title,
      state: row.state,
      startedAt: row.started_at,
      stored: spans.length === 0 || end <= start ? null : { start, end },
    };
  }

  return {
    async get(organizationId, sessionId) {
      return view(
        organizationId,
        await sessions(organizationId).where('sessions.id', '=', sessionId).executeTakeFirst(),
      );
    },
    async open(organizationId, streamId) {
      const open = sessions(organizationId).where('sessions.stream_id', '=', streamId).where('state', '<>', 'ended');
      return view(organizationId, await open.executeTakeFirst());
    },
    async setThumbnail(sessionId, jpeg) {
      const key = `sessions/${sessionId}/thumbnail.jpg`;
      const { numUpdatedRows } = await db
        .updateTable('sessions')
        .set({ thumbnail_key: key })
        .where('id', '=', sessionId)
        .executeTakeFirst();
      // A session that was deleted meanwhile needs no picture.
      if (numUpdatedRows > 0n) await storage.put(key, jpeg);
    },
    segments: (sessionId, rendition, from) => readSegments(db, sessionId, rendition, from),
    async timeOf(sessionId, date) {
      // Between publishers the clock goes on and the timeline does not: a time in such a gap is where the former one ended.
      const segment = await db
        .selectFrom('segments')
        .select(['start', 'duration', 'program_date_time'])
        .where('session_id', '=', sessionId)
        .where('program_date_time', '<=', date)
        .orderBy('program_date_time', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!segment) return null;
      const into = (date.getTime() - segment.program_date_time.getTime()) / 1000;
      return segment.start + Math.min(into, segment.duration);
    },
  };
}

async function readSegments(
  db: Kysely<CoreTables>,
  sessionId: string,
  rendition: string,
  from: number,
): Promise<SessionSegment[]> {
  const inits = await db
    .selectFrom('inits')
    .select(['number', 'kind', 'bytes'])
    .where('session_id', '=', sessionId)
    .where('rendition', '=', rendition)
    .execute();
  const segments = await db
    .selectFrom('segments')
    .select(['sequence', 'start', 'duration', 'discontinuity', 'init', 'size', 'sha256', 'storage_key as storageKey'])
    .where('session_id', '=', sessionId)
    .where('rendition', '=', rendition)
    .where('sequence', '>=', from)
    .orderBy('sequence')
    .execute();
  const known = new Map(inits.map(({ number, kind, bytes }) => [number, { kind, init: { number, bytes } }]));
  // A segment is in the ledger only after its initialization section.
  return segments.map((segment) => ({ ...segment, rendition, ...known.get(segment.init)! }));
}
