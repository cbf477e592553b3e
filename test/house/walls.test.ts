/** The walls between rooms: who may import whom. */
import { expect } from 'chai';
import { type Import, importsOf, isTestPath, type SourceFile, sourceFiles } from './source.ts';

/** Sentences about the imports that break a wall. */
function breaches(files: SourceFile[], allowed: (file: SourceFile, target: Import) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((target) => !allowed(file, target)).map((target) => `${file.path} imports ${target.specifier}`),
  );
}

const within = (folder: string) => (path: string | null) => path === folder || path?.startsWith(`${folder}/`) === true;
const isOurs = ({ specifier, path }: Import) => path !== null || specifier.startsWith('#');
const isApi = ({ specifier }: Import) => specifier === '#plugin-api' || specifier === '#plugin-api/testing';
/** What tests of every room may use. */
const isTestSupport = ({ path }: Import) => within('test/support')(path);

describe('walls', () => {
  const files = sourceFiles();
  const below = (folder: string) => files.filter(({ path }) => path.startsWith(`${folder}/`));

  it('lets a plugin import packages, its own files and #plugin-api; of another plugin only types', () => {
    const found = breaches(below('plugins'), (file, target) => {
      const own = file.path.split('/').slice(0, 2).join('/');
      if (!isOurs(target) || isApi(target) || within(own)(target.path)) return true;
      if (file.isTest && isTestSupport(target)) return true;
      return target.typeOnly && within('plugins')(target.path);
    });
    expect(found).to.deep.equal([]);
  });

  it('lets plugin-api import nothing of core', () => {
    const found = breaches(
      below('plugin-api'),
      (file, target) => !isOurs(target) || within('plugin-api')(target.path) || (file.isTest && isTestSupport(target)),
    );
    expect(found).to.deep.equal([]);
  });

  it('lets core import no plugin, and plugin-api by its name', () => {
    const found = breaches(below('core'), (file, target) => {
      if (!isOurs(target) || isApi(target) || within('core')(target.path)) return true;
      if (file.isTest && isTestSupport(target)) return true;
      // What it serves, applies or starts as a program of its own.
      const beside = ['ui/dist', 'migrations', 'scripts', 'package.json'];
      return beside.some((place) => within(place)(target.path));
    });
    expect(found).to.deep.equal([]);
  });

  it('lets the interface import nothing of the server', () => {
    const found = breaches(
      below('ui'),
      (file, target) => !isOurs(target) || within('ui')(target.path) || (file.isTest && isTestSupport(target)),
    );
    expect(found).to.deep.equal([]);
  });

  it('lets nothing that runs depend on tests', () => {
    const running = files.filter(({ isTest, path }) => !isTest && !path.startsWith('bench/'));
    expect(breaches(running, (_, { path }) => path === null || !isTestPath(path))).to.deep.equal([]);
  });

  it('reads imports as they are written', () => {
    const text = [
      "import { a } from 'package';",
      "import type { b } from '../b.ts';",
      'import {',
      '  c,',
      "} from '#plugin-api';",
      "export * from './d.ts';",
      "import './e.ts';",
      " * import { f } from './comment.ts';",
      "const g = await import('./g.ts');",
      "fork(new URL('./h.ts', import.meta.url));",
      "export const text = 'from nowhere';",
    ].join('\n');
    expect(
      importsOf('core/x/y.ts', text).map(({ path, specifier, typeOnly }) => [path ?? specifier, typeOnly]),
    ).to.deep.equal([
      ['package', false],
      ['core/b.ts', true],
      ['#plugin-api', false],
      ['core/x/d.ts', false],
      ['core/x/e.ts', false],
      ['core/x/g.ts', false],
      ['core/x/h.ts', false],
    ]);
  });
});
