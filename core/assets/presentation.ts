/** An asset as the origin plays it: the same as a session that has ended. */
import type { Kysely } from 'kysely';
import type { CoreTables } from '../db/tables.ts';
import { endedPresentation, toRenditions } from '../segments/read-back.ts';
import type { Presentation } from '../segments/ring.ts';

/** From the first segment to the last; null where the asset has none. */
export async function readAsset(db: Kysely<CoreTables>, assetId: string): Promise<Presentation | null> {
  const inits = await db
    .selectFrom('asset_inits')
    .selectAll()
    .where('asset_id', '=', assetId)
    .orderBy('rendition')
    .orderBy('number')
    .execute();
  const segments = await db
    .selectFrom('asset_segments')
    .select(['rendition', 'sequence', 'start', 'duration', 'program_date_time', 'discontinuity', 'init', 'size'])
    .select('storage_key')
    .where('asset_id', '=', assetId)
    .orderBy('sequence')
    .execute();
  const renditions = toRenditions(inits, segments, 'standard');
  return endedPresentation({ sessionId: assetId, streamId: '', latency: 'standard', state: 'ended', renditions });
}
