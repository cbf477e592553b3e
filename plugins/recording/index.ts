/** Recording: what is live is written down as it comes, in the source's own quality, and is an asset when the session ends. */
import { definePlugin, type Host, Type } from '#plugin-api';
import { abandonRecordings, type FinishedSession, finishRecording } from './finish.ts';
import { Recorders } from './recorders.ts';

declare module '#plugin-api' {
  interface EventMap {
    /** A session was too short to be kept. */
    'recording.discarded': { reason: string };
  }
  interface JobMap {
    'recording.finish': FinishedSession;
  }
}

/** By host: the plugin may be on in several servers of one process. */
const recorders = new WeakMap<Host, Recorders>();

export const recording = definePlugin({
  name: 'recording',
  description: 'Records the streams that want it, in the quality that the publisher sends.',
  config: Type.Object({}),
  migrations: new URL('./migrations/', import.meta.url),
  jobs: {
    'recording.finish': {
      payload: Type.Object({
        session_id: Type.String(),
        stream_id: Type.String(),
        organization_id: Type.String(),
        title: Type.String(),
      }),
      run: async (session: FinishedSession, job) => {
        const { session_id: sessionId, stream_id: streamId } = session;
        await finishRecording(session, recorders.get(job.host)!.take({ sessionId, streamId }), job);
      },
      concurrency: 4,
      retryLimit: 20,
      retryDelay: 1,
      timeout: 60 * 60,
    },
  },
  setup(host) {
    const own = new Recorders(host);
    recorders.set(host, own);
    host.tap('pipeline', (plan, { stream }) => (stream.record ? { ...plan, keepSource: true } : plan));
    host.tap('segment', (segment) => {
      if (segment.stream.record) own.offer(segment);
    });
    host.tap('unpublish', async ({ stream, session, enqueue }) => {
      if (!stream.record) return;
      const { id: stream_id, organizationId, title } = stream;
      const payload = { session_id: session.id, stream_id, organization_id: organizationId, title };
      await enqueue('recording.finish', payload, { singletonKey: session.id, organizationId });
    });
    host.on('stream.deleted', async ({ stream_id: streamId }) => {
      await abandonRecordings(host, streamId!, (sessionId) => own.take({ sessionId, streamId: streamId! }));
    });
    return () => own.stop();
  },
});
