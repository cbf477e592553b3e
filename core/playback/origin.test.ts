import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Rendition } from '../segments/ring.ts';
import { code, TestOrigin } from './test-origin.ts';
import { SESSION, STREAM, TestPresentation, videoConfig } from './test-presentation.ts';

describe('origin', () => {
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

  it('leaves other paths to others', async () => {
    expect((await bed.raw('/v1/streams')).status).to.equal(418);
    expect((await bed.raw('/live')).status).to.equal(418);
  });

  describe('requests', () => {
    it('answers HEAD as GET, without the body', async () => {
      live.segments(video, 1);
      for (const file of ['index.m3u8', '0-0.m4s', '0-0.1.m4s', 'init-0.mp4']) {
        const path = `/live/${STREAM}/${SESSION}/720p/${file}`;
        const [head, whole] = [await bed.raw(path, 'HEAD'), await bed.raw(path)];
        expect(head.status).to.equal(200);
        expect(head.body).to.equal('');
        expect(head.headers['content-length']).to.equal(String(whole.body.length));
      }
    });

    it('answers a preflight, and refuses to be written to', async () => {
      const preflight = await bed.raw(`/live/${STREAM}/index.m3u8`, 'OPTIONS');
      expect(preflight.status).to.equal(204);
      expect(preflight.headers['access-control-allow-headers']).to.contain('Range');
      const post = await bed.raw(`/live/${STREAM}/index.m3u8`, 'POST');
      expect(post.status).to.equal(405);
      expect(post.headers.allow).to.equal('GET, HEAD, OPTIONS');
    });

    it('says 404 to every path that tries to leave', async () => {
      live.segments(video, 1);
      const session = `/live/${STREAM}/${SESSION}`;
      for (const path of [
        '/live/../../etc/passwd',
        '/live/%2e%2e/%2e%2e/etc/passwd',
        `/live/${STREAM}/../${STREAM}/index.m3u8`,
        `${session}/../720p/0-0.m4s`,
        `${session}/720p/../720p/0-0.m4s`,
        `${session}/720p/..%2f0.m4s`,
        `${session}/720p%2f0.m4s`,
        `${session}/720p/0-0.m4s%00`,
        `${session}/%00/0.m4s`,
        `${session}/__proto__/0.m4s`,
        `${session}/constructor/index.m3u8`,
        `/live/${STREAM}/ses_${'f'.repeat(32)}/720p/0-0.m4s`,
        `/live/${STREAM}/~../${SESSION}/../720p/0-0.m4s`,
        `/live/${STREAM}/~a%2fb/${SESSION}/720p/0-0.m4s`,
        `/live/${STREAM}/~a/~b/${SESSION}/720p/0-0.m4s`,
        `/live/${STREAM}/~a/~b/720p/0-0.m4s`,
        `/live/${STREAM}/~a/index.m3u8`,
        `/live/${STREAM}/~${'a'.repeat(1025)}/${SESSION}/720p/0-0.m4s`,
        `/live/str_${'f'.repeat(32)}/index.m3u8`,
        '/live//index.m3u8',
        '/live/',
      ]) {
        const answer = await bed.raw(path);
        expect(answer.status, path).to.equal(404);
        expect(answer.headers['content-type'], path).to.equal('application/problem+json');
      }
    });

    it('lives through a raw NUL', async () => {
      const socket = connect(bed.port, '127.0.0.1');
      socket.write(`GET /live/${STREAM}/index.m3u8\0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(await text(socket)).to.match(/^HTTP\/1\.1 4/);
    });
  });

  describe('protected streams', () => {
    beforeEach(() => {
      bed.stream.visibility = 'protected';
      live.segments(video, 1);
    });

    it('give nothing without a token', async () => {
      const paths = ['index.m3u8', 'status', `${SESSION}/720p/index.m3u8`, `${SESSION}/720p/0-0.m4s`];
      for (const path of paths) {
        const response = await fetch(bed.url(path));
        expect(response.status).to.equal(403);
        expect(await code(response)).to.equal('LS_PLAYBACK_TOKEN_MISSING');
      }
    });

    it('say why a token does not do, and do not repeat it', async () => {
      const other = await bed.tokens.issue(`str_${'2'.repeat(32)}`, { expiresIn: 60 });
      const past = await bed.tokens.issue(STREAM, { expiresIn: -1 });
      const ended = await bed.tokens.issue(STREAM, { expiresIn: 60 });
      expect((await fetch(bed.url(`index.m3u8?token=${ended.token}`))).status).to.equal(200);
      bed.revoked.add(ended.id);
      for (const [token, expected] of [
        [other.token, 'LS_PLAYBACK_TOKEN_INVALID'],
        [past.token, 'LS_PLAYBACK_TOKEN_EXPIRED'],
        ['nonsense', 'LS_PLAYBACK_TOKEN_INVALID'],
        [ended.token, 'LS_PLAYBACK_TOKEN_REVOKED'],
      ] as const) {
        for (const path of [`index.m3u8?token=${token}`, `~${token}/${SESSION}/720p/0-0.m4s`]) {
          const response = await fetch(bed.url(path));
          expect(response.status).to.equal(403);
          expect(await response.clone().text()).not.to.contain(token);
          expect(await code(response)).to.equal(expected);
        }
      }
      expect(await code(await fetch(bed.url('index.m3u8?token=%22')))).to.equal('LS_PLAYBACK_TOKEN_INVALID');
    });

    it('carry the token from the first address to the last, for no shared cache', async () => {
      const { token } = await bed.tokens.issue(STREAM, { expiresIn: 60 });
      let url = bed.url(`index.m3u8?token=${token}`);
      for (const pattern of [/^[^#\n].*index\.m3u8.*$/m, /^[^#\n].*m4s.*$/m, null]) {
        const response = await fetch(url);
        expect(response.status).to.equal(200);
        expect(response.headers.get('cache-control')).to.match(/^private/);
        const body = await response.text();
        expect(Number(response.headers.get('content-length'))).to.equal(body.length);
        if (pattern) url = new URL(pattern.exec(body)![0], url).href;
      }
      expect(url).to.equal(bed.url(`~${token}/${SESSION}/720p/0-0.m4s`));
    });

    it('take a token that the player itself puts behind the ?, before the one in the path', async () => {
      const past = await bed.tokens.issue(STREAM, { expiresIn: -1 });
      const { token } = await bed.tokens.issue(STREAM, { expiresIn: 60 });
      for (const path of [`720p/index.m3u8?token=${token}`, `720p/0-0.m4s?token=${token}`]) {
        expect((await fetch(bed.media(path))).status).to.equal(200);
        const renewed = await fetch(bed.url(`~${past.token}/${SESSION}/${path}`));
        expect(renewed.status).to.equal(200);
        expect(renewed.headers.get('cache-control')).to.match(/^private/);
      }
    });

    it('lead to the whole of an ended session with the token, too', async () => {
      live.enter('ended');
      bed.session = { id: SESSION, state: 'ended', thumbnailKey: null };
      bed.recorded = live;
      bed.presentations.stop();
      const { token } = await bed.tokens.issue(STREAM, { expiresIn: 60 });
      const multivariant = await (await fetch(bed.url(`index.m3u8?token=${token}`))).text();
      expect(multivariant).to.contain(`\n~${token}/${SESSION}/720p/vod.m3u8\n`);
      const playlist = await fetch(bed.url(`~${token}/${SESSION}/720p/vod.m3u8`));
      expect(await playlist.text()).to.contain('#EXT-X-ENDLIST');
      expect((await fetch(bed.media('720p/vod.m3u8'))).status).to.equal(403);
    });

    it('play on with the token in the path when they are protected no more', async () => {
      bed.stream.visibility = 'public';
      expect((await fetch(bed.url(`~any/${SESSION}/720p/index.m3u8`))).status).to.equal(200);
    });

    it('keep the token out of the log when a request fails', async () => {
      const { token } = await bed.tokens.issue(STREAM, { expiresIn: 60 });
      video.segments[0]!.parts = null;
      video.segments[0]!.storageKey = 'none';
      bed.storage.read = () => Promise.reject(new Error(`No disk for ${STREAM}.`));
      expect((await fetch(bed.url(`~${token}/${SESSION}/720p/0-0.m4s`))).status).to.equal(500);
      const [logged] = bed.errors.splice(0);
      expect(logged).to.include({ path: `/live/${STREAM}/${SESSION}/720p/0-0.m4s` });
      expect(inspect(logged, { depth: null })).not.to.contain(token);
    });
  });

  describe('a stream for some sites', () => {
    const ask = async (headers: Record<string, string>) => (await fetch(bed.url('index.m3u8'), { headers })).status;

    beforeEach(() => {
      live.segments(video, 1);
      bed.allowedOrigins = ['https://a.example'];
    });

    it('plays on their pages, on its own, and where no page is named', async () => {
      expect(await ask({ origin: 'https://a.example' })).to.equal(200);
      expect(await ask({ referer: 'https://a.example/shows/1' })).to.equal(200);
      expect(await ask({ referer: `${bed.url('')}embed` })).to.equal(200);
      expect(await ask({})).to.equal(200);
    });

    it('does not play on pages of others, whatever of it they load', async () => {
      expect(await ask({ origin: 'https://b.example' })).to.equal(403);
      expect(await ask({ origin: 'https://a.example.b.example' })).to.equal(403);
      expect(await ask({ origin: 'null' })).to.equal(403);
      expect(await ask({ referer: 'https://b.example/' })).to.equal(403);
      for (const path of ['720p/index.m3u8', '720p/0-0.m4s']) {
        const response = await fetch(bed.media(path), { headers: { origin: 'https://b.example' } });
        expect(await code(response)).to.equal('LS_PLAYBACK_ORIGIN_REFUSED');
      }
    });

    it('plays everywhere where none is named', async () => {
      bed.allowedOrigins = [];
      const response = await fetch(bed.url('index.m3u8'), { headers: { origin: 'https://b.example' } });
      expect(response.status).to.equal(200);
      expect(response.headers.get('cache-control')).to.match(/^public/);
    });
  });

  describe('a stream between sessions', () => {
    function recording(): TestPresentation {
      const whole = new TestPresentation(1);
      whole.segments(whole.rendition('720p', videoConfig()), 3);
      whole.enter('ended');
      return whole;
    }

    it('plays the last session from its beginning once that has ended, read once', async () => {
      live.segments(video, 3);
      live.enter('ended');
      bed.session = { id: SESSION, state: 'ended', thumbnailKey: null };
      bed.recorded = recording();
      const multivariant = await (await fetch(bed.url('index.m3u8'))).text();
      expect(multivariant).to.contain(`${SESSION}/720p/vod.m3u8`);
      for (let viewer = 0; viewer < 3; viewer++) {
        const playlist = await (await fetch(bed.media('720p/vod.m3u8'))).text();
        expect(playlist).to.contain('#EXT-X-MEDIA-SEQUENCE:0\n').and.to.contain('#EXT-X-ENDLIST');
      }
      expect(bed.reads).to.equal(1);
    });

    it('has the initialization sections of the whole session, also while its last window is in memory', async () => {
      live.segments(video, 1);
      video.inits.shift();
      live.enter('ended');
      bed.recorded = recording();
      expect(await (await fetch(bed.media('720p/init-0.mp4'))).text()).to.equal('init 720p');
    });

    it('lets those who watched the end read on in their window', async () => {
      live.segments(video, 3);
      video.segments.shift();
      live.enter('ended');
      bed.recorded = recording();
      const playlist = await (await fetch(bed.media('720p/index.m3u8?_HLS_msn=4'))).text();
      expect(playlist).to.contain('#EXT-X-MEDIA-SEQUENCE:1\n').and.to.contain('#EXT-X-ENDLIST');
    });

    it('plays an older session at its own address', async () => {
      const older = `ses_${'a'.repeat(32)}`;
      bed.recorded = recording();
      expect((await fetch(bed.url(`${older}/720p/index.m3u8`))).status).to.equal(200);
      expect((await fetch(bed.url(`${older}/720p/0-2.m4s`))).status).to.equal(200);
    });

    it('asks players to come again while a session is open that no worker has taken up', async () => {
      bed.presentations.stop();
      expect((await fetch(bed.url('index.m3u8'))).status).to.equal(503);
      expect((await fetch(bed.media('720p/index.m3u8'))).status).to.equal(503);
    });

    it('is offline before the first', async () => {
      bed.presentations.stop();
      bed.session = null;
      expect(await code(await fetch(bed.url('index.m3u8')))).to.equal('LS_PLAYBACK_OFFLINE');
    });

    it('passes on why a plugin refuses a viewer', async () => {
      bed.refusal = { refuse: 'Not in your country.' };
      const response = await fetch(bed.url('index.m3u8'));
      expect(response.status).to.equal(403);
      expect(await response.json()).to.include({ code: 'LS_PLAYBACK_REFUSED', detail: 'Not in your country.' });
    });
  });

  describe('status', () => {
    it('follows the stream', async () => {
      const state = async () => {
        bed.origin.forget(STREAM);
        return ((await (await fetch(bed.url('status'))).json()) as { state: string }).state;
      };
      expect(await state()).to.equal('starting');
      live.segments(video, 1);
      expect(await state()).to.equal('live');
      live.enter('reconnecting');
      expect(await state()).to.equal('reconnecting');
      live.enter('ended');
      bed.session = { id: SESSION, state: 'ended', thumbnailKey: null };
      expect(await state()).to.equal('ended');
      bed.session = null;
      expect(await state()).to.equal('offline');
    });

    it('tells what a page needs', async () => {
      live.segments(video, 1);
      const response = await fetch(bed.url('status'));
      expect(response.headers.get('cache-control')).to.equal('no-cache');
      expect(await response.json()).to.deep.equal({
        state: 'live',
        session_id: SESSION,
        title: 'A "title"',
        latency: 'low',
        updated_at: '1970-01-01T00:00:00.000Z',
      });
    });
  });
});
