import { get } from 'node:http';
import { expect } from 'chai';
import type { Rendition } from '../segments/ring.ts';
import { TestOrigin } from './test-origin.ts';
import { SESSION, STREAM, TestPresentation, videoConfig } from './test-presentation.ts';

describe('media over HTTP', () => {
  let bed: TestOrigin;
  let live: TestPresentation;
  let video: Rendition;

  beforeEach(async () => {
    bed = await TestOrigin.start();
    live = new TestPresentation(1);
    video = live.rendition('720p', videoConfig());
    bed.presentations.add(live);
  });

  afterEach(async () => {
    expect(bed.errors).to.deep.equal([]);
    await bed.stop();
    expect(live.listeners, 'listeners left behind').to.equal(0);
  });

  it('answers init sections, parts and segments, to be kept for ever', async () => {
    live.segments(video, 2);
    expect(await (await fetch(bed.media('720p/init-0.mp4'))).text()).to.equal('init 720p');
    expect(await (await fetch(bed.media('720p/0-1.3.m4s'))).text()).to.equal('720p 1.3;');
    const response = await fetch(bed.media('720p/0-1.m4s'));
    expect(await response.text()).to.equal('720p 1.0;720p 1.1;720p 1.2;720p 1.3;720p 1.4;');
    expect(response.headers.get('content-type')).to.equal('video/mp4');
    expect(response.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    expect(bed.answered.at(-1)).to.deep.equal(['segment', 45]);
  });

  it('holds a request for the part that is hinted, and no other', async () => {
    live.segments(video, 1);
    const answer = fetch(bed.media('720p/0-1.0.m4s'));
    await bed.waitingIs(1);
    expect((await fetch(bed.media('720p/0-1.1.m4s'))).status).to.equal(404);
    live.open(video);
    live.part(video);
    expect(await (await answer).text()).to.equal('720p 1.0;');
  });

  it('says 404 where the hinted part never came', async () => {
    live.segments(video, 1);
    live.open(video);
    live.part(video);
    const answer = fetch(bed.media('720p/0-0.5.m4s'));
    const hinted = fetch(bed.media('720p/0-1.1.m4s'));
    await bed.waitingIs(1);
    live.close(video);
    expect((await hinted).status).to.equal(404);
    expect((await answer).status).to.equal(404);
  });

  it('has no segment that is not finished', async () => {
    live.open(video);
    live.part(video);
    expect((await fetch(bed.media('720p/0-0.m4s'))).status).to.equal(404);
  });

  it('answers ranges, over the seams of parts', async () => {
    live.segments(video, 1);
    const whole = await (await fetch(bed.media('720p/0-0.m4s'))).text();
    const ranges: [string, number, string, string?][] = [
      ['bytes=0-3', 206, whole.slice(0, 4), 'bytes 0-3/45'],
      ['bytes=7-20', 206, whole.slice(7, 21), 'bytes 7-20/45'],
      ['bytes=40-', 206, whole.slice(40), 'bytes 40-44/45'],
      ['bytes=-5', 206, whole.slice(-5), 'bytes 40-44/45'],
      ['bytes=40-999', 206, whole.slice(40), 'bytes 40-44/45'],
      ['bytes=0-1,3-4', 200, whole],
      ['bytes=9-3', 200, whole],
      ['chars=0-3', 200, whole],
    ];
    for (const [range, status, body, contentRange = null] of ranges) {
      const response = await fetch(bed.media('720p/0-0.m4s'), { headers: { range } });
      expect(response.status, range).to.equal(status);
      expect(await response.text(), range).to.equal(body);
      expect(response.headers.get('content-range'), range).to.equal(contentRange);
      expect(Number(response.headers.get('content-length')), range).to.equal(body.length);
    }
    const beyond = await fetch(bed.media('720p/0-0.m4s'), { headers: { range: 'bytes=45-' } });
    expect(beyond.status).to.equal(416);
    expect(beyond.headers.get('content-range')).to.equal('bytes */45');
  });

  it('knows what the client has already', async () => {
    live.segments(video, 1);
    const etag = (await fetch(bed.media('720p/0-0.m4s'))).headers.get('etag')!;
    const again = await fetch(bed.media('720p/0-0.m4s'), { headers: { 'if-none-match': `"x", W/${etag}` } });
    expect(again.status).to.equal(304);
    const range = 'bytes=0-3';
    const other = await fetch(bed.media('720p/0-0.m4s'), { headers: { range, 'if-range': '"x"' } });
    expect(other.status).to.equal(200);
  });

  it('streams what is only in storage, whole and in ranges', async () => {
    live.segments(video, 1);
    const segment = video.segments[0]!;
    const bytes = Buffer.alloc(300_000, 'storage');
    await bed.storage.put('sessions/x/0.m4s', bytes);
    Object.assign(segment, { parts: null, storageKey: 'sessions/x/0.m4s', size: bytes.length });
    const whole = await fetch(bed.media('720p/0-0.m4s'));
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).to.equal(true);
    const range = await fetch(bed.media('720p/0-0.m4s'), { headers: { range: 'bytes=7-13' } });
    expect(await range.text()).to.equal('storage');
    expect(range.status).to.equal(206);
    expect((await bed.raw(`/live/${STREAM}/${SESSION}/720p/0-0.m4s`, 'HEAD')).headers['content-length']).to.equal(
      '300000',
    );
  });

  it('still has, from storage, a segment that has left the window', async () => {
    live.segments(video, 2);
    await bed.storage.put('sessions/x/0.m4s', Buffer.from('left'));
    video.segments.shift();
    video.departed = new Map([[0, 'sessions/x/0.m4s']]);
    expect(await (await fetch(bed.media('720p/0-0.m4s'))).text()).to.equal('left');
    video.segments.shift();
    expect((await fetch(bed.media('720p/0-1.m4s'))).status).to.equal(404);
  });

  it('is not troubled by a viewer that leaves in the middle', async () => {
    live.segments(video, 1);
    const segment = video.segments[0]!;
    const bytes = Buffer.alloc(20_000_000);
    await bed.storage.put('sessions/x/0.m4s', bytes);
    Object.assign(segment, { parts: null, storageKey: 'sessions/x/0.m4s', size: bytes.length });
    await new Promise<void>((resolve, reject) => {
      const going = get(bed.media('720p/0-0.m4s'), { agent: false }, (res) => {
        res.once('data', () => going.destroy());
        res.once('close', () => resolve());
        res.on('error', () => {});
      });
      going.on('error', reject);
    });
    expect((await fetch(bed.media('720p/index.m3u8'))).status).to.equal(200);
  });
});
