/** For tests of assets: the ledger of a session with three renditions, without bytes. */
import type { TestDatabase } from '../../test/support/database.ts';

const RENDITIONS = [
  { rendition: 'source', kind: 'video', listed: false },
  { rendition: '720p', kind: 'video', listed: true },
  { rendition: 'audio', kind: 'audio', listed: true },
] as const;

/** Writes segments of 2 s. `away`: the publisher was gone for so long before that segment. */
export async function fillSession(
  database: TestDatabase,
  sessionId: string,
  options: {
    segments: number;
    away?: { before: number; seconds: number };
    late?: { rendition: string; by: number };
  },
): Promise<void> {
  const { segments, away, late } = options;
  const numbers = Array.from({ length: segments }, (_, n) => n);
  for (const each of RENDITIONS) {
    const picture = each.kind === 'video' ? { width: 1280, height: 720, frame_rate: 30 } : {};
    const sound = each.kind === 'audio' ? { sample_rate: 48_000, channels: 2 } : {};
    const codec = each.kind === 'audio' ? 'mp4a.40.2' : 'avc1.64001f';
    await database.kysely
      .insertInto('inits')
      .values({
        ...{ session_id: sessionId, number: 0, codec, bytes: Buffer.from(`init ${each.rendition}`) },
        ...{ width: null, height: null, frame_rate: null, sample_rate: null, channels: null },
        ...each,
        ...picture,
        ...sound,
      })
      .execute();
    await database.kysely
      .insertInto('segments')
      .values(
        numbers.map((n) => ({
          ...{ session_id: sessionId, rendition: each.rendition, sequence: n, epoch: 1, init: 0, size: 20 },
          start: n * 2 + (late?.rendition === each.rendition ? late.by : 0),
          duration: 2,
          program_date_time: new Date(
            Date.UTC(2026, 0, 1) + n * 2000 + (away && n >= away.before ? away.seconds * 1000 : 0),
          ),
          discontinuity: n === away?.before,
          sha256: Buffer.alloc(32),
          storage_key: `sessions/${sessionId}/${each.rendition}/${n}.1.m4s`,
        })),
      )
      .execute();
  }
}
