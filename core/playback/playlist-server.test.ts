import { expect } from 'chai';
import type { Rendition } from '../segments/ring.ts';
import { code, TestOrigin } from './test-origin.ts';
import { audioConfig, TestPresentation, videoConfig } from './test-presentation.ts';

describe('playlists over HTTP', () => {
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

  it('waits, for the multivariant playlist, until each offered rendition has a part', async () => {
    const audio = live.rendition('audio', audioConfig());
    live.segments(video, 1);
    const answer = fetch(bed.url('index.m3u8'));
    await bed.waitingIs(1);
    live.open(audio);
    live.part(audio);
    const response = await answer;
    expect(response.headers.get('content-type')).to.equal('application/vnd.apple.mpegurl');
    expect(await response.text()).to.contain('AUDIO="audio"');
  });

  it('says 503 with Retry-After where the server stops before there is a part', async () => {
    const answer = fetch(bed.url('index.m3u8'));
    await bed.waitingIs(1);
    bed.origin.stop();
    const response = await answer;
    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('1');
    expect(await code(response)).to.equal('LS_PLAYBACK_STARTING');
  });

  it('answers what is there at once, and the same bytes to everybody', async () => {
    live.segments(video, 2);
    const [one, two] = await Promise.all([fetch(bed.media('720p/index.m3u8')), fetch(bed.media('720p/index.m3u8'))]);
    expect(one.headers.get('cache-control')).to.equal('public, no-cache');
    expect(one.headers.get('access-control-allow-origin')).to.equal('*');
    expect(await one.text()).to.equal(await two.text());
  });

  it('holds a reload until the part is there', async () => {
    live.segments(video, 1);
    const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=1&_HLS_part=1'));
    await bed.waitingIs(1);
    live.open(video);
    live.part(video);
    expect(bed.waiting).to.equal(1);
    live.part(video);
    const response = await answer;
    expect(await response.text()).to.contain('URI="0-1.1.m4s"\n#EXT-X-PRELOAD-HINT');
    expect(response.headers.get('cache-control')).to.equal('public, max-age=6');
  });

  it('holds a reload without a part until the segment is finished', async () => {
    live.segments(video, 1);
    const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=1'));
    await bed.waitingIs(1);
    live.segments(video, 1);
    expect(await (await answer).text()).to.contain('\n0-1.m4s\n');
  });

  it('takes a part past the end of a finished segment for the first of the next', async () => {
    live.segments(video, 1);
    const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=0&_HLS_part=5'));
    await bed.waitingIs(1);
    live.open(video);
    live.part(video);
    expect(await (await answer).text()).to.contain('URI="0-1.0.m4s"');
  });

  it('answers the playlist unchanged when the time is over', async () => {
    live.segments(video, 1);
    const before = await (await fetch(bed.media('720p/index.m3u8'))).text();
    const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=1&_HLS_part=0'));
    await bed.waitingIs(1);
    bed.origin.stop();
    const response = await answer;
    expect(await response.text()).to.equal(before);
    expect(response.headers.get('cache-control')).to.equal('public, no-cache');
  });

  it('ends the wait when the session does', async () => {
    live.segments(video, 1);
    const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=1&_HLS_part=0'));
    await bed.waitingIs(1);
    live.enter('ended');
    expect(await (await answer).text()).to.contain('#EXT-X-ENDLIST');
  });

  it('refuses what is too far ahead and what is no number', async () => {
    live.segments(video, 1);
    for (const query of [
      '_HLS_msn=3',
      '_HLS_msn=x',
      '_HLS_part=1',
      '_HLS_msn=1&_HLS_part=-1',
      '_HLS_msn=1&_HLS_part=99',
    ]) {
      const response = await fetch(bed.media(`720p/index.m3u8?${query}`));
      expect(response.status, query).to.equal(400);
      expect(await code(response)).to.equal('LS_PLAYBACK_RELOAD_INVALID');
    }
  });

  it('answers a delta update', async () => {
    live.segments(video, 12);
    const response = await fetch(bed.media('720p/index.m3u8?_HLS_msn=11&_HLS_skip=YES'));
    expect(await response.text()).to.contain('#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n');
  });

  it('forgets a viewer that leaves', async () => {
    live.segments(video, 1);
    const leaving = new AbortController();
    const url = bed.media('720p/index.m3u8?_HLS_msn=1&_HLS_part=0');
    const answer = fetch(url, { signal: leaving.signal }).catch((error: Error) => error.name);
    await bed.waitingIs(1);
    leaving.abort();
    expect(await answer).to.equal('AbortError');
    await bed.waitingIs(0);
    expect(live.listeners).to.equal(0);
  });

  it('has no playlist of a rung that is gone', async () => {
    live.segments(video, 1);
    video.listed = false;
    live.changed(null);
    expect((await fetch(bed.media('720p/index.m3u8'))).status).to.equal(404);
    expect((await fetch(bed.media('720p/0-0.m4s'))).status).to.equal(200);
    expect((await fetch(bed.media('1080p/index.m3u8'))).status).to.equal(404);
  });
});
