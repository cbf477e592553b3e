/** The page of the API, pasted into a shell: each command works, and prints what the page says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Role } from '#plugin-api';
import { isAtLeast, PERMISSIONS } from '../../../core/accounts/roles.ts';
import { RANK } from '../../../core/http/access.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const page = readFileSync(new URL('../../../docs/5-api.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!).join('\n');
const SERVER = 'http://localhost:8080';

/** Ends at the first command that fails: an error of the API is one too, except where its status is what is asked for. */
const PREAMBLE = `
set -e
curl() { case "$*" in *%{http_code}*) command curl "$@";; *) command curl --fail-with-body "$@";; esac; }
jq() { command jq -e "$@"; }
`;

describe('the page of the API', function () {
  this.timeout(120_000);
  let server: TestServer;

  before(async () => {
    server = await startServer();
  });

  after(() => server?.stop());

  it('says of each role what it may do', () => {
    const roles: Role[] = ['viewer', 'creator', 'admin', 'owner'];
    const rows = Object.values(PERMISSIONS)
      .toSorted((a, b) => RANK[a.role] - RANK[b.role])
      .map(({ does, role }) => `| ${[does, ...roles.map((one) => (isAtLeast(one, role) ? 'yes' : ''))].join(' | ')} |`);
    expect(page.match(/^\|.*\| yes \|$/gm)).to.deep.equal(rows);
  });

  it('works as it is when it is pasted into a shell', async () => {
    expect(commands).to.contain(SERVER);
    const bash = spawn('bash', [], { cwd: temporaryFolder() });
    let output = '';
    for (const stream of [bash.stdout, bash.stderr]) stream.on('data', (chunk) => (output += chunk));
    bash.stdin.end(PREAMBLE + commands.replaceAll(SERVER, server.url));
    const [code] = (await once(bash, 'close')) as [number];
    expect(code, output).to.equal(0);
    let rest = output;
    for (const [, wanted = ''] of commands.matchAll(/#=> (.*)$/gm)) {
      const at = rest.indexOf(wanted);
      expect(at, `no ${wanted} in ${rest} of ${output}`).to.be.at.least(0);
      rest = rest.slice(at + wanted.length);
    }
  });
});
