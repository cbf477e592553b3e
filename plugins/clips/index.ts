/** Clips: cuts a piece out of what is live, of a session or of an asset, without encoding it again. */
import { definePlugin, type Panel, Type } from '#plugin-api';
import { cutExactly, type ExactCut } from './exact.ts';
import { clipRoutes } from './routes.ts';

declare module '#plugin-api' {
  interface JobMap {
    'clips.cut': ExactCut;
  }
}

const cutPanel = (slot: Panel['slot']): Panel => ({
  slot,
  access: 'creator',
  title: 'Clip',
  icon: 'film',
  element: 'clips-cut',
  module: new URL('./ui/cut.ts', import.meta.url),
});

export const clips = definePlugin({
  name: 'clips',
  description: 'Cuts clips out of live streams, sessions and assets.',
  config: Type.Object({
    longest: Type.Integer({
      default: 600,
      minimum: 1,
      maximum: 86_400,
      description: 'Seconds that a clip may last.',
    }),
  }),
  jobs: {
    'clips.cut': {
      payload: Type.Object({
        asset_id: Type.String(),
        start: Type.Number(),
        end: Type.Number(),
        gaps: Type.Array(Type.Object({ start: Type.Number(), duration: Type.Number() })),
      }),
      run: async (payload: ExactCut, job) => cutExactly(payload, job),
      timeout: 600,
    },
  },
  routes: clipRoutes,
  setup(host) {
    host.tap('jobComplete', async ({ name, state, payload }) => {
      if (name !== 'clips.cut' || state === 'completed') return;
      const { asset_id: id } = payload as ExactCut;
      // One that was deleted has nothing to be told of.
      if (!(await host.assets.get(id))) return;
      const reason = state === 'cancelled' ? 'It was cancelled.' : 'It could not be cut; its job says why.';
      await host.assets.fail(id, reason);
    });
  },
  ui: { panels: [cutPanel('stream'), cutPanel('asset')] },
});
