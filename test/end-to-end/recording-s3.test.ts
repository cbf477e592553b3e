/** Recordings with a real S3 store behind the server, there or away. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { stored } from '../support/ffmpeg.ts';
import { killPublishers, publish } from '../support/publisher.ts';
import { judge, recordingOf } from '../support/recordings.ts';
import { hasStore, startStore, type TestStore } from '../support/s3.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { complaints, watch } from '../support/viewer.ts';

const CONFIG = fileURLToPath(new URL('recording.config.mjs', import.meta.url));

describe('a recording in S3', function () {
  this.timeout(180_000);
  let store: TestStore;
  let server: TestServer;

  before(async function () {
    if (!hasStore()) this.skip();
    store = await startStore();
    server = await startServer({ config: CONFIG, env: store.env });
  });

  afterEach(killPublishers);

  after(async () => {
    await server?.stop();
    await store?.kill();
  });

  async function record(): Promise<Awaited<ReturnType<typeof recordingOf>>> {
    const channel = await Channel.create(server, { reconnect_window: 60 });
    expect(await publish(channel.publishUrl, {}, 6).ended).to.equal(0);
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    return recordingOf(server, channel.stream.id);
  }

  it('plays, and is downloaded', async () => {
    const asset = await record();
    const answer = await server.fetch(`/assets/${asset.id}/download`);
    expect(answer.headers.get('content-disposition')).to.contain('Test.mp4');
    const progressive = stored(Buffer.from(await answer.arrayBuffer()), 'mp4');
    expect(await judge(progressive)).to.deep.equal([]);
    expect((await watch(progressive)).frames.map(({ number }) => number)).to.deep.equal(
      Array.from({ length: 180 }, (_, at) => at),
    );
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
  });

  it('is ready while the store is away', async () => {
    store.pause();
    const asset = await record().finally(() => store.resume());
    expect(asset.duration).to.be.within(5.9, 6.1);
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
  });
});
