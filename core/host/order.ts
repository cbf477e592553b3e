/** The order of set-up: each plugin after those whose services it needs, else as the configuration lists them. */
import type { CheckedPlugin } from '../config.ts';
import { pluginInvalid } from '../errors.ts';

/** Throws `LS_PLUGIN_INVALID` for a service that nobody provides, that two provide, and for plugins that need each other. */
export function orderPlugins(plugins: CheckedPlugin[]): CheckedPlugin[] {
  const providers = new Map<string, CheckedPlugin>();
  for (const plugin of plugins) {
    for (const service of Object.keys(plugin.definition.provides ?? {})) {
      const other = providers.get(service);
      if (other) {
        throw pluginInvalid(`Both ${other.definition.name} and ${plugin.definition.name} provide "${service}".`);
      }
      providers.set(service, plugin);
    }
  }

  const ordered = new Set<CheckedPlugin>();
  const visit = (plugin: CheckedPlugin, path: CheckedPlugin[]): void => {
    if (ordered.has(plugin)) return;
    if (path.includes(plugin)) {
      const circle = [...path.slice(path.indexOf(plugin)), plugin].map(({ definition }) => definition.name);
      throw pluginInvalid(`Plugins need each other in a circle: ${circle.join(' needs ')}.`);
    }
    const { name, needs = [] } = plugin.definition;
    for (const service of needs as string[]) {
      const provider = providers.get(service);
      if (!provider) throw pluginInvalid(`Plugin ${name} needs "${service}", and no plugin that is on provides it.`);
      visit(provider, [...path, plugin]);
    }
    ordered.add(plugin);
  };
  for (const plugin of plugins) visit(plugin, []);
  return [...ordered];
}
