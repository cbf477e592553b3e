/** A process that appends is killed again and again: all that it was told to be safe is there, and nothing torn. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { Storage } from '#plugin-api';
import { temporaryFolder } from '../../test/support/folder.ts';
import { quietLog } from '../../test/support/log.ts';
import { clientOf, hasStore, startStore } from '../../test/support/s3.ts';
import { until } from '../../test/support/until.ts';
import { localStorage } from './local.ts';
import { S3Store } from './s3.ts';
import { type SpooledStorage, spooledStorage } from './spooled.ts';
import { bytesAt, type GrowerOptions, KEY } from './test-grower.ts';

const GROWER = fileURLToPath(new URL('test-grower.ts', import.meta.url));
const KILLS = 6;

/** Kills the process after so many appends; answers the size that it began at, and the last that it said. */
async function growAndKill(options: GrowerOptions, appends: number): Promise<{ began: number; safe: number }> {
  const child = spawn(process.execPath, [GROWER, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sizes: number[] = [];
  const lines = createInterface(child.stdout).on('line', (line) => {
    sizes.push(Number(line));
    if (sizes.length === appends) child.kill('SIGKILL');
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return { began: sizes[0]!, safe: sizes.at(-1)! };
}

/** Kills it several times, then finishes what it has left; answers how large that was. */
async function survive(options: GrowerOptions, open: () => Promise<Storage>): Promise<number> {
  let safe = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const run = await growAndKill(options, 5 + kill * 17);
    expect(run.began, 'what was safe when it was killed').to.be.at.least(safe);
    safe = run.safe;
  }
  const storage = await open();
  const appender = await storage.append(KEY);
  expect(appender.size).to.be.at.least(safe);
  await appender.append(bytesAt(appender.size, 10));
  const { size } = await appender.complete();
  expect((await buffer(await storage.read(KEY))).equals(bytesAt(0, size))).to.equal(true);
  return size;
}

describe('what grows when its process is killed', function () {
  this.timeout(120_000);

  it('is whole on the local disk', async () => {
    const folder = temporaryFolder();
    await survive({ folder, store: null, partSize: 0 }, async () => localStorage(folder));
  });

  it('is whole in the store, and no upload is left there', async function () {
    // Debian's python3-swift is not there: nothing to try it with.
    if (!hasStore()) this.skip();
    const store = await startStore();
    const client = clientOf(store.settings);
    try {
      const options: GrowerOptions = { folder: temporaryFolder(), store: store.settings, partSize: 1000 };
      let last: SpooledStorage | null = null;
      const size = await survive(options, async () => {
        last = await spooledStorage({
          ...options,
          store: new S3Store(store.settings),
          log: quietLog,
          onTrouble: () => {},
        });
        return last;
      });
      expect(size).to.be.above(options.partSize);
      await until(() => last?.backlog().files === 0, 'the spool to be empty');
      await last!.stop();
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: store.settings.bucket }));
      expect(Uploads).to.deep.equal([]);
    } finally {
      client.destroy();
      await store.kill();
    }
  });
});
