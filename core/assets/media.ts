/** The rows of an asset's media: its initialization sections and segments. */
import { type Kysely, sql } from 'kysely';
import type { AssetInit, AssetSegment } from '#plugin-api';
import type { CoreTables } from '../db/tables.ts';

/** Rows of one insert: PostgreSQL takes 65,535 parameters in a statement. */
const ROWS_AT_ONCE = 1000;

export interface AssetMedia {
  inits: AssetInit[];
  segments: AssetSegment[];
}

/** Adds what is not there yet: done twice it changes nothing. */
export async function insertInits(tx: Kysely<CoreTables>, id: string, inits: AssetInit[]): Promise<void> {
  const rows = inits.map(({ frameRate, sampleRate, bytes, ...init }) => ({
    asset_id: id,
    ...init,
    frame_rate: frameRate,
    sample_rate: sampleRate,
    bytes: Buffer.from(bytes),
  }));
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await tx
      .insertInto('asset_inits')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** As `insertInits`. */
export async function insertSegments(tx: Kysely<CoreTables>, id: string, segments: AssetSegment[]): Promise<void> {
  const rows = segments.map(({ sha256, storageKey, ...segment }) => ({
    asset_id: id,
    ...segment,
    sha256: Buffer.from(sha256),
    storage_key: storageKey,
  }));
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await tx
      .insertInto('asset_segments')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** By rendition and number. */
export async function readMedia(db: Kysely<CoreTables>, id: string): Promise<AssetMedia> {
  const inits = await db
    .selectFrom('asset_inits')
    .selectAll()
    .where('asset_id', '=', id)
    .orderBy('rendition')
    .orderBy('number')
    .execute();
  const segments = await db
    .selectFrom('asset_segments')
    .selectAll()
    .where('asset_id', '=', id)
    .orderBy('rendition')
    .orderBy('sequence')
    .execute();
  return {
    inits: inits.map(({ asset_id: _, frame_rate: frameRate, sample_rate: sampleRate, ...init }) => ({
      ...init,
      frameRate,
      sampleRate,
    })),
    segments: segments.map(({ asset_id: _, storage_key: storageKey, ...segment }) => ({ ...segment, storageKey })),
  };
}

/** Bytes that the asset names, each once. */
export async function sizeOf(tx: Kysely<CoreTables>, id: string): Promise<number> {
  const { rows } = await sql<{ size: string }>`
    SELECT coalesce(sum(size), 0) AS size FROM (
      SELECT storage_key, max(size) AS size FROM asset_segments WHERE asset_id = ${id} GROUP BY storage_key
      UNION ALL
      SELECT storage_key, size FROM asset_files WHERE asset_id = ${id}) AS named`.execute(tx);
  return Number(rows[0]!.size);
}
