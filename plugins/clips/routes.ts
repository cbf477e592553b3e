/** The route of clips. */
import { AssetBody, type Host, type Routes, Type } from '#plugin-api';
import { clipNotExact, clipSourceNotFound } from './errors.ts';
import { obstacle } from './exact.ts';
import { clipSource } from './source.ts';

const Id = (prefix: string) => Type.Optional(Type.String({ pattern: `^${prefix}_[0-9a-f]{32}$` }));
const Seconds = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));

export function clipRoutes(routes: Routes, host: Host<{ longest: number }>): void {
  routes.route({
    method: 'POST',
    path: '/clips',
    summary:
      'Cuts a clip: from a session or an asset between two seconds, or the last seconds of a stream that is live.',
    access: 'creator',
    body: Type.Object({
      session_id: Id('ses'),
      asset_id: Id('ast'),
      stream_id: Id('str'),
      start: Seconds('With session_id or asset_id: seconds on its timeline.'),
      end: Seconds('As start.'),
      last: Seconds('With stream_id: how many seconds.'),
      at: Type.Optional(
        Type.String({
          format: 'date-time',
          description: 'With stream_id: where the clip ends, by the clock of the playlist. Absent: the newest picture.',
        }),
      ),
      title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      exact: Type.Boolean({
        default: false,
        description:
          'true: the first and the last segment are encoded anew, so that no other player shows more. It takes a job; false is ready at once.',
      }),
    }),
    answers: { 201: AssetBody },
    async handle({ body, caller }) {
      const { organizationId } = caller;
      const { from, of, start, end } = await clipSource(host, organizationId, body, host.config.longest);
      const title = body.title ?? of.title;
      // A clip that a killed server left half made nobody would ever finish.
      const id = await host.transaction(async ({ assets, enqueue }) => {
        const clip = await assets.create({ kind: 'clip', organizationId, ...of, title });
        const { segments, gaps, start: earlier } = await assets.adopt(clip.id, from, { start, end });
        if (segments === 0) throw clipSourceNotFound('What it should be cut from is gone.');
        const range = { start: Math.max(0, start - earlier), end: end - earlier };
        if (body.exact) {
          const reason = obstacle(await assets.media(clip.id));
          if (reason !== null) throw clipNotExact(reason);
          await enqueue('clips.cut', { asset_id: clip.id, ...range, gaps }, { organizationId });
        } else {
          await assets.ready(clip.id, { duration: end - start, trim: range, gaps });
        }
        return clip.id;
      });
      return { status: 201, headers: { Location: `/v1/assets/${id}` }, body: await host.assets.describe(id) };
    },
  });
}
