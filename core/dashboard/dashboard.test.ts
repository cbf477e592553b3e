/** What the pages answer, over HTTP. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import Koa from 'koa';
import { dashboardPages } from './index.ts';
import { frameWithin } from './oembed.ts';
import { panelEntries } from './panels.ts';

const publicUrl = 'https://live.example';
const title = '<Evening> & "more"';
const pictures = { hasThumbnail: true, hasStoryboard: true, allowedOrigins: [] };
const watchables = [
  { id: 'str_1', title, isLive: true, isProtected: false, ...pictures, hasThumbnail: false, hasStoryboard: false },
  {
    id: 'str_3',
    title,
    isLive: true,
    isProtected: false,
    ...pictures,
    allowedOrigins: ['https://a.example', 'http://b.example:81'],
  },
  { id: 'ast_1', title, isLive: false, isProtected: false, ...pictures },
  { id: 'ast_2', title, isLive: false, isProtected: true, ...pictures },
];

describe('dashboardPages', () => {
  let dist: string;
  let server: Server;
  let base: string;

  before(async () => {
    dist = await mkdtemp(join(tmpdir(), 'livestreams-dist-'));
    await mkdir(join(dist, 'chunks'));
    await writeFile(join(dist, 'player.js'), 'export {};');
    await writeFile(join(dist, 'chunks', 'chunk-ABCDEF12.js'), 'export {};');
    await writeFile(join(dist, '.built'), '');
    const pages = await dashboardPages({
      dist,
      publicUrl,
      watchable: async (id) => watchables.find((candidate) => candidate.id === id) ?? null,
      plugins: [
        {
          name: 'abr',
          panels: [
            {
              slot: 'stream',
              title: 'Ladder',
              icon: 'layers',
              element: 'abr-ladder',
              module: new URL('file:///anywhere/abr/ui/ladder.ts'),
            },
          ],
        },
      ],
    });
    server = new Koa().use(pages).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dist, { recursive: true, force: true });
  });

  it('serves scripts to any origin, revalidated by name and for good by hash', async () => {
    const player = await fetch(`${base}/player.js`);
    expect(player.status).to.equal(200);
    expect(player.headers.get('content-type')).to.contain('text/javascript');
    expect(player.headers.get('access-control-allow-origin')).to.equal('*');
    expect(player.headers.get('cache-control')).to.equal('public, no-cache');
    const again = await fetch(`${base}/player.js`, { headers: { 'If-None-Match': player.headers.get('etag')! } });
    expect(again.status).to.equal(304);
    const chunk = await fetch(`${base}/chunks/chunk-ABCDEF12.js`);
    expect(chunk.headers.get('cache-control')).to.contain('immutable');
  });

  it('serves nothing but what was built', async () => {
    for (const path of ['/.built', '/../package.json', '/%2e%2e/package.json', '/chunks/', '/nothing']) {
      expect((await fetch(base + path)).status, path).to.equal(404);
    }
  });

  it('keeps the dashboard and the watch page out of frames, and lets the embed page into them', async () => {
    for (const path of [
      '/',
      '/login',
      '/setup?token=x',
      '/streams/str_1',
      '/assets/ast_1',
      '/settings/people',
      '/watch/str_1',
      '/watch/str_2',
    ]) {
      const { headers } = await fetch(base + path);
      expect(headers.get('x-frame-options'), path).to.equal('DENY');
      expect(headers.get('content-security-policy'), path).to.contain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy'), 'no token of an address').to.equal('strict-origin');
    }
    const { headers } = await fetch(`${base}/embed/str_1`);
    expect(headers.get('x-frame-options')).to.equal(null);
    expect(headers.get('content-security-policy')).to.contain('frame-ancestors *');
    expect(headers.get('content-security-policy')).to.contain("script-src 'self';");
    const restricted = await fetch(`${base}/embed/str_3`);
    const frames = "frame-ancestors 'self' https://a.example http://b.example:81";
    expect(restricted.headers.get('content-security-policy')).to.satisfy((policy: string) => policy.endsWith(frames));
  });

  it('escapes what people write', async () => {
    const html = await (await fetch(`${base}/watch/str_1?token=%22%3E%3Cscript%3E`)).text();
    expect(html).to.contain('&lt;Evening&gt; &amp; &quot;more&quot;');
    expect(html).not.to.contain('<Evening>');
    expect(html).to.contain('token="&quot;&gt;&lt;script&gt;"');
    expect(html).to.contain('<link rel="alternate" type="application/json+oembed"');
    expect(html).to.contain('<meta name="twitter:player" content="https://live.example/embed/str_1">');
  });

  it('gives the pages of assets their pictures, and shows those of protected ones to nobody without a token', async () => {
    const open = await (await fetch(`${base}/watch/ast_1`)).text();
    expect(open).to.contain('src="ast_1" poster="/vod/ast_1/thumbnail.jpg" storyboard="/vod/ast_1/storyboard.vtt"');
    expect(open).to.contain('<meta property="og:image" content="https://live.example/vod/ast_1/thumbnail.jpg">');
    const closed = await (await fetch(`${base}/embed/ast_2?token=t`)).text();
    expect(closed).to.contain('poster="/vod/ast_2/~t/thumbnail.jpg"');
    expect(await (await fetch(`${base}/watch/ast_2`)).text()).not.to.contain('og:image');
  });

  it('answers a friendly 404 for what is not there', async () => {
    for (const path of ['/watch/str_2', '/embed/str_2']) {
      const answer = await fetch(base + path);
      expect(answer.status).to.equal(404);
      expect(await answer.text()).to.contain('There is nothing to watch here');
    }
  });

  it('passes the wishes of an embedding page on to the player', async () => {
    const html = await (await fetch(`${base}/embed/str_1?autoplay=1&muted=0`)).text();
    expect(html).to.match(/<livestreams-player [^>]*autoplay/);
    expect(html).not.to.match(/<livestreams-player [^>]*muted/);
  });

  it('answers oEmbed within the size that is asked for', async () => {
    const ask = (query: Record<string, string>) => fetch(`${base}/oembed?${new URLSearchParams(query)}`);
    const answer = await ask({ url: `${publicUrl}/watch/str_1`, maxwidth: '640', maxheight: '1000' });
    expect(await answer.json()).to.deep.include({
      type: 'video',
      width: 640,
      height: 360,
      title: '<Evening> & "more"',
    });
    expect((await ask({ url: 'https://elsewhere.example/watch/str_1' })).status).to.equal(404);
    expect((await ask({ url: `${publicUrl}/watch/str_2` })).status).to.equal(404);
    expect((await ask({ url: `${publicUrl}/watch/str_1`, format: 'xml' })).status).to.equal(501);
    expect(frameWithin(undefined, '90')).to.deep.equal({ width: 160, height: 90 });
    expect(frameWithin('no number', undefined)).to.deep.equal({ width: 1280, height: 720 });
  });

  it('lists the panels of plugins with their built modules', async () => {
    expect(await (await fetch(`${base}/dashboard/panels.json`)).json()).to.deep.equal([
      {
        plugin: 'abr',
        slot: 'stream',
        access: 'viewer',
        title: 'Ladder',
        icon: 'layers',
        element: 'abr-ladder',
        module: '/plugins/abr/ladder.js',
      },
    ]);
  });

  it('refuses a panel that does not carry the name of its plugin', () => {
    const panel = { slot: 'page', title: 'X', icon: 'x', element: 'other-x', module: new URL('file:///x.ts') } as const;
    expect(() => panelEntries([{ name: 'mine', panels: [panel] }])).to.throw('other-x');
  });
});
