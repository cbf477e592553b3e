/** Looks up for the origin what it must know of an asset. */
import type { Kysely } from 'kysely';
import type { AssetRef, StreamRef } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import { streamRef } from '../streams/index.ts';

export interface AssetFacts {
  asset: AssetRef;
  status: 'processing' | 'ready' | 'failed';
  /** What it was streamed to; null where there is none any more. */
  stream: StreamRef | null;
  sessionId: string | null;
  /** Those of its stream. */
  allowedOrigins: readonly string[];
  /** Seconds on its timeline: what is to be shown of it. Null for all. */
  trim: { start: number; end: number } | null;
  /** Storage keys of its pictures. */
  images: { thumbnail: string | null; storyboardVtt: string | null; storyboardImage: string | null };
}

/** Answers null for an id that no asset has. */
export type DescribeAsset = (assetId: string) => Promise<AssetFacts | null>;

export function describeAssets(db: Kysely<CoreTables>): DescribeAsset {
  return async (assetId) => {
    const row = await db.selectFrom('assets').selectAll().where('id', '=', assetId).executeTakeFirst();
    if (!row) return null;
    const stream = await db
      .selectFrom('streams')
      .selectAll()
      .where('id', '=', row.stream_id ?? '')
      .executeTakeFirst();
    const { id, organization_id: organizationId, kind, visibility, status, trim_start: start, trim_end: end } = row;
    return {
      asset: { id, organizationId, kind, visibility },
      status,
      stream: stream ? streamRef(stream) : null,
      allowedOrigins: stream?.allowed_origins ?? [],
      sessionId: row.session_id,
      trim: start === null || end === null ? null : { start, end },
      images: {
        thumbnail: row.thumbnail_key,
        storyboardVtt: row.storyboard_vtt_key,
        storyboardImage: row.storyboard_image_key,
      },
    };
  };
}
