/** The life of the server process: its port, its death, its parent's death. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { publishFlv } from './client/publish.ts';
import { chunksOf, Door, endless, isAlive, makeFlv, portOf, startRtmp, until } from './ingest-rig.ts';

describe('rtmp: server process', function () {
  this.timeout(120_000);

  it('says which port is in use', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: taken } = other.address() as { port: number };
    const failure = await startRtmp(new Door(), { port: taken }).catch((error) => error);
    expect(failure.message).to.equal(
      `RTMP cannot listen on port ${taken}: another program uses it. Set LIVESTREAMS_RTMP_PORT to a free one.`,
    );
    other.close();
  });

  it('comes back on the same port after its process is killed, with its publishers ended', async () => {
    const flv = await makeFlv();
    const doomed = new Door();
    const server = await startRtmp(doomed);
    const target = { host: '127.0.0.1', port: portOf(server), streamId: 'str_1', key: 'k' };
    const publishing = publishFlv({ ...target, flv: endless(flv) }).catch((error) => error);
    await until('a publish', () => doomed.entries[0]);
    process.kill(doomed.pids[0]!, 'SIGKILL');
    expect(await until('the end', () => doomed.entries[0]!.ended)).to.equal(
      'The RTMP server process ended unexpectedly.',
    );
    expect(await publishing).to.be.instanceOf(Error);
    await until('a second process', () => doomed.pids[1]);
    await publishFlv({ ...target, flv: chunksOf(flv) });
    await server.stop();
    expect(doomed.pids.filter(isAlive)).to.deep.equal([]);
  });

  it('leaves no process behind when its parent is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rtmp-'));
    const script = join(folder, 'parent.ts');
    const plugin = new URL('./index.ts', import.meta.url).href;
    await writeFile(
      script,
      `import { rtmp } from '${plugin}';
       const log = { debug() {}, info(fields) { console.log(fields.pid ?? ''); }, warn() {}, error() {}, child: () => log };
       const config = { port: 0, host: '127.0.0.1', maxConnections: 9, idleTimeout: 15 };
       await rtmp().definition.ingest.start({}, { config, log });`,
    );
    const parent: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    parent.stdout!.on('data', (bytes) => (output += bytes));
    const pid = Number(await until('the process id', () => /(\d+)\n/.exec(output)?.[1]));
    expect(isAlive(pid)).to.equal(true);
    parent.kill('SIGKILL');
    await until('the process to be gone', () => !isAlive(pid));
    await rm(folder, { recursive: true });
  });
});
