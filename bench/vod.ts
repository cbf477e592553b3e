/** An upload's transcode against bare ffmpeg that makes the same qualities, and the upload itself against the disk. */
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, type TestServer } from '../test/support/server.ts';
import { tokenOf, uploadAt, uploaded } from '../test/support/upload.ts';
import { median } from './numbers.ts';
import { cpuSeconds } from './processes.ts';
import type { Row } from './row.ts';

const CONFIG = fileURLToPath(new URL('configs/uploads.config.mjs', import.meta.url));
const FILM_S = 30;
const UPLOAD_BYTES = 512 * 1024 * 1024;
const PIECE = 4 * 1024 * 1024;
const ROUNDS = 3;

/** The default ladder's: kbit/s, peak and buffer. */
const RUNGS = [
  { size: '1280x720', rate: 2800, peak: 3360, buffer: 4200 },
  { size: '854x480', rate: 1520, peak: 1824, buffer: 2280 },
  { size: '640x360', rate: 980, peak: 1176, buffer: 1470 },
];

export async function measureVod(folder: string, seconds = FILM_S): Promise<Row[]> {
  const film = makeFilm(folder, seconds);
  const server = await startServer({ config: CONFIG });
  try {
    const ours = await transcodeCpu(server, film);
    return [
      {
        what: `CPU of an uploaded file's transcode, all our processes, 720p into three qualities`,
        peer: 'bare ffmpeg: the same three, HLS, one process',
        ours: ours / seconds,
        theirs: ffmpegCpu(film, join(folder, 'vod-peer')) / seconds,
        unit: 'CPU s/s',
        wantedRatio: 1.05,
        wantedAbsolute: null,
        note: `From the last byte of the upload until it is ready; ${seconds} s of media with a keyframe every 10 s, so that nothing is copied.`,
      },
      await measureUpload(server, folder),
    ];
  } finally {
    await server.stop();
  }
}

/** Noise over a moving picture, which gives encoders as much to do as a camera does. */
function makeFilm(folder: string, seconds: number): string {
  const file = join(folder, 'film.mp4');
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30,noise=alls=6:allf=t'];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const codecs = '-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 300 -b:v 4M -c:a aac -ac 2'.split(' ');
  ffmpeg([...picture, ...sound, ...codecs, '-t', String(seconds), file]);
  return file;
}

async function transcodeCpu(server: TestServer, film: string): Promise<number> {
  const pid = server.process.pid!;
  const { asset_id: id, job_id: job } = await uploaded(server, readFileSync(film));
  const before = cpuSeconds(pid);
  const headers = { authorization: `Bearer ${await tokenOf(server)}` };
  // Ends with the job: asking again and again would be work for the server too.
  await (await fetch(`${server.url}/v1/jobs/${job}/stream`, { headers })).text();
  const { status } = await server.api<{ status: string }>('GET', `/assets/${id}`);
  if (status !== 'ready') throw new Error(`the upload is ${status}`);
  return cpuSeconds(pid) - before;
}

function ffmpegCpu(film: string, folder: string): number {
  mkdirSync(folder, { recursive: true });
  const labels = RUNGS.map((_, i) => `[v${i}]`);
  const scaled = RUNGS.map(({ size }, i) => `[s${i}]scale=${size.replace('x', ':')}:flags=bicubic${labels[i]}`);
  const graph = `[0:v]split=3${RUNGS.map((_, i) => `[s${i}]`).join('')};${scaled.join(';')}`;
  const rungs = RUNGS.flatMap(({ rate, peak, buffer }, i) => [
    ...['-map', labels[i]!, `-c:v:${i}`, 'libx264', '-preset', 'veryfast', `-b:v:${i}`, `${rate}k`],
    ...[`-maxrate:v:${i}`, `${peak}k`, `-bufsize:v:${i}`, `${buffer}k`],
  ]);
  const keyframes = ['-sc_threshold', '0', '-g', '9999', '-force_key_frames', 'expr:gte(t,n_forced*2)'];
  const sound = ['-map', '0:a', '-c:a', 'aac', '-b:a', '160k'];
  const streams = ['-var_stream_map', 'v:0,agroup:a v:1,agroup:a v:2,agroup:a a:0,agroup:a'];
  const hls = ['-f', 'hls', '-hls_time', '4', '-hls_segment_type', 'fmp4', '-hls_playlist_type', 'vod'];
  const before = cpuSeconds(process.pid);
  const args = [...rungs, ...keyframes, ...sound, ...streams, ...hls, join(folder, '%v.m3u8')];
  ffmpeg(['-i', film, '-filter_complex', graph, ...args]);
  return cpuSeconds(process.pid) - before;
}

function ffmpeg(args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args]);
}

/** Seconds for a gigabyte, sent in one piece and safe on the disk, against writing the same to the same disk. */
async function measureUpload(server: TestServer, folder: string): Promise<Row> {
  const bytes = Buffer.alloc(UPLOAD_BYTES, 'a picture or a sound, it does not matter which');
  const token = await tokenOf(server);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await uploadSeconds(server, token, bytes));
    theirs.push(diskSeconds(join(folder, 'disk'), bytes));
  }
  const gigabytes = UPLOAD_BYTES / 1e9;
  return {
    what: 'upload of a file, safe when it is acknowledged',
    peer: 'writing it to the same disk, and fsync',
    ours: median(ours) / gigabytes,
    theirs: median(theirs) / gigabytes,
    unit: 's/GB',
    wantedRatio: null,
    // A line of a gigabit a second is filled.
    wantedAbsolute: 8,
    note: `${UPLOAD_BYTES >> 20} MiB over loopback in one PATCH, median of ${ROUNDS}; each 4 MiB are flushed with a checksum before they count.`,
  };
}

/** The last byte is held back: what becomes of a whole upload is no part of this. */
async function uploadSeconds(server: TestServer, token: string, bytes: Buffer): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' };
  const created = await fetch(`${server.url}/v1/uploads`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes.length + 1) },
  });
  const url = new URL(created.headers.get('location')!, server.url).href;
  const started = performance.now();
  const answer = await fetch(url, {
    method: 'PATCH',
    headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
  });
  const seconds = (performance.now() - started) / 1000;
  const { offset } = await uploadAt(server, url);
  if (answer.status !== 204 || offset !== bytes.length) throw new Error(`the upload ended with ${answer.status}`);
  await fetch(url, { method: 'DELETE', headers });
  return seconds;
}

function diskSeconds(path: string, bytes: Buffer): number {
  writeFileSync(path, '');
  const started = performance.now();
  const file = openSync(path, 'w');
  for (let at = 0; at < bytes.length; at += PIECE) writeSync(file, bytes, at, Math.min(PIECE, bytes.length - at));
  fsyncSync(file);
  closeSync(file);
  return (performance.now() - started) / 1000;
}
