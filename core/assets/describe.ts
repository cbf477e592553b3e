/** Assets as the API answers them. */
import { type Kysely, sql } from 'kysely';
import type { AssetAnswer } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';
import type { AssetRow } from './assets.ts';

type Track = AssetAnswer['tracks'][number];
type File = AssetAnswer['files'][number];

/** @param publicUrl Without a slash at its end. */
export async function describeAssets(
  db: Kysely<CoreTables>,
  publicUrl: string,
  rows: readonly AssetRow[],
): Promise<AssetAnswer[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const { rows: tracks } = await sql<Track & { asset_id: string }>`
    SELECT DISTINCT ON (asset_id, rendition) asset_id, rendition AS name, kind, codec, width, height, frame_rate, sample_rate, channels
    FROM asset_inits WHERE asset_id = ANY (${ids}::text[]) AND listed ORDER BY asset_id, rendition, number DESC`.execute(
    db,
  );
  const files = await db
    .selectFrom('asset_files')
    .select(['asset_id', 'number', 'size', 'start', 'duration'])
    .where('asset_id', 'in', ids)
    .orderBy('number')
    .execute();
  return rows.map((row) =>
    answer(
      publicUrl,
      row,
      tracks.filter(({ asset_id }) => asset_id === row.id).map(({ asset_id: _, ...track }) => track),
      files
        .filter(({ asset_id }) => asset_id === row.id)
        .map(({ number, size, start, duration }) => ({
          ...{ number, size: Number(size), start: toMilliseconds(start), duration: toMilliseconds(duration) },
        })),
    ),
  );
}

function answer(publicUrl: string, row: AssetRow, tracks: Track[], files: File[]): AssetAnswer {
  const { id, kind, status, title, visibility, stream_id, session_id, duration, gaps, error } = row;
  const media = `${publicUrl}/vod/${id}`;
  return {
    ...{ id, kind, status, title, visibility, stream_id, session_id },
    duration: duration === null ? null : toMilliseconds(duration),
    size: row.size === null ? null : Number(row.size),
    playback: {
      hls_url: `${media}/index.m3u8`,
      watch_url: `${publicUrl}/watch/${id}`,
      embed_url: `${publicUrl}/embed/${id}`,
    },
    thumbnail_url: row.thumbnail_key === null ? null : `${media}/thumbnail.jpg`,
    storyboard:
      row.storyboard_vtt_key === null || row.storyboard_image_key === null
        ? null
        : { vtt_url: `${media}/storyboard.vtt`, image_url: `${media}/storyboard.jpg` },
    tracks: tracks.sort((a, b) => (b.height ?? 0) - (a.height ?? 0)),
    gaps: gaps.map((gap) => ({ start: toMilliseconds(gap.start), duration: toMilliseconds(gap.duration) })),
    ...{ files, error },
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    ready_at: row.ready_at?.toISOString() ?? null,
  };
}

/** Seconds without the digits behind the milliseconds, which sums of frames' lengths have and which mean nothing. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
