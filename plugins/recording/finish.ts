/** The end of a recording: an asset, or nothing where there is too little of it. */
import type { Host, JobRun } from '#plugin-api';
import type { Recorder } from './recorder.ts';
import './tables.ts';

/** Bytes below which a recording is not kept. */
const LEAST_BYTES = 64 * 1024;

export interface FinishedSession {
  session_id: string;
  stream_id: string;
  organization_id: string;
  title: string;
}

interface KeptFile {
  number: number;
  storageKey: string;
  size: number;
  start: number;
  duration: number;
}

/** Makes the asset of a session that has ended. Done again after it broke off it goes on; done again after that it does nothing. */
export async function finishRecording(
  session: FinishedSession,
  recorder: Recorder,
  { host, log }: Pick<JobRun, 'host' | 'log'>,
): Promise<void> {
  const { session_id: sessionId, stream_id: streamId, organization_id: organizationId } = session;
  const known = await host.db
    .selectFrom('recording_sessions')
    .select('finished_at')
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  if (known?.finished_at) return;
  await recorder.finish();
  const files = await completeFiles(host, sessionId);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size < LEAST_BYTES) {
    const reason = files.length === 0 ? 'nothing whole of it was received' : `it has only ${size} bytes`;
    await discardFiles(host, sessionId);
    await host.emit({ type: 'recording.discarded', organizationId, streamId, sessionId, data: { reason } });
    log(`The recording was not kept: ${reason}.`);
  } else {
    const asset = await host.assets.create({
      kind: 'recording',
      ...{ organizationId, streamId, sessionId, title: session.title },
    });
    const { start, end, gaps } = await host.assets.adopt(asset.id, { sessionId });
    for (const file of files) await host.assets.addFile(asset.id, { ...file, start: Math.max(0, file.start - start) });
    await host.assets.ready(asset.id, { duration: end - start, gaps });
    log(`The recording is the asset ${asset.id}, with ${files.length === 1 ? 'one file' : `${files.length} files`}.`);
  }
  await host.db
    .updateTable('recording_sessions')
    .set({ finished_at: new Date() })
    .where('session_id', '=', sessionId)
    .execute();
  await host.db.deleteFrom('recording_files').where('session_id', '=', sessionId).execute();
}

/** Lets go of what was recorded of a stream's open sessions: the stream was deleted, and its sessions with it. */
export async function abandonRecordings(
  host: Host,
  streamId: string,
  take: (sessionId: string) => Recorder,
): Promise<void> {
  const sessions = await host.db
    .selectFrom('recording_sessions')
    .select('session_id')
    .where('stream_id', '=', streamId)
    .where('finished_at', 'is', null)
    .execute();
  for (const { session_id: sessionId } of sessions) {
    const recorder = take(sessionId);
    recorder.close();
    await recorder.idle();
    await discardFiles(host, sessionId);
    await host.db.deleteFrom('recording_sessions').where('session_id', '=', sessionId).execute();
  }
}

async function completeFiles({ db }: Host, sessionId: string): Promise<KeptFile[]> {
  const rows = await db
    .selectFrom('recording_files')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('size', '>', '0')
    .orderBy('number')
    .execute();
  return rows.map(({ number, storage_key: storageKey, size, start, duration }) => ({
    ...{ number, storageKey, start },
    size: Number(size),
    duration: duration ?? 0,
  }));
}

async function discardFiles({ db, storage }: Host, sessionId: string): Promise<void> {
  const rows = await db
    .selectFrom('recording_files')
    .select(['number', 'storage_key'])
    .where('session_id', '=', sessionId)
    .execute();
  for (const { storage_key: key } of rows) {
    await storage.delete(key);
    await (await storage.append(key)).discard();
  }
  await db.deleteFrom('recording_files').where('session_id', '=', sessionId).execute();
}
