/** Uploads where storage is S3: bytes go through the spool, and no address with a signature is ever given to a program. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeMedia } from '../support/ffmpeg.ts';
import { readMultivariant } from '../support/playlists.ts';
import { descendants } from '../support/processes.ts';
import { pictureArguments } from '../support/publisher.ts';
import { hasStore, startStore, type TestStore } from '../support/s3.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { assetWith, send, tokenOf, uploadAt } from '../support/upload.ts';
import { watch } from '../support/viewer.ts';

const CONFIG = fileURLToPath(new URL('uploads.config.mjs', import.meta.url));

describe('an upload to S3', function () {
  this.timeout(240_000);
  let store: TestStore;
  let server: TestServer;

  before(async function () {
    // A machine without Swift has no S3 server that can be trusted with a test.
    if (!hasStore()) return this.skip();
    store = await startStore();
    server = await startServer({ config: CONFIG, env: store.env });
  });
  after(async () => {
    await server?.stop();
    await store?.kill();
  });

  it('survives a killed server, becomes an asset that plays, and shows nobody a signature', async () => {
    const film = makeMedia('mp4', ...pictureArguments({ gop: 10 }, 9));
    const padded = Buffer.concat([film, Buffer.alloc(12 << 20, 'free')]);
    padded.writeUInt32BE(12 << 20, film.length);
    const sending = send(server, await tokenOf(server), padded, { title: 'Far away' }, { chunkSize: 1 << 20 });
    const url = await sending.url;
    await until(async () => (await uploadAt(server, url)).offset > 6 << 20, 'a part to have come');
    await server.kill();
    server = await startServer({ config: CONFIG, env: store.env, dataDir: server.dataDir, ports: server.ports });
    await sending.done;
    const { asset_id: id } = await uploadAt(server, url);
    const commands = new Set<string>();
    await until(
      async () => {
        for (const { command } of descendants(server.process.pid))
          if (/ff(mpeg|probe)/.test(command)) commands.add(command);
        return (await server.api<{ status: string }>('GET', `/assets/${id}`)).status !== 'processing';
      },
      'the transcode to end',
      { seconds: 120 },
    );
    const asset = await assetWith(server, id!, 'ready');
    for (const { url: variant } of (await readMultivariant(asset.playback.hls_url)).variants) {
      expect((await watch(variant)).frames).to.have.length(270);
    }
    expect([...commands].filter((command) => /https?:|X-Amz|Signature/i.test(command))).to.deep.equal([]);
    const copies = join(server.dataDir, 'vod');
    expect(existsSync(copies) ? readdirSync(copies) : []).to.deep.equal([]);
  });
});
