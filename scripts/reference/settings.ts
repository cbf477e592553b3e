/** The page of settings: the core's and each plugin's, from the schemas that check them. */
import type { ConfiguredPlugin } from '#plugin-api';
import { CoreSettings } from '../../core/config.ts';
import { describe, members, type Schema } from '../../core/http/schema-words.ts';
import { code, type Page, page, table } from './page.ts';

export function settingsPage(plugins: ConfiguredPlugin[]): Page {
  return page('settings.md', 'Settings', 'the schemas that check the settings', [
    'Settings stand in `livestreams.config.ts`. A variable of the environment overrides the file, and the file overrides the default. An empty variable is as good as none. In a variable, members of a list are separated by commas.',
    'A setting that does not fit ends the start with one sentence for each, and the code [`LS_CONFIG_INVALID`](errors/LS_CONFIG_INVALID.md).',
    '## Core',
    'Members of the object that `defineConfig` takes, beside `plugins`.',
    settingsTable(CoreSettings as Schema),
    ...plugins.flatMap(({ definition }) => [
      `## Plugin ${definition.name}`,
      `${definition.description} Members of the object that \`${definition.name}({ … })\` takes.`,
      settingsTable(definition.config as Schema),
    ]),
  ]);
}

function settingsTable(schema: Schema): string {
  const rows = members(schema).map(({ path, schema: setting }) => [
    code(path),
    setting.env ? code(setting.env) : '',
    describe(setting),
    setting.default === undefined ? '' : code(JSON.stringify(setting.default)),
    setting.description ?? '',
  ]);
  return table(['setting', 'variable', 'value', 'default', 'what it is'], rows);
}
