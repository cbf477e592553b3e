/** What the pages for people name is there: files, sections, errors, variables, routes, issues of health, dependencies. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { filesBelow, root, sourceFiles } from './source.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const paths = ['README.md', ...['docs', 'plugins', 'ui'].flatMap(filesBelow).filter((path) => path.endsWith('.md'))];
const pages = paths.map((path) => ({ path, text: read(path) }));
/** Those that people write; the reference is made from the code. */
const written = pages.filter(({ path }) => !path.startsWith('docs/reference/'));

/** As GitHub makes a section's address from its heading. */
function anchors(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Sentences about what a pattern finds in the written pages and `isKnown` does not know. */
function unknown(pattern: RegExp, isKnown: (found: string) => boolean): string[] {
  return written.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)]
      .map((match) => match[1]!)
      .filter((found) => !isKnown(found))
      .map((found) => `${path} names ${found}`),
  );
}

describe('documentation', () => {
  it('links to files and sections that are there', () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^https?:/.test(target))
        .filter((target) => {
          const [file = '', anchor] = target.split('#');
          const found = file === '' ? path : join(dirname(path), file);
          if (!existsSync(join(root, found))) return true;
          return anchor !== undefined && !anchors(read(found)).has(anchor);
        })
        .map((target) => `${path} links to ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('names errors that are there', () => {
    const own = new Set(pages.flatMap(({ text }) => [...text.matchAll(/code: '(LS_\w+)'/g)].map((match) => match[1]!)));
    const isKnown = (code: string) => own.has(code) || existsSync(join(root, 'docs/reference/errors', `${code}.md`));
    expect(unknown(/\b(LS_[A-Z0-9_]*[A-Z0-9])\b(?!_?…)/g, isKnown)).to.deep.equal([]);
  });

  it('names variables that are there', () => {
    const known = new Set(
      [read('docs/reference/settings.md'), read('test/house/example-plugin.ts')].flatMap((text) =>
        [...text.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)].map((match) => match[1]!),
      ),
    );
    expect(unknown(/\b(LIVESTREAMS_[A-Z_]+|[A-Z]+_URL)\b/g, (name) => known.has(name))).to.deep.equal([]);
  });

  it('names routes that are there', () => {
    const reference = read('docs/reference/routes.md');
    const routes = [
      ...[...reference.matchAll(/^### ([A-Z]+ \S+)$/gm)].map((match) => match[1]!),
      ...[...reference.matchAll(/^\| `(\/\S+)` \|/gm)].map((match) => `GET ${match[1]}`),
      'GET /v1/curfew',
    ];
    const patterns = routes.map(
      (route) => new RegExp(`^${route.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/ ]+')}$`),
    );
    const isKnown = (route: string) => patterns.some((pattern) => pattern.test(route));
    expect(unknown(/`((?:GET|POST|PATCH|PUT|DELETE) \/[^\s`?]*)/g, isKnown)).to.deep.equal([]);
    const outside = /`(\/(?:live|watch|embed|oembed|healthz|readyz|metrics|player\.js|v1)\b[^\s`?#]*)/g;
    expect(unknown(outside, (path) => path.endsWith('/') || isKnown(`GET ${path}`))).to.deep.equal([]);
  });

  it('says what to do about every issue of health', () => {
    const page = read('docs/2-publish.md');
    const codes = sourceFiles()
      .filter(({ isTest, path }) => !isTest && path.startsWith('core/'))
      .flatMap(({ text }) => [...text.matchAll(/health\.raise\(\{\s*code: ['`](\w+)(?:\$\{|['`])/g)])
      .map((match) => match[1]!);
    expect(codes).to.include('keyframe_interval');
    expect(codes.filter((code) => !page.includes(`| \`${code}`))).to.deep.equal([]);
  });

  it('says why each dependency is there', () => {
    const page = read('docs/decisions/dependencies.md');
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read('package.json'));
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
    const isNamed = (name: string) => page.includes(`\`${name}\``) || page.includes(`\`${name.split('/')[0]}/*\``);
    expect(names.filter((name) => !isNamed(name))).to.deep.equal([]);
  });

  it('numbers decisions without a gap, dates them, and lists them', () => {
    const index = read('docs/index.md');
    const decisions = filesBelow('docs/decisions')
      .filter((path) => /\/\d{4}-/.test(path))
      .sort();
    for (const [at, path] of decisions.entries()) {
      const number = String(at + 1).padStart(4, '0');
      expect(read(path), path).to.match(new RegExp(`^# ${number} .+\\n\\n\\d{4}-\\d\\d-\\d\\d\\n`));
      expect(index).to.include(path.replace('docs/', ''));
    }
  });
});
