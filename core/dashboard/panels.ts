/** The manifest of what plugins add to the dashboard, and what they may not. */
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Panel, Role } from '#plugin-api';
import { panelMisnamed } from './errors.ts';

/** A panel as the dashboard reads it from `/dashboard/panels.json`. */
export interface PanelEntry {
  plugin: string;
  slot: Panel['slot'];
  access: Role;
  title: string;
  icon: string;
  element: string;
  /** Path of the built module on this server. */
  module: string;
}

/** Throws `LS_PANEL_MISNAMED` where an element does not carry its plugin's prefix: two plugins could claim one name. */
export function panelEntries(plugins: readonly { name: string; panels: readonly Panel[] }[]): PanelEntry[] {
  return plugins.flatMap(({ name, panels }) =>
    panels.map(({ slot, access = 'viewer', title, icon, element, module }) => {
      if (!element.startsWith(`${name}-`)) {
        throw panelMisnamed(`The plugin ${name} contributes an element ${element}.`);
      }
      const file = fileURLToPath(module);
      return {
        plugin: name,
        slot,
        access,
        title,
        icon,
        element,
        module: `/plugins/${name}/${basename(file, extname(file))}.js`,
      };
    }),
  );
}
