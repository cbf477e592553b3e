/** The whole ingest: real encoders and clients, the real process, a door that only notes what comes to it. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Host, type Logger, type PublishAttempt, PublishRefused, type RunningIngest } from '#plugin-api';
import { PublishFailed, publishFlv } from './client/publish.ts';
import { rtmp } from './index.ts';

const run = promisify(execFile);

/** Polls until `read` answers something: what is waited for happens in another process. */
async function until<T>(
  what: string,
  read: () => T | undefined | null | false | Promise<T | undefined | null | false>,
): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await read();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Entry {
  attempt: PublishAttempt;
  ended: string | null;
  drop: AbortController;
}

/** A door that lets all in but the key `wrong`, and the stream `busy`. */
class Door {
  readonly entries: Entry[] = [];
  readonly log: { level: string; fields: Record<string, unknown>; message: string }[] = [];

  async publish(attempt: PublishAttempt) {
    if (attempt.key === 'wrong') throw new PublishRefused('denied', 'The stream key is wrong or has expired.');
    if (attempt.streamId === 'busy') throw new PublishRefused('busy', 'Another encoder is sending to this stream.');
    const entry: Entry = { attempt, ended: null, drop: new AbortController() };
    this.entries.push(entry);
    return {
      id: `pub_${this.entries.length}`,
      sessionId: 'ses_1',
      signal: entry.drop.signal,
      ended: (reason: string) => {
        expect(entry.ended).to.equal(null);
        entry.ended = reason;
      },
    };
  }

  get logger(): Logger {
    const at = (level: string) => (fields: object, message: string) =>
      void this.log.push({ level, fields: fields as Record<string, unknown>, message });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => this.logger };
  }

  /** Ids of the server processes, in order of their starts. */
  get pids(): number[] {
    return this.log.filter(({ message }) => message === 'RTMP is listening').map(({ fields }) => fields.pid as number);
  }
}

interface Settings {
  port: number;
  host: string;
  maxConnections: number;
  idleTimeout: number;
}

async function startRtmp(door: Door, settings: Partial<Settings> = {}): Promise<RunningIngest> {
  const config = { port: 0, host: '127.0.0.1', maxConnections: 100, idleTimeout: 15, ...settings };
  return rtmp().definition.ingest!.start(door, { config, log: door.logger } as Host);
}

function portOf(running: RunningIngest): number {
  return Number(/:(\d+)\/live/.exec(running.publishUrls.rtmp!)![1]);
}

async function read(attempt: PublishAttempt): Promise<Buffer> {
  const response = await fetch(attempt.source.url, { headers: { authorization: attempt.source.authorization } });
  expect(response.status).to.equal(200);
  expect(response.headers.get('content-type')).to.equal('video/x-flv');
  return Buffer.from(await response.arrayBuffer());
}

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25:duration=2'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=duration=2'];
const ENCODE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac', '-f', 'flv'];

function ffmpeg(...parts: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'info', ...parts]);
}

async function* chunksOf(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('rtmp: ingest', function () {
  this.timeout(120_000);
  let door: Door;
  let running: RunningIngest;
  let folder: string;
  let port: number;
  let flv: Buffer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rtmp-'));
    const made = await run('ffmpeg', ['-v', 'error', ...PICTURE, ...SOUND, ...ENCODE, 'pipe:1'], {
      encoding: 'buffer',
      maxBuffer: 1 << 26,
    });
    flv = made.stdout;
    door = new Door();
    running = await startRtmp(door);
    port = portOf(running);
  });

  after(async () => {
    await running.stop();
    await rm(folder, { recursive: true });
    expect(door.pids.filter(isAlive)).to.deep.equal([]);
  });

  afterEach(() => {
    door.entries.length = 0;
  });

  const entry = () => until('a publish', () => door.entries[0]);

  async function framesOf(bytes: Buffer): Promise<{ video: number; audio: number; firstTime: number }> {
    const file = join(folder, 'read.flv');
    await writeFile(file, bytes);
    const probe = [
      '-v',
      'error',
      '-count_frames',
      '-show_entries',
      'stream=codec_type,nb_read_frames,start_time',
      '-of',
      'json',
      file,
    ];
    const { stdout, stderr } = await run('ffprobe', probe);
    expect(stderr).to.equal('');
    const { streams } = JSON.parse(stdout) as {
      streams: { codec_type: string; nb_read_frames: string; start_time: string }[];
    };
    const of = (type: string) => streams.find((stream) => stream.codec_type === type);
    return {
      video: Number(of('video')?.nb_read_frames ?? 0),
      audio: Number(of('audio')?.nb_read_frames ?? 0),
      firstTime: Number(of('video')?.start_time),
    };
  }

  it('takes ffmpeg, and hands a reader each frame that was sent, even one that comes after the end', async () => {
    await ffmpeg(...PICTURE, ...SOUND, ...ENCODE, `rtmp://127.0.0.1:${port}/live/str_1?key=k%26y`);
    const { attempt } = await entry();
    expect(attempt).to.deep.include({ streamId: 'str_1', key: 'k&y', remoteAddress: '127.0.0.1' });
    expect(attempt.encoder).to.include('Lavf');
    await until('the end', () => door.entries[0]!.ended);
    expect(door.entries[0]!.ended).to.equal('The encoder ended the stream.');
    const frames = await framesOf(await read(attempt));
    expect(frames.video).to.equal(50);
    expect(frames.audio).to.be.greaterThan(85);
  });

  it('gives ffmpeg the reason of a refusal', async () => {
    for (const [target, reason] of [
      ['str_1?key=wrong', 'The stream key is wrong or has expired.'],
      ['busy?key=k', 'Another encoder is sending to this stream.'],
      ['str_1', 'The stream key is missing'],
    ]) {
      const failure = await ffmpeg(...PICTURE, ...ENCODE, `rtmp://127.0.0.1:${port}/live/${target}`).catch(
        (error) => error,
      );
      expect(failure).to.be.instanceOf(Error);
      expect(failure.stderr).to.include(reason);
    }
    expect(door.entries).to.have.length(0);
  });

  it('keeps timestamps over 0xFFFFFF, in ffmpeg’s own chunks', async () => {
    const offset = ['-output_ts_offset', '16777'];
    await ffmpeg(
      ...PICTURE,
      ...SOUND,
      ...ENCODE.slice(0, -2),
      ...offset,
      '-f',
      'flv',
      `rtmp://127.0.0.1:${port}/live/str_1?key=k`,
    );
    const frames = await framesOf(await read((await entry()).attempt));
    expect(frames.video).to.equal(50);
    expect(frames.firstTime).to.be.within(16_777, 16_778);
  });

  it('takes our own client, byte for byte', async () => {
    let started = 0;
    await publishFlv({
      host: '127.0.0.1',
      port,
      streamId: 'str_1',
      key: 'a b?&',
      flv: chunksOf(flv),
      onStart: () => started++,
    });
    const { attempt } = await entry();
    expect(started).to.equal(1);
    expect(attempt.key).to.equal('a b?&');
    expect((await read(attempt)).subarray(13).equals(flv.subarray(13))).to.equal(true);
  });

  it('tells our own client why it is refused, and dropped', async () => {
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'wrong', flv: chunksOf(flv) };
    const refused = await publishFlv(target).catch((error) => error);
    expect(refused).to.be.instanceOf(PublishFailed);
    expect(refused).to.deep.include({
      code: 'NetStream.Publish.Denied',
      message: 'The stream key is wrong or has expired.',
    });
    const busy = await publishFlv({ ...target, streamId: 'busy', key: 'k' }).catch((error) => error);
    expect(busy.code).to.equal('NetStream.Publish.BadName');

    const publishing = publishFlv({ ...target, key: 'k', flv: endless(flv) }).catch((error) => error);
    (await entry()).drop.abort('The stream key was deleted.');
    expect((await publishing).message).to.equal('The stream key was deleted.');
    expect(await until('the end', () => door.entries[0]!.ended)).to.equal('The stream key was deleted.');
  });

  it('ends in good order when our own client is aborted', async () => {
    const abort = new AbortController();
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: endless(flv), signal: abort.signal };
    const publishing = publishFlv(target).catch((error) => error);
    await entry();
    abort.abort(new Error('enough'));
    expect((await publishing).message).to.equal('enough');
    expect(await until('the end', () => door.entries[0]!.ended)).to.equal('The encoder ended the stream.');
  });

  it('shows a source only to who has its token', async () => {
    const abort = new AbortController();
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: endless(flv), signal: abort.signal };
    const publishing = publishFlv(target).catch(() => {});
    const { url, authorization } = (await entry()).attempt.source;
    expect((await fetch(url)).status).to.equal(401);
    expect((await fetch(url, { headers: { authorization: `${authorization}x` } })).status).to.equal(401);
    expect((await fetch(new URL('/0', url), { headers: { authorization } })).status).to.equal(404);
    abort.abort();
    await publishing;
  });

  it('holds a publisher back whose reader is slow, and loses nothing', async () => {
    const size = 64 * 1024 * 1024;
    const sent = { bytes: 0 };
    const publishing = publishFlv({ host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: bigFlv(size, sent) });
    const { attempt } = await entry();
    const response = await fetch(attempt.source.url, { headers: { authorization: attempt.source.authorization } });
    // Nobody takes the body: what is sent comes to a stop well before its end.
    let last = -1;
    await until('the publisher to stand still', async () => {
      if (sent.bytes === last && sent.bytes > 0) return true;
      last = sent.bytes;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return false;
    });
    expect(sent.bytes).to.be.lessThan(size - (8 << 20));
    let received = 0;
    for await (const chunk of response.body!) received += chunk.length;
    await publishing;
    expect(received).to.equal(13 + sent.bytes);
  });

  const sockets: Record<string, Buffer> = {
    'not RTMP at all': Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
    'a type 3 chunk first': Buffer.concat([Buffer.from([3]), Buffer.alloc(3072), Buffer.from([0xc3])]),
    'a message of 16 MiB': Buffer.concat([
      Buffer.from([3]),
      Buffer.alloc(3072),
      Buffer.from('03000000ffffff1400000000', 'hex'),
    ]),
    'a bomb of nested AMF': Buffer.concat([
      Buffer.from([3]),
      Buffer.alloc(3072),
      Buffer.from('0200000000000401000000000000ffff', 'hex'),
      Buffer.from('0300000000ea601400000000', 'hex'),
      Buffer.alloc(60_000, Buffer.from([10, 0, 0, 0, 1])),
    ]),
  };
  it('closes on malformed input, lives on, and leaves other publishers alone', async () => {
    const abort = new AbortController();
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: endless(flv), signal: abort.signal };
    const publishing = publishFlv(target).catch((error) => error);
    await entry();
    for (const [name, bytes] of Object.entries(sockets)) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close').catch((error) => expect.fail(`${name}: ${error}`));
    }
    expect(door.entries[0]!.ended).to.equal(null);
    expect(door.pids).to.have.length(1);
    abort.abort(new Error('enough'));
    expect((await publishing).message).to.equal('enough');
  });

  it('says which port is in use', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: taken } = other.address() as { port: number };
    const failure = await startRtmp(new Door(), { port: taken }).catch((error) => error);
    expect(failure.message).to.equal(
      `RTMP cannot listen on port ${taken}: another program uses it. Set LIVESTREAMS_RTMP_PORT to a free one.`,
    );
    other.close();
  });

  it('turns connections over the limit away, and ends silent ones', async () => {
    const small = new Door();
    const server = await startRtmp(small, { maxConnections: 2, idleTimeout: 2 });
    const open: Socket[] = [];
    for (let count = 0; count < 3; count++) {
      const socket = connect(portOf(server), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      await once(socket, 'connect');
      open.push(socket);
    }
    await once(open[2]!, 'close');
    expect(open[0]!.destroyed).to.equal(false);
    await Promise.all(open.slice(0, 2).map((socket) => socket.destroyed || once(socket, 'close')));
    expect(small.log.some(({ message }) => message.startsWith('too many connections'))).to.equal(true);
    await server.stop();
  });

  it('comes back on the same port after its process is killed, with its publishers ended', async () => {
    const doomed = new Door();
    const server = await startRtmp(doomed);
    const target = { host: '127.0.0.1', port: portOf(server), streamId: 'str_1', key: 'k' };
    const publishing = publishFlv({ ...target, flv: endless(flv) }).catch((error) => error);
    await until('a publish', () => doomed.entries[0]);
    process.kill(doomed.pids[0]!, 'SIGKILL');
    expect(await until('the end', () => doomed.entries[0]!.ended)).to.equal(
      'The RTMP server process ended unexpectedly.',
    );
    expect(await publishing).to.be.instanceOf(Error);
    await until('a second process', () => doomed.pids[1]);
    await publishFlv({ ...target, flv: chunksOf(flv) });
    await server.stop();
    expect(doomed.pids.filter(isAlive)).to.deep.equal([]);
  });

  it('leaves no process behind when its parent is killed', async () => {
    const script = join(folder, 'parent.ts');
    const plugin = new URL('./index.ts', import.meta.url).href;
    await writeFile(
      script,
      `import { rtmp } from '${plugin}';
       const log = { debug() {}, info(fields) { console.log(fields.pid ?? ''); }, warn() {}, error() {}, child: () => log };
       const config = { port: 0, host: '127.0.0.1', maxConnections: 9, idleTimeout: 15 };
       await rtmp().definition.ingest.start({}, { config, log });`,
    );
    const parent: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    parent.stdout!.on('data', (bytes) => (output += bytes));
    const pid = Number(await until('the process id', () => /(\d+)\n/.exec(output)?.[1]));
    expect(isAlive(pid)).to.equal(true);
    parent.kill('SIGKILL');
    await until('the process to be gone', () => !isAlive(pid));
  });
});

/** The tags of `flv`, then silence, until its reader lets go. */
async function* endless(flv: Buffer): AsyncGenerator<Buffer> {
  yield flv;
  await new Promise(() => {});
}

/** One keyframe and large frames after it, counting what was asked for. */
async function* bigFlv(size: number, sent: { bytes: number }): AsyncGenerator<Buffer> {
  yield Buffer.from('FLV\x01\x01\0\0\0\x09\0\0\0\0', 'latin1');
  for (let frame = 0; sent.bytes < size; frame++) {
    const data = Buffer.alloc(256 * 1024, Buffer.from([frame === 0 ? 0x17 : 0x27, 1]));
    const tag = Buffer.alloc(11 + data.length + 4);
    tag[0] = 9;
    tag.writeUIntBE(data.length, 1, 3);
    tag.writeUIntBE(frame, 4, 3);
    data.copy(tag, 11);
    tag.writeUInt32BE(11 + data.length, 11 + data.length);
    sent.bytes += tag.length;
    yield tag;
  }
}
