/** Assets over HTTP: their playlists, media and pictures, what is kept by whom, and who is let in. */
import { expect } from 'chai';
import type { Rendition } from '../segments/ring.ts';
import { code, TestOrigin } from './test-origin.ts';
import { audioConfig, TestPresentation, videoConfig } from './test-presentation.ts';

const ASSET = `ast_${'0'.repeat(31)}1`;

describe('origin of assets', () => {
  let bed: TestOrigin;
  let recorded: TestPresentation;
  let video: Rendition;

  beforeEach(async () => {
    bed = await TestOrigin.start();
    recorded = new TestPresentation(1);
    video = recorded.rendition('720p', videoConfig());
    const audio = recorded.rendition('audio', audioConfig());
    for (const rendition of [video, audio]) {
      recorded.segments(rendition, 2);
      for (const segment of rendition.segments) {
        segment.storageKey = `a/${rendition.name}/${segment.sequence}`;
        await bed.storage.put(segment.storageKey, Buffer.concat(segment.parts!.map(({ bytes }) => bytes)));
        segment.parts = null;
        segment.programDateTime = Number.NaN;
      }
    }
    recorded.enter('ended');
    bed.assetPresentation = recorded;
    bed.asset = {
      asset: { id: ASSET, organizationId: 'org_1', kind: 'recording', visibility: 'public' },
      ...{ status: 'ready', stream: bed.stream, allowedOrigins: [], sessionId: null, trim: null },
      images: { thumbnail: null, storyboardVtt: null, storyboardImage: null },
    };
  });

  afterEach(async () => {
    expect(bed.errors).to.deep.equal([]);
    await bed.stop();
  });

  const url = (path: string) => `http://127.0.0.1:${bed.port}/vod/${ASSET}/${path}`;
  const get = async (path: string) => {
    const response = await fetch(url(path));
    return { status: response.status, cache: response.headers.get('cache-control'), body: await response.text() };
  };
  const protect = () => {
    bed.asset!.asset.visibility = 'protected';
    bed.origin.forgetAsset(ASSET);
  };

  it('leads from the multivariant playlist to the bytes', async () => {
    const multivariant = await get('index.m3u8');
    expect(multivariant).to.include({ status: 200, cache: 'public, no-cache' });
    expect(multivariant.body).to.contain('\n720p/index.m3u8\n').and.to.contain('URI="audio/index.m3u8"');
    expect(multivariant.body).not.to.contain('EXT-X-START');
    const playlist = await get('720p/index.m3u8');
    expect(playlist).to.include({ status: 200, cache: 'public, max-age=60' });
    expect(playlist.body).to.contain('#EXT-X-ENDLIST').and.not.to.contain('PROGRAM-DATE-TIME');
    expect(playlist.body).to.contain('URI="init-0.mp4"').and.to.contain('\n0-1.m4s\n');
    const immutable = 'public, max-age=31536000, immutable';
    expect(await get('720p/init-0.mp4')).to.deep.equal({ status: 200, cache: immutable, body: 'init 720p' });
    const segment = await get('720p/0-1.m4s');
    expect(segment).to.include({ status: 200, cache: immutable });
    expect(segment.body).to.match(/^720p 1\.0;/);
    const range = await fetch(url('720p/0-1.m4s'), { headers: { range: 'bytes=0-3' } });
    expect([range.status, await range.text()]).to.deep.equal([206, '720p']);
  });

  it('says what a clip shows of its segments', async () => {
    bed.asset!.trim = { start: 0.5, end: 1.25 };
    const { body } = await get('index.m3u8');
    expect(body).to.contain('#EXT-X-START:TIME-OFFSET=0.500,PRECISE=YES\n');
    expect(body).to.contain('#EXT-X-SESSION-DATA:DATA-ID="livestreams.trim",VALUE="0.500 1.250"\n');
  });

  it('shows its pictures', async () => {
    expect(await get('thumbnail.jpg')).to.include({ status: 404 });
    await bed.storage.put('vtt', Buffer.from('WEBVTT'));
    bed.asset!.images.storyboardVtt = 'vtt';
    bed.origin.forgetAsset(ASSET);
    const response = await fetch(url('storyboard.vtt'));
    expect(response.headers.get('content-type')).to.equal('text/vtt; charset=utf-8');
    expect(await response.text()).to.equal('WEBVTT');
    const head = await bed.raw(`/vod/${ASSET}/storyboard.vtt`, 'HEAD');
    expect([head.body, head.headers['content-length']]).to.deep.equal(['', '6']);
  });

  it('wants a token of the asset itself where that is protected, and carries it along', async () => {
    protect();
    for (const path of ['index.m3u8', '720p/index.m3u8', '720p/init-0.mp4', '720p/0-1.m4s', 'thumbnail.jpg']) {
      expect(await code(await fetch(url(path))), path).to.equal('LS_PLAYBACK_TOKEN_MISSING');
    }
    const ofStream = await bed.tokens.issue(bed.stream.id, { expiresIn: 60 });
    const response = await fetch(url(`index.m3u8?token=${ofStream.token}`));
    expect(await code(response)).to.equal('LS_PLAYBACK_TOKEN_INVALID');
    const { token } = await bed.tokens.issue(ASSET, { expiresIn: 60 });
    const multivariant = await get(`index.m3u8?token=${token}`);
    expect(multivariant.cache).to.equal('private, no-cache');
    expect(multivariant.body).to.contain(`\n~${token}/720p/index.m3u8\n`);
    expect(await get(`~${token}/720p/index.m3u8`)).to.include({ status: 200, cache: 'private, max-age=60' });
    const segment = await get(`~${token}/720p/0-1.m4s`);
    expect(segment).to.include({ status: 200, cache: 'private, max-age=31536000, immutable' });
  });

  it('asks the gates', async () => {
    bed.refusal = { refuse: 'Not today.' };
    const response = await fetch(url('index.m3u8'));
    expect(response.status).to.equal(403);
    expect(await response.clone().text()).to.contain('Not today.');
    expect(await code(response)).to.equal('LS_PLAYBACK_REFUSED');
  });

  it('has nothing of what is not there, not ready, or not offered', async () => {
    for (const path of ['480p/index.m3u8', '720p/init-7.mp4', '720p/1-1.m4s', '720p/0-9.m4s', '../x', 'x']) {
      expect(await get(path), path).to.include({ status: 404 });
    }
    video.listed = false;
    expect(await get('720p/index.m3u8')).to.include({ status: 404 });
    bed.asset!.status = 'processing';
    bed.origin.forgetAsset(ASSET);
    expect(await code(await fetch(url('index.m3u8')))).to.equal('LS_PLAYBACK_ASSET_NOT_READY');
    bed.asset = null;
    bed.origin.forgetAsset(ASSET);
    expect(await code(await fetch(url('index.m3u8')))).to.equal('LS_PLAYBACK_ASSET_NOT_FOUND');
  });

  it('can be deleted while it is watched: what is gone is gone at once', async () => {
    expect(await get('720p/0-1.m4s')).to.include({ status: 200 });
    bed.asset = null;
    bed.origin.forgetAsset(ASSET);
    expect(await get('720p/0-1.m4s')).to.include({ status: 404 });
  });
});
