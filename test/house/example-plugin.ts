/** curfew: nobody goes live in the hours of the night. The example of docs/7-write-a-plugin.md. */
import { definePlugin, Type } from '#plugin-api';

declare module '#plugin-api' {
  interface EventMap {
    /** A publish was refused for the hour (UTC). */
    'curfew.kept': { hour: number };
  }
}

export const curfew = definePlugin({
  name: 'curfew',
  description: 'Refuses publishers in the hours of the night.',
  config: Type.Object({
    from: Type.Integer({
      default: 23,
      minimum: 0,
      maximum: 23,
      description: 'First hour of the night (UTC).',
      env: 'LIVESTREAMS_CURFEW_FROM',
    }),
    until: Type.Integer({ default: 6, minimum: 0, maximum: 23, description: 'First hour of the day (UTC).' }),
  }),
  routes(routes, host) {
    routes.route({
      method: 'GET',
      path: '/curfew',
      summary: 'Whether it is night.',
      access: 'viewer',
      answers: { 200: Type.Object({ night: Type.Boolean() }) },
      async handle() {
        return { status: 200, body: { night: isNight(host.config, new Date().getUTCHours()) } };
      },
    });
  },
  setup(host) {
    const refused = host.metrics.counter('refused_total', 'Publishes that were refused for the hour.');
    host.tap('authorize', async ({ action, stream }) => {
      const hour = new Date().getUTCHours();
      if (action !== 'publish' || !isNight(host.config, hour)) return;
      refused.inc();
      const { id: streamId, organizationId } = stream;
      await host.emit({ type: 'curfew.kept', organizationId, streamId, data: { hour } });
      return { refuse: `Nobody goes live before ${host.config.until} o'clock UTC.` };
    });
    host.on('session.live', ({ stream_id, data }) => {
      host.log.info({ stream: stream_id, renditions: data.renditions }, 'a stream is live by day');
    });
  },
});

/** The night may go over midnight. */
function isNight({ from, until }: { from: number; until: number }, hour: number): boolean {
  return from <= until ? hour >= from && hour < until : hour >= from || hour < until;
}
