/** The whole ingest with real encoders: what they send is what a reader gets, and they are told what is wrong. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningIngest } from '#plugin-api';
import { PublishFailed, publishFlv } from './client/publish.ts';
import {
  chunksOf,
  Door,
  ENCODE,
  endless,
  isAlive,
  makeFlv,
  PICTURE,
  portOf,
  read,
  run,
  SOUND,
  startRtmp,
  until,
} from './ingest-rig.ts';
import { FLV_HEADER, tagOfData } from './protocol/flv.ts';

function ffmpeg(...parts: string[]): Promise<{ stdout: string; stderr: string }> {
  return run('ffmpeg', ['-hide_banner', '-nostdin', '-loglevel', 'info', ...parts]);
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
    flv = await makeFlv();
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

  it('says what to type into an encoder', () => {
    expect(running.publishUrls).to.deep.equal({
      address: `rtmp://{host}:${port}/live/{stream_id}?key={key}`,
      url: `rtmp://{host}:${port}/live`,
      key: '{stream_id}?key={key}',
    });
  });

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

  it('turns ffmpeg away as a player, after a handshake whose digests ffmpeg has checked', async () => {
    const url = `rtmp://127.0.0.1:${port}/live/str_1?key=k`;
    const failure = await ffmpeg('-i', url, '-f', 'null', '-').catch((error) => error);
    expect(failure.stderr).to.include('This server takes publishers only; watch over HLS.');
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

  it('carries Enhanced RTMP through unchanged', async () => {
    const tags = ['9068766331010203', '93687663310a0b0c', '9f0b'].map((hex, index) =>
      tagOfData(index === 2 ? 8 : 9, index * 40, Buffer.from(hex, 'hex')),
    );
    const file = Buffer.concat([FLV_HEADER, ...tags.map(({ bytes }) => bytes)]);
    await publishFlv({ host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: chunksOf(file) });
    expect((await read((await entry()).attempt)).equals(file)).to.equal(true);
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
});
