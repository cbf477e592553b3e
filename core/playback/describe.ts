/** Looks up for the origin what it must know of a stream: its settings and its newest session. */
import { type Kysely, sql } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import type { SessionState } from '../segments/ring.ts';
import type { DescribeStream } from './directory.ts';

/** The newest session is one that has something to watch or may still have; a start that came to nothing hides no recording. */
export function describeStreams(db: Kysely<CoreTables>): DescribeStream {
  return async (streamId) => {
    const row = await db
      .selectFrom('streams')
      .leftJoinLateral(
        (eb) =>
          eb
            .selectFrom('sessions')
            .select([
              'sessions.id as session_id',
              'sessions.state',
              'sessions.started_at',
              'sessions.ended_at',
              'sessions.thumbnail_key',
            ])
            .whereRef('sessions.stream_id', '=', 'streams.id')
            .where(
              sql<boolean>`(sessions.state <> 'ended' OR EXISTS (SELECT 1 FROM segments WHERE session_id = sessions.id))`,
            )
            .orderBy('sessions.id', 'desc')
            .limit(1)
            .as('newest'),
        (join) => join.onTrue(),
      )
      .selectAll('streams')
      .select(['newest.session_id', 'newest.state', 'newest.started_at', 'newest.ended_at', 'newest.thumbnail_key'])
      .where('streams.id', '=', streamId)
      .executeTakeFirst();
    if (!row) return null;
    const { id, organization_id: organizationId, title, latency, record, visibility } = row;
    return {
      stream: { id, organizationId, title, latency, record, visibility },
      session: row.session_id
        ? { id: row.session_id, state: row.state as SessionState, thumbnailKey: row.thumbnail_key }
        : null,
      allowedOrigins: row.allowed_origins,
      updatedAt: row.ended_at ?? row.started_at ?? row.updated_at,
    };
  };
}
