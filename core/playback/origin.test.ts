import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Storage, StreamRef } from '#plugin-api';
import type { Presentation, Rendition } from '../segments/ring.ts';
import { localStorage } from '../storage/local.ts';
import type { StreamFacts } from './directory.ts';
import { createOrigin, type Origin } from './origin.ts';
import { Presentations } from './presentations.ts';
import { audioConfig, SESSION, STREAM, TestPresentation, videoConfig } from './test-presentation.ts';
import { PlaybackTokens } from './tokens.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/** A server with one stream, whose facts a test may change. */
class Bed {
  readonly tokens = new PlaybackTokens(Buffer.alloc(32, 1));
  readonly stream: StreamRef = {
    id: STREAM,
    organizationId: 'org_1',
    title: 'A "title"',
    latency: 'low',
    record: true,
    visibility: 'public',
  };
  session: StreamFacts['session'] = { id: SESSION, state: 'live' };
  recorded: Presentation | null = null;
  refusal: { refuse: string } | undefined;
  reads = 0;
  waiting = 0;
  peak = 0;
  readonly errors: unknown[] = [];
  readonly answered: [string, number][] = [];
  readonly presentations = new Presentations(async () => {
    this.reads++;
    return this.recorded;
  });
  readonly #waiters: { count: number; resolve: () => void }[] = [];
  readonly #folder: string;
  readonly storage: Storage;
  readonly origin: Origin;
  readonly #server: Server;

  private constructor(folder: string) {
    this.#folder = folder;
    this.storage = localStorage(folder);
    this.origin = createOrigin({
      presentations: this.presentations,
      describe: async (id) =>
        id === STREAM ? { stream: this.stream, session: this.session, updatedAt: new Date(0) } : null,
      storage: this.storage,
      tokens: this.tokens,
      hooks: { authorize: async () => this.refusal, playlist: async (plan) => plan },
      clientAddress: () => '127.0.0.1',
      metrics: {
        answered: (kind, bytes) => this.answered.push([kind, bytes]),
        waiting: (change) => {
          this.waiting += change;
          for (const waiter of this.#waiters) if (waiter.count === this.waiting) waiter.resolve();
        },
      },
      log: { ...quiet, error: (fields: object) => this.errors.push(fields) },
    });
    this.#server = createServer((req, res) => {
      if (!this.origin.handle(req, res)) res.writeHead(418).end();
    });
  }

  static async start(): Promise<Bed> {
    const bed = new Bed(await mkdtemp(join(tmpdir(), 'playback-')));
    await new Promise<void>((resolve) => bed.#server.listen(0, '127.0.0.1', resolve));
    return bed;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when so many requests wait. */
  waitingIs(count: number): Promise<void> {
    if (this.waiting === count) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}/live/${STREAM}/${path}`;
  }

  media(path: string): string {
    return this.url(`${SESSION}/${path}`);
  }

  /** Sends a path as it is, without what a URL parser makes of it. */
  async raw(
    path: string,
    method = 'GET',
  ): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
    const res = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port: this.port, path, method, agent: false }, resolve).on('error', reject).end();
    });
    return { status: res.statusCode!, body: await text(res), headers: res.headers };
  }

  async stop(): Promise<void> {
    this.origin.stop();
    this.presentations.stop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }
}

async function code(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).to.equal('application/problem+json');
  return ((await response.json()) as { code: string }).code;
}

describe('origin', () => {
  let bed: Bed;
  let live: TestPresentation;
  let video: Rendition;

  beforeEach(async () => {
    bed = await Bed.start();
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

  describe('playlists', () => {
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
      expect(await response.text()).to.contain('URI="1.1.m4s"\n#EXT-X-PRELOAD-HINT');
      expect(response.headers.get('cache-control')).to.equal('public, max-age=6');
    });

    it('holds a reload without a part until the segment is finished', async () => {
      live.segments(video, 1);
      const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=1'));
      await bed.waitingIs(1);
      live.segments(video, 1);
      expect(await (await answer).text()).to.contain('\n1.m4s\n');
    });

    it('takes a part past the end of a finished segment for the first of the next', async () => {
      live.segments(video, 1);
      const answer = fetch(bed.media('720p/index.m3u8?_HLS_msn=0&_HLS_part=5'));
      await bed.waitingIs(1);
      live.open(video);
      live.part(video);
      expect(await (await answer).text()).to.contain('URI="1.0.m4s"');
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
      expect((await fetch(bed.media('720p/0.m4s'))).status).to.equal(200);
      expect((await fetch(bed.media('1080p/index.m3u8'))).status).to.equal(404);
    });
  });

  describe('media', () => {
    it('answers init sections, parts and segments, to be kept for ever', async () => {
      live.segments(video, 2);
      expect(await (await fetch(bed.media('720p/init-0.mp4'))).text()).to.equal('init 720p');
      expect(await (await fetch(bed.media('720p/1.3.m4s'))).text()).to.equal('720p 1.3;');
      const response = await fetch(bed.media('720p/1.m4s'));
      expect(await response.text()).to.equal('720p 1.0;720p 1.1;720p 1.2;720p 1.3;720p 1.4;');
      expect(response.headers.get('content-type')).to.equal('video/mp4');
      expect(response.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
      expect(bed.answered.at(-1)).to.deep.equal(['segment', 45]);
    });

    it('holds a request for the part that is hinted, and no other', async () => {
      live.segments(video, 1);
      const answer = fetch(bed.media('720p/1.0.m4s'));
      await bed.waitingIs(1);
      expect((await fetch(bed.media('720p/1.1.m4s'))).status).to.equal(404);
      live.open(video);
      live.part(video);
      expect(await (await answer).text()).to.equal('720p 1.0;');
    });

    it('says 404 where the hinted part never came', async () => {
      live.segments(video, 1);
      live.open(video);
      live.part(video);
      const answer = fetch(bed.media('720p/0.5.m4s'));
      const hinted = fetch(bed.media('720p/1.1.m4s'));
      await bed.waitingIs(1);
      live.close(video);
      expect((await hinted).status).to.equal(404);
      expect((await answer).status).to.equal(404);
    });

    it('has no segment that is not finished', async () => {
      live.open(video);
      live.part(video);
      expect((await fetch(bed.media('720p/0.m4s'))).status).to.equal(404);
    });

    it('answers ranges, over the seams of parts', async () => {
      live.segments(video, 1);
      const whole = await (await fetch(bed.media('720p/0.m4s'))).text();
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
        const response = await fetch(bed.media('720p/0.m4s'), { headers: { range } });
        expect(response.status, range).to.equal(status);
        expect(await response.text(), range).to.equal(body);
        expect(response.headers.get('content-range'), range).to.equal(contentRange);
        expect(Number(response.headers.get('content-length')), range).to.equal(body.length);
      }
      const beyond = await fetch(bed.media('720p/0.m4s'), { headers: { range: 'bytes=45-' } });
      expect(beyond.status).to.equal(416);
      expect(beyond.headers.get('content-range')).to.equal('bytes */45');
    });

    it('knows what the client has already', async () => {
      live.segments(video, 1);
      const etag = (await fetch(bed.media('720p/0.m4s'))).headers.get('etag')!;
      const again = await fetch(bed.media('720p/0.m4s'), { headers: { 'if-none-match': `"x", W/${etag}` } });
      expect(again.status).to.equal(304);
      const range = 'bytes=0-3';
      const other = await fetch(bed.media('720p/0.m4s'), { headers: { range, 'if-range': '"x"' } });
      expect(other.status).to.equal(200);
    });

    it('streams what is only in storage, whole and in ranges', async () => {
      live.segments(video, 1);
      const segment = video.segments[0]!;
      const bytes = Buffer.alloc(300_000, 'storage');
      await bed.storage.put('sessions/x/0.m4s', bytes);
      Object.assign(segment, { parts: null, storageKey: 'sessions/x/0.m4s', size: bytes.length });
      const whole = await fetch(bed.media('720p/0.m4s'));
      expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).to.equal(true);
      const range = await fetch(bed.media('720p/0.m4s'), { headers: { range: 'bytes=7-13' } });
      expect(await range.text()).to.equal('storage');
      expect(range.status).to.equal(206);
      expect((await bed.raw(`/live/${STREAM}/${SESSION}/720p/0.m4s`, 'HEAD')).headers['content-length']).to.equal(
        '300000',
      );
    });

    it('still has, from storage, a segment that has left the window', async () => {
      live.segments(video, 2);
      await bed.storage.put('sessions/x/0.m4s', Buffer.from('left'));
      video.segments.shift();
      video.departed = new Map([[0, 'sessions/x/0.m4s']]);
      expect(await (await fetch(bed.media('720p/0.m4s'))).text()).to.equal('left');
      video.segments.shift();
      expect((await fetch(bed.media('720p/1.m4s'))).status).to.equal(404);
    });

    it('is not troubled by a viewer that leaves in the middle', async () => {
      live.segments(video, 1);
      const segment = video.segments[0]!;
      const bytes = Buffer.alloc(20_000_000);
      await bed.storage.put('sessions/x/0.m4s', bytes);
      Object.assign(segment, { parts: null, storageKey: 'sessions/x/0.m4s', size: bytes.length });
      await new Promise<void>((resolve, reject) => {
        const going = get(bed.media('720p/0.m4s'), { agent: false }, (res) => {
          res.once('data', () => going.destroy());
          res.once('close', () => resolve());
          res.on('error', () => {});
        });
        going.on('error', reject);
      });
      expect((await fetch(bed.media('720p/index.m3u8'))).status).to.equal(200);
    });
  });

  describe('requests', () => {
    it('answers HEAD as GET, without the body', async () => {
      live.segments(video, 1);
      for (const file of ['index.m3u8', '0.m4s', '0.1.m4s', 'init-0.mp4']) {
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
        `${session}/../720p/0.m4s`,
        `${session}/720p/../720p/0.m4s`,
        `${session}/720p/..%2f0.m4s`,
        `${session}/720p%2f0.m4s`,
        `${session}/720p/0.m4s%00`,
        `${session}/%00/0.m4s`,
        `${session}/__proto__/0.m4s`,
        `${session}/constructor/index.m3u8`,
        `/live/${STREAM}/ses_${'f'.repeat(32)}/720p/0.m4s`,
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
      const paths = ['index.m3u8', 'status', `${SESSION}/720p/index.m3u8`, `${SESSION}/720p/0.m4s`];
      for (const path of paths) {
        const response = await fetch(bed.url(path));
        expect(response.status).to.equal(403);
        expect(await code(response)).to.equal('LS_PLAYBACK_TOKEN_MISSING');
      }
    });

    it('say why a token does not do', async () => {
      const other = await bed.tokens.issue({ streamId: `str_${'2'.repeat(32)}`, expiresIn: 60 });
      const past = await bed.tokens.issue({ streamId: STREAM, expiresIn: -1 });
      expect(await code(await fetch(bed.url(`index.m3u8?token=${other.token}`)))).to.equal('LS_PLAYBACK_TOKEN_INVALID');
      expect(await code(await fetch(bed.url(`index.m3u8?token=${past.token}`)))).to.equal('LS_PLAYBACK_TOKEN_EXPIRED');
      expect(await code(await fetch(bed.url('index.m3u8?token=%22')))).to.equal('LS_PLAYBACK_TOKEN_INVALID');
    });

    it('carry the token from the first address to the last, for no shared cache', async () => {
      const { token } = await bed.tokens.issue({ streamId: STREAM, expiresIn: 60 });
      let url = bed.url(`index.m3u8?token=${token}`);
      for (const pattern of [/^[^#\n].*index\.m3u8.*$/m, /^[^#\n].*m4s.*$/m, null]) {
        const response = await fetch(url);
        expect(response.status).to.equal(200);
        expect(response.headers.get('cache-control')).to.match(/^private/);
        const body = await response.text();
        expect(Number(response.headers.get('content-length'))).to.equal(body.length);
        if (pattern) url = new URL(pattern.exec(body)![0], url).href;
      }
      expect(url).to.equal(bed.media(`720p/0.m4s?token=${token}`));
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
      bed.session = { id: SESSION, state: 'ended' };
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
      expect((await fetch(bed.url(`${older}/720p/2.m4s`))).status).to.equal(200);
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
      bed.session = { id: SESSION, state: 'ended' };
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
