/** For tests of this room: rows of a session, and segments to put into a ring. */

import type { TestDatabase } from '../../test/support/database.ts';
import { newId } from '../ids.ts';
import type { TrackConfig } from '../pipeline/track.ts';
import type { LiveSession } from './live-session.ts';

export const VIDEO: TrackConfig = {
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001f',
  width: 1280,
  height: 720,
  frameRate: 30,
  description: Buffer.from('avcC'),
};

export const AUDIO: TrackConfig = {
  kind: 'audio',
  codec: 'aac',
  codecString: 'mp4a.40.2',
  sampleRate: 48_000,
  channels: 2,
  samplesPerFrame: 1024,
  description: Buffer.from('asc'),
};

/** A session in the database with its stream and organization; answers its id. */
export async function addSession(database: TestDatabase, epoch = 1): Promise<{ sessionId: string; streamId: string }> {
  const [organizationId, streamId, sessionId] = [newId('org'), newId('str'), newId('ses')];
  const { kysely } = database;
  await kysely.insertInto('organizations').values({ id: organizationId, name: 'Test' }).execute();
  const stream = { id: streamId, organization_id: organizationId, title: 'Test', latency: 'low' as const };
  await kysely.insertInto('streams').values(stream).execute();
  await kysely
    .insertInto('sessions')
    .values({ id: sessionId, stream_id: streamId, organization_id: organizationId, state: 'live', epoch })
    .execute();
  return { sessionId, streamId };
}

/** Has a rendition's segments cut as the packager would: `count` of 2 s from `from` on, of one part each. */
export function cut(
  session: LiveSession,
  rendition: string,
  { from, count, discontinuity, size = 20 }: { from: number; count: number; discontinuity?: number; size?: number },
): void {
  for (let sequence = from; sequence < from + count; sequence++) {
    session.open(rendition, {
      sequence,
      start: sequence * 2,
      programDateTime: Date.UTC(2026, 0, 1) + sequence * 2000,
      discontinuity: sequence === discontinuity,
      init: 0,
    });
    const bytes = Buffer.alloc(size, `${rendition} ${sequence}`);
    session.part(rendition, { duration: 2, independent: true, bytes });
    session.close(rendition);
  }
}
