/** From a frame's making to its display: our player at the live edge, and hls.js as it comes on nginx-rtmp's HLS, of one picture. */
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { publishFlv } from '../plugins/rtmp/client/publish.ts';
import { type Browser, chooseQuality, openBrowser, waitForPlayer } from '../test/support/chromium.ts';
import { startServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';
import { startNginx } from './nginx.ts';
import { median, percentile } from './numbers.ts';
import type { Row } from './row.ts';
import { SharedSource } from './shared-source.ts';

/** Seconds from the first picture until a viewer counts: a player needs some to work off the delay that it began with. */
const SETTLE_S = 20;
/** Lines of the pictures of the two renditions, by which a viewer is held to one of them. */
const SOURCE_HEIGHT = 360;
const ENCODED_HEIGHT = 240;

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What latency-meter.js answers. */
interface Meter {
  /** Milliseconds, in the order of display. */
  latencies: number[];
  unreadable: number;
  stalls: number;
}

interface Viewer {
  page: Page;
  /** The script that answers the video element of the page. */
  video: string;
}

/** Opens the embed page as anybody would, and holds it to one quality. */
async function openOurs(browser: Browser, url: string, height: number): Promise<Viewer> {
  const page = await browser.newPage();
  await page.goto(`${url}?autoplay=1&muted=1`);
  await waitForPlayer(page, (state) => state.decodedFrames > 0);
  const heights = await page.evaluate<number[]>(
    `[...document.querySelector('livestreams-player').video.videoRenditions].map(({ height }) => height)`,
  );
  if (!heights.includes(height)) throw new Error(`no quality of ${height} lines is offered, but ${heights.join(', ')}`);
  await chooseQuality(page, heights.indexOf(height));
  await waitForPlayer(page, (state) => state.videoHeight === height);
  return { page, video: `document.querySelector('livestreams-player').video` };
}

async function openTheirs(browser: Browser, url: string): Promise<Viewer> {
  const page = await browser.newPage();
  await page.goto(url);
  const video = `document.querySelector('video')`;
  await until(async () => page.evaluate<boolean>(`${video}.currentTime > 0`), "nginx's HLS to play");
  return { page, video };
}

async function measure({ page, video }: Viewer, seconds: number): Promise<Meter> {
  await delay(SETTLE_S * 1000);
  await page.evaluate(`${readFileSync(here('latency-meter.js'), 'utf8')}; window.meter = meterLatency(${video}); 0`);
  await delay(seconds * 1000);
  const meter = await page.evaluate<Meter>('window.meter');
  if (meter.latencies.length === 0) throw new Error(`no frame could be read, ${meter.unreadable} were shown`);
  return meter;
}

/** All three viewers watch at the same time, each in a browser of its own: none is in the background, and the machine's load is the same. */
export async function measurePlayerLatency(seconds = 300): Promise<Row[]> {
  const abort = new AbortController();
  const server = await startServer({ config: here('configs/low-rungs.config.mjs') });
  const nginx = await startNginx();
  const generator = spawn(process.execPath, [here('clock-picture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const browsers: Browser[] = [];
  const publishing: Promise<void>[] = [];
  try {
    const stream = await server.createStream({ latency: 'low' });
    const source = new SharedSource(generator.stdout!);
    const publish = (port: number, streamId: string, key: string) => {
      const flv = source.reader(abort.signal);
      publishing.push(publishFlv({ host: '127.0.0.1', port, streamId, key, flv, signal: abort.signal }));
    };
    publish(server.ports.rtmp, stream.id, stream.key);
    publish(nginx.rtmp, 'picture', 'none');
    const cut = Promise.race(publishing).then(() => Promise.reject(new Error('a publisher ended')));

    for (const name of ['hls.min.js', 'hls-page.html']) {
      const from = name === 'hls.min.js' ? fileURLToPath(import.meta.resolve('hls.js/dist/hls.min.js')) : here(name);
      copyFileSync(from, join(nginx.root, name));
    }
    const theirs = `http://127.0.0.1:${nginx.http}`;
    const watched = async () => {
      await until(
        async () => (await (await fetch(`${theirs}/hls/picture.m3u8`)).text()).split('#EXTINF').length > 3,
        "three segments of nginx's HLS",
      );
      for (let i = 0; i < 3; i++) browsers.push(await openBrowser({ viewport: { width: 640, height: 360 } }));
      const [first, second, third] = browsers;
      const embed = `${server.url}/embed/${stream.id}`;
      const viewers = await Promise.all([
        openOurs(first!, embed, SOURCE_HEIGHT),
        openOurs(second!, embed, ENCODED_HEIGHT),
        openTheirs(third!, `${theirs}/hls-page.html?playlist=/hls/picture.m3u8`),
      ]);
      return Promise.all(viewers.map((viewer) => measure(viewer, seconds)));
    };
    const [ofSource, ofEncoded, ofNginx] = await Promise.race([watched(), cut]);
    return [row('source', 0.6, ofSource!, ofNginx!, seconds), row('encoded rung', 0.8, ofEncoded!, ofNginx!, seconds)];
  } finally {
    abort.abort();
    await Promise.allSettled(publishing);
    await Promise.all(browsers.map((browser) => browser.close()));
    if (generator.connected) generator.disconnect();
    await nginx.stop();
    await server.stop();
  }
}

function row(name: string, wantedAbsolute: number, ours: Meter, theirs: Meter, seconds: number): Row {
  const at = (meter: Meter, p: number) => percentile(meter.latencies, p) / 1000;
  const middle = (meter: Meter) => (median(meter.latencies) / 1000).toFixed(2);
  return {
    what: `frame made to frame displayed in our player, low latency, p95 of ${seconds} s: ${name}`,
    peer: 'nginx-rtmp HLS 2 s in hls.js',
    ours: at(ours, 0.95),
    theirs: at(theirs, 0.95),
    unit: 's',
    wantedRatio: 0.12,
    wantedAbsolute,
    flaws: ours.stalls > 0 ? [`${ours.stalls} stalls`] : [],
    note:
      `Median ${middle(ours)} s, theirs ${middle(theirs)} s; ${ours.latencies.length} frames read, ` +
      `${ours.unreadable} unreadable; ${ours.stalls} stalls, theirs ${theirs.stalls}. ` +
      'The publisher, three browsers and both servers share the machine.',
  };
}
