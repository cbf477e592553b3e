/** What viewers may know of a stream or an asset before they watch it: what its pages and previews say. */
import type { Kysely } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { isId } from '../ids.ts';

export interface Watchable {
  id: string;
  title: string;
  isLive: boolean;
  /** Whether a token is wanted to watch it. */
  isProtected: boolean;
  /** There is `thumbnail.jpg` beside its playlist. */
  hasThumbnail: boolean;
  hasStoryboard: boolean;
  /** Origins whose pages may show it; empty for all. */
  allowedOrigins: readonly string[];
}

/** Answers null where there is nothing to watch by that id. */
export type FindWatchable = (id: string) => Promise<Watchable | null>;

export function findWatchable(db: Kysely<CoreTables>): FindWatchable {
  // The id comes from an address that anybody may write.
  return async (id) => (isId('str', id) ? stream(db, id) : isId('ast', id) ? asset(db, id) : null);
}

async function stream(db: Kysely<CoreTables>, id: string): Promise<Watchable | null> {
  const row = await db
    .selectFrom('streams')
    .leftJoin('sessions', (join) =>
      join.onRef('sessions.stream_id', '=', 'streams.id').on('sessions.state', '<>', 'ended'),
    )
    .select(['title', 'visibility', 'allowed_origins', 'sessions.thumbnail_key'])
    .where('streams.id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  const isProtected = row.visibility === 'protected';
  return {
    id,
    title: row.title,
    isLive: true,
    isProtected,
    hasThumbnail: row.thumbnail_key !== null,
    hasStoryboard: false,
    allowedOrigins: row.allowed_origins,
  };
}

async function asset(db: Kysely<CoreTables>, id: string): Promise<Watchable | null> {
  const row = await db
    .selectFrom('assets')
    .leftJoin('streams', 'streams.id', 'assets.stream_id')
    .select(['assets.title', 'assets.visibility', 'thumbnail_key', 'storyboard_vtt_key', 'storyboard_image_key'])
    .select('streams.allowed_origins')
    .where('assets.id', '=', id)
    .where('assets.status', '=', 'ready')
    .executeTakeFirst();
  if (!row) return null;
  return {
    id,
    title: row.title,
    isLive: false,
    isProtected: row.visibility === 'protected',
    hasThumbnail: row.thumbnail_key !== null,
    hasStoryboard: row.storyboard_vtt_key !== null && row.storyboard_image_key !== null,
    allowedOrigins: row.allowed_origins ?? [],
  };
}

/** The folder of its playlist and its pictures, without a slash at its end. */
export function mediaPath({ id, isLive }: Watchable): string {
  return isLive ? `/live/${id}` : `/vod/${id}`;
}

/** Address of a picture that anybody may see, from the server's root; null where there is none. */
export function openThumbnail(watchable: Watchable): string | null {
  return watchable.hasThumbnail && !watchable.isProtected ? `${mediaPath(watchable)}/thumbnail.jpg` : null;
}
