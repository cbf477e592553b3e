/** Each plugin of this repository: its names, its settings, and what it adds to the shared maps. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { ConfiguredPlugin } from '#plugin-api';
import { checkConfig } from '../../core/config.ts';
import { checkPrefixes } from '../../core/host/prefixes.ts';
import { root, sourceFiles } from './source.ts';

const names = readdirSync(join(root, 'plugins'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** `recording` exports `recording`, `air-drop` exports `airDrop`. */
async function load(name: string): Promise<ConfiguredPlugin> {
  const module: Record<string, unknown> = await import(pathToFileURL(join(root, 'plugins', name, 'index.ts')).href);
  const make = module[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  return (make as () => ConfiguredPlugin)();
}

for (const name of names) {
  describe(`plugin ${name}`, () => {
    it('is named as its folder, and says what it does in a sentence', async () => {
      const { definition } = await load(name);
      expect(definition.name).to.equal(name);
      expect(definition.description).to.match(/^[A-Z].*\.$/);
    });

    it('starts without settings, and describes each of them', async () => {
      const plugin = await load(name);
      expect(checkConfig({ plugins: [plugin] }, {}).plugins).to.have.length(1);
      const properties = plugin.definition.config.properties as Record<
        string,
        { default?: unknown; description?: string }
      >;
      for (const [setting, { default: value, description }] of Object.entries(properties)) {
        expect(value, `the default of ${setting}`).not.to.equal(undefined);
        expect(description, `the description of ${setting}`).to.be.a('string').and.not.equal('');
      }
    });

    it('begins its jobs, elements and tables with its name', async () => {
      await checkPrefixes((await load(name)).definition);
    });

    it('begins what it adds to the shared maps with its name', () => {
      const prefixes: Record<string, string> = {
        EventMap: `${name}.`,
        JobMap: `${name}.`,
        TableMap: `${name.replaceAll('-', '_')}_`,
      };
      const wrong: string[] = [];
      for (const { path, text } of sourceFiles().filter((file) => file.path.startsWith(`plugins/${name}/`))) {
        for (const [, map = '', body = ''] of text.matchAll(
          /^ {2}interface (EventMap|JobMap|TableMap) \{\n([\s\S]*?)^ {2}\}/gm,
        )) {
          for (const [, key = ''] of body.matchAll(/^ {4}'?([\w.-]+)'?\??:/gm)) {
            if (!key.startsWith(prefixes[map]!)) wrong.push(`${path}: ${map} ${key}`);
          }
        }
      }
      expect(wrong).to.deep.equal([]);
    });
  });
}
