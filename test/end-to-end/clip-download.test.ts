/** Downloads of clips: one MP4 that shows just the range, though it begins at a keyframe before it. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { AssetAnswer } from '#plugin-api';
import { Channel } from '../support/channel.ts';
import { stored } from '../support/ffmpeg.ts';
import { killPublishers, publishAtOnce } from '../support/publisher.ts';
import { judge } from '../support/recordings.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { listen, watch } from '../support/viewer.ts';

const config = fileURLToPath(new URL('./clips.config.mjs', import.meta.url));
/** Of the range from 3.5 s to 7.2 s: how many frames it has, and the number of the first. */
const FRAMES = 111;
const FIRST = 105;

describe('downloads of clips', function () {
  this.timeout(180_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config });
  });

  after(async () => {
    await killPublishers();
    await server?.stop();
  });

  /** Of ten seconds that have ended: frame 30n is shown, and its beep heard, at n seconds. */
  async function clip(
    { exact = false, bframes = 0 }: { exact?: boolean; bframes?: number },
    settings: Record<string, unknown> = {},
  ): Promise<AssetAnswer> {
    const channel = await Channel.create(server, { reconnect_window: 0, title: 'The match', ...settings });
    await publishAtOnce(channel.publishUrl, { gop: 2, bframes }, 10).ended;
    const { id: session_id } = await channel.state('ended');
    const made = await server.api<AssetAnswer>('POST', '/clips', { session_id, start: 3.5, end: 7.2, exact });
    return until(async () => {
      const asset = await server.api<AssetAnswer>('GET', `/assets/${made.id}`);
      if (asset.status === 'failed') throw new Error(asset.error ?? 'it failed');
      return asset.status === 'ready' && asset;
    }, 'the clip to be ready');
  }

  async function download({ id }: AssetAnswer): Promise<string> {
    const answer = await server.fetch(`/assets/${id}/download`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-disposition')).to.match(/^attachment; filename="The match\.mp4"/);
    return stored(Buffer.from(await answer.arrayBuffer()), 'mp4');
  }

  /** That the file shows the frames of the range and no other, each for its time, and sounds in step with them. */
  async function expectRange(file: string, first = FIRST): Promise<void> {
    expect(await judge(file)).to.deep.equal([]);
    const { frames, complaints } = await watch(file);
    expect(complaints).to.deep.equal([]);
    expect(frames.map(({ number }) => number)).to.deep.equal(Array.from({ length: FRAMES }, (_, at) => first + at));
    for (const [at, { time }] of frames.entries()) expect(time - frames[0]!.time).to.be.closeTo((at * 1000) / 30, 2);
    const { beeps, length } = await listen(file);
    expect(length).to.be.within(3650, 3750);
    expect(beeps).to.have.length(4);
    for (const [at, beep] of beeps.entries()) {
      expect(beep - frames[0]!.time).to.be.closeTo(1000 * (Math.ceil(first / 30) - first / 30 + at), 25);
    }
  }

  it('are cut to the frame by an edit list, with the sound in step', async () => {
    await expectRange(await download(await clip({})));
  });

  it('are so with frames that are shown in another order than they are sent', async () => {
    // A session begins where its first frame is decoded, which is shown two frames later.
    await expectRange(await download(await clip({ bframes: 2 })), FIRST - 2);
  });

  it('hold of an exact clip nothing else', async () => {
    await expectRange(await download(await clip({ exact: true })));
  });

  it('of a protected stream are for members of its organization, and the clip plays with a token of its own only', async () => {
    const made = await clip({}, { visibility: 'protected' });
    expect(made.visibility).to.equal('protected');
    expect((await fetch(`${server.url}/v1/assets/${made.id}/download`)).status).to.equal(401);
    await download(made);

    const playlist = `${server.url}/vod/${made.id}/index.m3u8`;
    const status = async (token: string) => (await fetch(`${playlist}?token=${token}`)).status;
    const issue = async (of: string) =>
      (await server.api<{ token: string }>('POST', `/${of}/playback-tokens`, {})).token;
    expect((await fetch(playlist)).status).to.equal(403);
    expect(await status(await issue(`streams/${made.stream_id}`))).to.equal(403);
    expect(await status(await issue(`assets/${made.id}`))).to.equal(200);
  });
});
