/** The `livestreams` command as a user runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { temporaryFolder } from '../support/folder.ts';

const script = fileURLToPath(new URL('../../scripts/livestreams.mjs', import.meta.url));

/** Runs the `livestreams` command in a folder and answers what it wrote and how it ended. */
async function livestreams(args: string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { ...process.env, ...env } });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { out, code: code as number };
}

describe('the livestreams command', function () {
  this.timeout(120_000);

  it('works from any folder, and ends as the server ends', async () => {
    const config = fileURLToPath(new URL('../../livestreams.config.ts', import.meta.url));
    const folder = temporaryFolder();
    expect((await livestreams(['--help'], folder)).code).to.equal(0);
    expect((await livestreams([], folder)).code).to.equal(2);
    const env = { LIVESTREAMS_PUBLIC_URL: 'https://live.example.org', LIVESTREAMS_TRUSTED_PROXIES: '' };
    const { out, code } = await livestreams(['doctor', '--json', '--config', config], folder, env);
    const found = JSON.parse(out) as { healthy: boolean; checks: { name: string; healthy: boolean }[] };
    expect(code).to.equal(1);
    expect(found.checks.find(({ name }) => name === 'public address')?.healthy).to.equal(false);
  });
});
