/** What a plugin calls its own begins with its name: checked here for what it states, and by its host for what it does. */
import { readdir, readFile } from 'node:fs/promises';
import type { PluginDefinition } from '#plugin-api';
import { pluginInvalid } from '../errors.ts';

const TABLE =
  /\b(?:create(?:\s+unlogged)?|alter|drop)\s+table\s+(?:if\s+(?:not\s+)?exists\s+)?(?:only\s+)?"?([\w.]+)"?/gi;

/** `social_` for a plugin `social`, `air_drop_` for `air-drop`: of its tables. */
export function tablePrefix(plugin: string): string {
  return `${plugin.replaceAll('-', '_')}_`;
}

/** Throws `LS_PLUGIN_INVALID` for a job, element or table whose name does not begin with the plugin's. */
export async function checkPrefixes(definition: PluginDefinition): Promise<void> {
  const { name, jobs = {}, ui = {}, migrations } = definition;
  const refuse = (what: string, wrong: string, prefix: string) => {
    throw pluginInvalid(`Plugin ${name} has the ${what} "${wrong}"; its name must begin with "${prefix}".`);
  };
  for (const job of Object.keys(jobs)) if (!job.startsWith(`${name}.`)) refuse('job', job, `${name}.`);
  for (const { element } of [...(ui.panels ?? []), ...(ui.player ?? [])]) {
    if (!element.startsWith(`${name}-`)) refuse('element', element, `${name}-`);
  }
  if (!migrations) return;
  for (const table of await tablesOf(migrations)) {
    if (!table.startsWith(tablePrefix(name))) refuse('table', table, tablePrefix(name));
  }
}

async function tablesOf(folder: URL): Promise<string[]> {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`);
  const files = (await readdir(base)).filter((file) => file.endsWith('.sql'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, base), 'utf8')));
  return texts.flatMap((text) => [...text.replace(/--.*$/gm, '').matchAll(TABLE)].map((match) => match[1]!));
}
