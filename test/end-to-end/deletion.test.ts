/** What is deleted leaves the disk: a recording, a stream with its sessions, one that is live. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Channel } from '../support/channel.ts';
import { killPublishers, publish, publishAtOnce } from '../support/publisher.ts';
import { recordingOf } from '../support/recordings.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { complaints } from '../support/viewer.ts';

const CONFIG = fileURLToPath(new URL('recording.config.mjs', import.meta.url));

describe('what is deleted', function () {
  this.timeout(180_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config: CONFIG });
  });
  afterEach(killPublishers);
  after(async () => {
    await server?.stop();
  });

  /** Files of a session, wherever its name is in their path. */
  const files = (sessionId: string): string[] => {
    const media = join(server.dataDir, 'media');
    try {
      return readdirSync(media, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => path.includes(sessionId));
    } catch (error) {
      // A folder has gone while it was read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return existsSync(media) ? files(sessionId) : [];
      throw error;
    }
  };

  async function broadcast(): Promise<{ channel: Channel; sessionId: string }> {
    const channel = await Channel.create(server);
    expect(await publishAtOnce(channel.publishUrl, {}, 4).ended).to.equal(0);
    await channel.state('reconnecting');
    await server.api('POST', `/streams/${channel.stream.id}/disconnect`);
    const { id: sessionId } = await channel.state('ended');
    return { channel, sessionId };
  }

  it('is gone from the disk, and only it', async () => {
    const kept = await broadcast();
    const recordings = [await recordingOf(server, kept.channel.stream.id)];
    const { channel, sessionId } = await broadcast();
    recordings.push(await recordingOf(server, channel.stream.id));
    const others = files(kept.sessionId);
    expect(files(sessionId)).not.to.deep.equal([]);

    await server.api('DELETE', `/assets/${recordings[1]!.id}`);
    await until(() => files(sessionId).length === 0, 'the recording to be gone');
    expect((await fetch(channel.url)).status).to.equal(404);
    expect(files(kept.sessionId)).to.deep.equal(others);
    expect(await complaints(recordings[0]!.playback.hls_url)).to.deep.equal([]);

    // A recording outlives its stream, and its bytes with it.
    await server.api('DELETE', `/streams/${kept.channel.stream.id}`);
    await until(async () => (await fetch(kept.channel.url)).status === 404, 'the stream to be gone');
    expect(await complaints(recordings[0]!.playback.hls_url)).to.deep.equal([]);
    await server.api('DELETE', `/assets/${recordings[0]!.id}`);
    await until(() => files(kept.sessionId).length === 0, 'all to be gone');
  });

  it('is gone from the disk though it was live', async () => {
    const channel = await Channel.create(server);
    const publisher = publish(channel.publishUrl);
    await channel.playing(3);
    const { id: sessionId } = await channel.state('live');
    expect(files(sessionId)).not.to.deep.equal([]);
    await server.api('DELETE', `/streams/${channel.stream.id}`);
    await publisher.ended;
    await until(() => files(sessionId).length === 0, 'what was live to be gone');
  });
});
