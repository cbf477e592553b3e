/** A small origin for the player's tests: ffmpeg makes live HLS, a Node server hands it out with a status that tests set. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.m4s': 'video/iso.segment',
  '.mp4': 'video/mp4',
};

/** Two small renditions with their own sound: a moving picture and a tone. */
const input = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i', 'sine=frequency=440'];
const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-bf', '0', '-threads', '1', '-c:a', 'aac'];
const ladder = [
  '-map',
  '0:v',
  '-map',
  '1:a',
  '-map',
  '0:v',
  '-map',
  '1:a',
  '-s:v:1',
  '160x90',
  '-b:v:0',
  '300k',
  '-b:v:1',
  '80k',
];

export interface OriginStatus {
  state: 'offline' | 'starting' | 'live' | 'reconnecting' | 'ended';
  session_id: string | null;
  title: string;
}

export interface LiveOrigin {
  url: string;
  /** What `/live/str_test/status` answers; a number is an HTTP error. */
  status: OriginStatus | number;
  /** Starts a broadcast; answers when its playlist is there. */
  goLive(session: string): Promise<void>;
  /** Lets ffmpeg end the playlist (EXT-X-ENDLIST), and waits for it. */
  end(): Promise<void>;
  /** Kills ffmpeg: the playlist just stops. */
  drop(): Promise<void>;
  /** Whether playlists and segments are refused as a broken network would. */
  broken: boolean;
  /** Further pages by path, for what a test wants to serve from the same origin. */
  pages: Map<string, { type: string; body: string | Buffer }>;
  stop(): Promise<void>;
}

/** Listens on a port of its own on loopback. */
export async function startLiveOrigin(): Promise<LiveOrigin> {
  const folder = await mkdtemp(join(tmpdir(), 'livestreams-origin-'));
  let encoding: ChildProcess | null = null;
  let session = '';

  const server = createServer(async (request, response) => {
    const path = new URL(request.url!, 'http://origin').pathname;
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cache-Control', 'no-store');
    const page = origin.pages.get(path);
    if (page) return void response.setHeader('Content-Type', page.type).end(page.body);
    if (path === '/live/str_test/status') {
      if (typeof origin.status === 'number') return void response.writeHead(origin.status).end();
      return void response.setHeader('Content-Type', 'application/json').end(JSON.stringify(origin.status));
    }
    if (origin.broken || !path.startsWith('/live/str_test/')) return void response.writeHead(404).end();
    try {
      const bytes = await readFile(join(folder, session, basename(path)));
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream').end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function end(): Promise<void> {
    if (!encoding || encoding.exitCode !== null) return;
    const exit = once(encoding, 'exit');
    encoding.stdin!.end('q');
    await exit;
    encoding = null;
  }

  async function drop(): Promise<void> {
    if (!encoding || encoding.exitCode !== null) return;
    const exit = once(encoding, 'exit');
    encoding.kill('SIGKILL');
    await exit;
    encoding = null;
  }

  const origin: LiveOrigin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    status: { state: 'offline', session_id: null, title: 'Test' },
    broken: false,
    pages: new Map(),
    async goLive(id) {
      await end();
      session = id;
      const out = join(folder, id);
      await mkdir(out);
      encoding = spawn(
        'ffmpeg',
        // biome-ignore format: one argument list
        ['-v', 'error', '-re', ...input, ...ladder, ...encoder, '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_segment_type', 'fmp4',
          '-hls_flags', 'program_date_time+independent_segments', '-hls_fmp4_init_filename', 'init-%v.mp4',
          '-hls_segment_filename', 'segment-%v-%d.m4s', '-master_pl_name', 'index.m3u8', '-var_stream_map', 'v:0,a:0 v:1,a:1', 'media-%v.m3u8'],
        { cwd: out, stdio: ['pipe', 'ignore', 'inherit'] },
      );
      for (;;) {
        const playlist = await readFile(join(out, 'media-1.m3u8'), 'utf8').catch(() => '');
        if (playlist.includes('segment-1-1.m4s')) break;
        if (encoding.exitCode !== null) throw new Error('ffmpeg ended before its second segment');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      origin.status = { state: 'live', session_id: id, title: 'Test' };
    },
    end,
    drop,
    async stop() {
      await drop();
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return origin;
}
