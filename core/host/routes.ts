/** The route that lists the plugins that are on, and those in quarantine. */
import { type Routes, Type } from '#plugin-api';
import type { Hooks } from '../hooks.ts';
import type { RunningPlugins } from '../host.ts';

const PluginBody = Type.Object({
  name: Type.String(),
  description: Type.String(),
  quarantine: Type.Union([
    Type.Object({ hook: Type.String(), reason: Type.String(), since: Type.String({ format: 'date-time' }) }),
    Type.Null(),
  ]),
});

export function pluginRoutes(routes: Routes, { plugins, hooks }: { plugins: RunningPlugins; hooks: Hooks }): void {
  routes.route({
    method: 'GET',
    path: '/plugins',
    summary: 'The plugins that are on, in the order of their set-up.',
    access: 'admin',
    answers: { 200: Type.Object({ data: Type.Array(PluginBody), next_cursor: Type.Null() }) },
    async handle() {
      const quarantines = new Map(hooks.quarantined().map((quarantine) => [quarantine.plugin, quarantine]));
      const data = plugins.list.map(({ name, description }) => {
        const quarantine = quarantines.get(name);
        if (!quarantine) return { name, description, quarantine: null };
        const { hook, reason, since } = quarantine;
        return { name, description, quarantine: { hook, reason, since: since.toISOString() } };
      });
      return { status: 200, body: { data, next_cursor: null } };
    },
  });
}
