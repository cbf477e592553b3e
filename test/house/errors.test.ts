/** Error codes: one place each, and a prefix that names their owner. */
import { expect } from 'chai';
import { sourceFiles } from './source.ts';

interface Definition {
  code: string;
  path: string;
}

describe('error codes', () => {
  const definitions: Definition[] = sourceFiles()
    .filter(({ isTest }) => !isTest)
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?const \w+ = defineError\(\{\s*code: '([^']*)'/gm)].map((match) => ({
        code: match[1]!,
        path,
      })),
    );

  it('are found', () => {
    expect(definitions.map(({ code }) => code)).to.include.members(['LS_NOT_FOUND', 'LS_CONFIG_INVALID']);
  });

  it('are defined once', () => {
    const codes = definitions.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).to.deep.equal([]);
  });

  it('are defined in the errors.ts of their room', () => {
    expect(
      definitions.filter(({ path }) => !/(^|\/)errors\.ts$/.test(path)).map(({ code, path }) => `${code} in ${path}`),
    ).to.deep.equal([]);
  });

  it('begin with LS_, and those of a plugin with its name', () => {
    const wrong = definitions.filter(({ code, path }) => {
      const [, plugin] = /^plugins\/([^/]+)\//.exec(path) ?? [];
      const prefix = plugin ? `LS_${plugin.toUpperCase().replaceAll('-', '_')}_` : 'LS_';
      return !code.startsWith(prefix);
    });
    expect(wrong.map(({ code, path }) => `${code} in ${path}`)).to.deep.equal([]);
  });
});
