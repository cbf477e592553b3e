/** `definePlugin`: a plugin as a value, and the call that gives it its settings. */
import type { Static, TObject } from 'typebox';
import type { Host } from './host.ts';
import type { Ingest } from './ingest.ts';
import type { JobDefinition } from './jobs.ts';
import type { ServiceMap } from './registry.ts';
import type { Role, Routes } from './routes.ts';

/** A custom element that the dashboard mounts. */
export interface Panel {
  /**
   * Where it is mounted: as a page of its own, on the page of a stream (with its id as the attribute `stream`) or of an asset
   * (`asset`), above the list of assets, or in the settings.
   */
  slot: 'page' | 'stream' | 'asset' | 'assets' | 'settings';
  /** Lowest role that is shown it; `viewer` where not stated. */
  access?: Role;
  title: string;
  /** Name of an icon in ui/elements. */
  icon: string;
  /** Tag name, prefixed by the plugin's name: `abr-ladder`. */
  element: string;
  /** Module that defines the element: `new URL('./ui/ladder.ts', import.meta.url)`. */
  module: URL;
}

export type ServiceName = keyof ServiceMap & string;

export interface PluginDefinition<C extends TObject = TObject> {
  /** Lower-case letters, digits and `-`; also its folder, and the prefix of its routes, tables, jobs, events, errors and elements. */
  name: string;
  /** One sentence for `livestreams plugins` and the reference. */
  description: string;
  /** TypeBox schema; every property has a default and a description. */
  config: C;
  /** Services that must be there before it is set up. */
  needs?: ServiceName[];
  /** Services that it makes; called before `setup`, in the order of the needs. */
  provides?: { [N in ServiceName]?: (host: Host<Static<C>>) => ServiceMap[N] };
  /** Folder of numbered `.sql` files. */
  migrations?: URL;
  jobs?: { [name: string]: JobDefinition<never> };
  /** First words of its routes' paths beside its name, where the things that it serves are called otherwise: `uploads`. */
  paths?: string[];
  routes?(routes: Routes, host: Host<Static<C>>): void;
  ui?: { panels?: Panel[]; player?: { element: string; module: URL }[] };
  ingest?: Ingest;
  /** Taps hooks, subscribes to events; starts nothing long-lived. Answers its undo where it has one. */
  setup?(host: Host<Static<C>>): void | (() => void | Promise<void>) | Promise<void | (() => void | Promise<void>)>;
}

/** A plugin with the settings that `livestreams.config.ts` gave it, not yet checked. */
export interface ConfiguredPlugin {
  definition: PluginDefinition;
  settings: unknown;
}

/**
 * Makes a plugin. Call the result in `livestreams.config.ts`, with settings or without.
 *
 * ```ts
 * export const hello = definePlugin({
 *   name: 'hello',
 *   description: 'Says who went live.',
 *   config: Type.Object({ greeting: Type.String({ default: 'Hello', description: 'The first word.' }) }),
 *   setup(host) { host.on('session.live', () => host.log.info({}, host.config.greeting)); },
 * });
 * ```
 */
export function definePlugin<C extends TObject>(
  definition: PluginDefinition<C>,
): (settings?: Partial<Static<C>>) => ConfiguredPlugin {
  // A host is made for this very definition, so its config has this definition's type; the list of plugins cannot say so.
  return (settings = {}) => ({ definition: definition as unknown as PluginDefinition, settings });
}
