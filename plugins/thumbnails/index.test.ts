/** Pictures of a real session: while it is live, and of what is made of it. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { probe } from '../../test/support/ffmpeg.ts';
import { killPublishers, publish } from '../../test/support/publisher.ts';
import { startServer, type TestServer } from '../../test/support/server.ts';
import { until } from '../../test/support/until.ts';

const config = fileURLToPath(new URL('./thumbnails.config.mjs', import.meta.url));

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
});
