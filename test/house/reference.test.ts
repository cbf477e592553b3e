/** The reference says what the code says, and the example of a plugin is one that starts. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { askServer } from '../../scripts/reference/server.ts';
import { curfew } from './example-plugin.ts';
import { root } from './source.ts';

describe('reference', function () {
  this.timeout(180_000);

  it('is what the code makes of it now', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'reference.ts'), '--check'], {
      encoding: 'utf8',
    });
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });

  it('shows the example of a plugin as it is', () => {
    const page = readFileSync(join(root, 'docs', '7-write-a-plugin.md'), 'utf8');
    const [, shown = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
    const example = readFileSync(join(root, 'test', 'house', 'example-plugin.ts'), 'utf8');
    expect(example.replace(' The example of docs/7-write-a-plugin.md.', '')).to.equal(shown);
  });

  it('has an example of a plugin that starts', async () => {
    const { paths, metrics } = await askServer([curfew({ until: 7 })]);
    expect(paths).to.have.property('/v1/curfew');
    expect(metrics).to.include('livestreams_curfew_refused_total 0');
  });
});
