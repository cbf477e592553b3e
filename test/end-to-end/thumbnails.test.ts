/** Pictures of a real session: while it is live, and of what is made of it. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { probe } from '../support/ffmpeg.ts';
import { killPublishers, publish, publishAtOnce } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const config = fileURLToPath(new URL('./thumbnails.config.mjs', import.meta.url));

interface Asset {
  thumbnail_url: string;
  storyboard: { vtt_url: string; image_url: string } | null;
}

describe('thumbnails', function () {
  this.timeout(120_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config });
  });

  after(async () => {
    await killPublishers();
    await server?.stop();
  });

  it('show what is live, to those who may watch it', async () => {
    const stream = await server.createStream();
    const hidden = await server.createStream({ visibility: 'protected' });
    publish(server.rtmpUrl(stream));
    publish(server.rtmpUrl(hidden));
    const address = (id: string) => `${server.url}/live/${id}/thumbnail.jpg`;
    const picture = await until(async () => {
      const answer = await fetch(address(stream.id));
      return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
    }, 'a picture of the stream');
    expect(probe(picture, 'jpg')).to.include({ codec_name: 'mjpeg', width: 640, height: 360 });

    expect((await fetch(address(hidden.id))).status).to.equal(403);
    const { token } = await server.api<{ token: string }>('POST', `/streams/${hidden.id}/playback-tokens`, {
      expires_in: 60,
    });
    const seen = await until(async () => {
      const answer = await fetch(`${address(hidden.id)}?token=${token}`);
      return answer.ok ? answer : null;
    }, 'a picture of the protected stream');
    expect(seen.headers.get('cache-control')).to.contain('private');
  });

  it('give a recording its poster and its storyboard', async () => {
    const stream = await server.createStream({ reconnect_window: 0, record: true });
    await publishAtOnce(server.rtmpUrl(stream), { gop: 2 }, 8).ended;
    const asset = await until(async () => {
      const { data } = await server.api<{ data: Asset[] }>('GET', `/assets?stream_id=${stream.id}`);
      return data.find(({ storyboard }) => storyboard !== null);
    }, 'the pictures of the recording');
    const get = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(probe(await get(asset.thumbnail_url), 'jpg')).to.include({ width: 320, height: 180 });
    const sheet = probe(await get(asset.storyboard!.image_url), 'jpg');
    expect(sheet).to.include({ width: 320, height: 180 });
    const vtt = (await get(asset.storyboard!.vtt_url)).toString();
    expect(vtt.match(/storyboard\.jpg#xywh=\d+,\d+,160,90/g)).to.have.length(4);
    expect(vtt).to.contain('00:00:00.000 --> 00:00:02.0');
  });
});
