/** Adoption: an asset takes over rows of a session's ledger or of another asset, and with them the bytes, by reference. */
import { type Kysely, sql } from 'kysely';
import type { AdoptedSegments, AssetGap } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';

/** Seconds: less than this between two publishers is no gap that anybody sees. */
const LEAST_GAP = 0.5;

export type AdoptSource = { sessionId: string } | { assetId: string };

interface Range {
  start: number;
  end: number;
}

/** The tables that a source's rows are in, and what says which are its own. */
function source(from: AdoptSource) {
  return 'sessionId' in from
    ? { segments: sql.table('segments'), inits: sql.table('inits'), own: sql`session_id = ${from.sessionId}` }
    : { segments: sql.table('asset_segments'), inits: sql.table('asset_inits'), own: sql`asset_id = ${from.assetId}` };
}

/**
 * Copies the rows that touch `range` (all where absent) into the asset. Rows that are there already stay as they are: done
 * twice it changes nothing. The rows copied from are locked until the transaction ends: whoever deletes them does so before,
 * and then nothing is adopted, or after, and then finds that the bytes are still named.
 */
export async function adopt(
  tx: Kysely<CoreTables>,
  assetId: string,
  from: AdoptSource,
  range: Range = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
): Promise<AdoptedSegments> {
  const { segments, inits, own } = source(from);
  const { rows: renditions } = await sql<{ rendition: string; kind: 'video' | 'audio'; listed: boolean }>`
    SELECT DISTINCT ON (rendition) rendition, kind, listed FROM ${inits} WHERE ${own} ORDER BY rendition, number DESC
  `.execute(tx);
  const listed = renditions.filter((each) => each.listed);
  const pictures = listed.filter(({ kind }) => kind === 'video');
  const leaders = (pictures.length > 0 ? pictures : listed.length > 0 ? listed : renditions).map(
    (each) => each.rendition,
  );
  const offered = listed.map(({ rendition }) => rendition);

  const touches = sql`start < ${range.end}::float8 AND start + duration > ${range.start}::float8`;
  const leading = sql`SELECT * FROM ${segments} WHERE ${own} AND rendition = ANY (${leaders}::text[]) AND ${touches}`;
  const { rows: spans } = await sql<{ start: number | null; end: number | null }>`
    SELECT min(start) AS start, max(start + duration) AS end FROM (${leading}) AS ahead`.execute(tx);
  const { start, end } = spans[0]!;
  if (start === null || end === null) return { segments: 0, start: 0, end: 0, gaps: [] };

  // What viewers are offered has the same numbers in all renditions, so those of the pictures in the range hold for the sound
  // too. What they are not offered has numbers of its own and is looked at by itself.
  const { numAffectedRows } = await sql`
    INSERT INTO asset_segments
      (asset_id, rendition, sequence, start, duration, program_date_time, discontinuity, init, size, sha256, storage_key)
    SELECT ${assetId}::text, rendition, sequence, start - ${start}::float8, duration, program_date_time,
      discontinuity, init, size, sha256, storage_key
    FROM ${segments} AS held
    WHERE ${own} AND CASE WHEN rendition = ANY (${offered}::text[])
      THEN sequence IN (SELECT sequence FROM (${leading}) AS ahead) ELSE ${touches} END
    FOR KEY SHARE OF held
    ON CONFLICT (asset_id, rendition, sequence) DO NOTHING`.execute(tx);
  await sql`
    INSERT INTO asset_inits (asset_id, rendition, number, kind, listed, codec, width, height, frame_rate, sample_rate, channels, bytes)
    SELECT ${assetId}::text, rendition, number, kind, listed, codec, width, height, frame_rate, sample_rate, channels, bytes
    FROM ${inits}
    WHERE ${own} AND (rendition, number) IN (SELECT rendition, init FROM asset_segments WHERE asset_id = ${assetId})
    ON CONFLICT (asset_id, rendition, number) DO NOTHING`.execute(tx);
  const gaps =
    'sessionId' in from
      ? await sessionGaps(tx, from.sessionId, leaders[0]!, { start, end })
      : await assetGaps(tx, from.assetId, { start, end });
  return { segments: Number(numAffectedRows ?? 0), start, end, gaps };
}

/** Where the clock went on and the media did not: between two publishers. */
async function sessionGaps(
  tx: Kysely<CoreTables>,
  sessionId: string,
  rendition: string,
  span: Range,
): Promise<AssetGap[]> {
  const { rows } = await sql<AssetGap>`
    SELECT start, duration FROM (
      SELECT start - ${span.start}::float8 AS start,
        extract(epoch FROM program_date_time - lag(program_date_time) OVER earlier)::float8
          - lag(duration) OVER earlier AS duration
      FROM segments
      WHERE session_id = ${sessionId} AND rendition = ${rendition} AND start >= ${span.start}::float8 AND start < ${span.end}::float8
      WINDOW earlier AS (ORDER BY sequence)) AS steps
    WHERE duration >= ${LEAST_GAP} ORDER BY start`.execute(tx);
  return rows;
}

/** The gaps of an asset that lie within a part of it. */
async function assetGaps(tx: Kysely<CoreTables>, assetId: string, span: Range): Promise<AssetGap[]> {
  const asset = await tx.selectFrom('assets').select('gaps').where('id', '=', assetId).executeTakeFirst();
  return (asset?.gaps ?? [])
    .filter((gap) => gap.start > span.start && gap.start < span.end)
    .map((gap) => ({ start: gap.start - span.start, duration: gap.duration }));
}
