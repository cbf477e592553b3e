/** Brings plugins up: their order, tables, services, routes, jobs and set-up; and down again, in reverse. */
import {
  type Host,
  type Ingest,
  LivestreamsError,
  type Panel,
  type PluginDefinition,
  type ServiceMap,
} from '#plugin-api';
import type { CheckedPlugin } from './config.ts';
import { pluginFailed } from './errors.ts';
import { orderPlugins } from './host/order.ts';
import { type HostParts, makeHost } from './host/plugin-host.ts';
import { checkPrefixes } from './host/prefixes.ts';
import type { RouteTable } from './http/index.ts';

export interface PluginsOptions extends HostParts {
  plugins: CheckedPlugin[];
  routes: RouteTable;
  /** Applies a plugin's migrations. */
  migrate(plugin: string, folder: URL): Promise<unknown>;
}

export interface PluginSummary {
  name: string;
  description: string;
  panels: readonly Panel[];
  player: readonly { element: string; module: URL }[];
}

export interface RunningPlugins {
  /** In the order of set-up. */
  list: PluginSummary[];
  /** For boot to start, in the role `ingest`. */
  ingests: { plugin: string; ingest: Ingest; host: Host }[];
  /** Undoes every set-up, last first. A failing undo is logged, and keeps no other from being done. */
  stop(): Promise<void>;
}

/**
 * Sets all plugins up. Where one cannot be, those before it are undone and the error names it: `LS_PLUGIN_INVALID` where it
 * breaks the contract, `LS_PLUGIN_FAILED` where its own code or migration failed.
 */
export async function startPlugins(options: PluginsOptions): Promise<RunningPlugins> {
  const ordered = orderPlugins(options.plugins);
  for (const { definition } of ordered) await checkPrefixes(definition);

  const services: Partial<ServiceMap> = {};
  const undos: { plugin: string; undo: () => unknown }[] = [];
  const running: RunningPlugins = {
    list: ordered.map(({ definition }) => summary(definition)),
    ingests: [],
    async stop() {
      for (const { plugin, undo } of undos.splice(0).reverse()) {
        try {
          await undo();
        } catch (error) {
          options.log.error({ plugin, err: error }, `Plugin ${plugin} failed to undo its set-up.`);
        }
      }
    },
  };
  try {
    for (const plugin of ordered) {
      const { definition } = plugin;
      const { name } = definition;
      const needed = pick(services, definition.needs ?? []);
      const { host, close } = makeHost({ name, config: plugin.config, services: needed }, options);
      undos.push({ plugin: name, undo: close });
      const undo = await setUp(definition, host, services, options);
      if (undo) undos.push({ plugin: name, undo });
      if (definition.ingest) running.ingests.push({ plugin: name, ingest: definition.ingest, host });
    }
    options.hooks.seal();
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

type Undo = () => void | Promise<void>;

/** One plugin, step by step; its services are there for those after it. */
async function setUp(
  definition: PluginDefinition,
  host: Host,
  services: Partial<ServiceMap>,
  { routes, jobs, migrate }: PluginsOptions,
): Promise<Undo | undefined> {
  const { name, migrations, provides = {} } = definition;
  // Definitions were made with the type of their own config, which the list of plugins cannot know.
  const own = host as Host<Record<string, unknown>>;
  if (migrations) await step(name, 'its migrations', () => migrate(name, migrations));
  for (const [service, provide] of Object.entries(provides) as [string, (host: typeof own) => unknown][]) {
    const made = await step(name, `its service "${service}"`, async () => provide(own));
    Object.assign(services, { [service]: made });
  }
  await step(name, 'its jobs', async () => {
    for (const [job, work] of Object.entries(definition.jobs ?? {})) jobs.define(job, work, host);
  });
  await step(name, 'its routes', async () => definition.routes?.(routes.forPlugin(name, definition.paths), own));
  return step(name, 'its set-up', async () => (await definition.setup?.(own)) ?? undefined);
}

async function step<T>(plugin: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // An error that core has made says already what is wrong, and of which plugin.
    if (error instanceof LivestreamsError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw pluginFailed(`Plugin ${plugin} failed with ${what}: ${reason.replace(/\.$/, '')}.`, {}, { cause: error });
  }
}

function pick(services: Partial<ServiceMap>, names: readonly string[]): Partial<ServiceMap> {
  const all = services as Record<string, unknown>;
  return Object.freeze(Object.fromEntries(names.map((name) => [name, all[name]]))) as Partial<ServiceMap>;
}

function summary({ name, description, ui = {} }: PluginDefinition): PluginSummary {
  return { name, description, panels: ui.panels ?? [], player: ui.player ?? [] };
}
