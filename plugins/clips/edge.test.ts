/** Edges of exact clips: what is left of a segment when it is cut. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeTime, timescale } from '#plugin-api';
import { decodeFrames, ffmpeg } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { avcCodec } from './cut-file.ts';
import { cutEdge } from './edge.ts';

const mediaStart = (init: Buffer, segment: Buffer) => decodeTime(segment) / timescale(init);
const signal = new AbortController().signal;

interface Track {
  init: Buffer;
  /** The second of two-second segments. */
  segment: Buffer;
}

/** Six seconds of one track, cut into segments. */
function track(source: string, ...encoder: string[]): Track {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  ffmpeg(
    ...['-f', 'lavfi', '-i', source, '-t', '6', ...encoder, '-f', 'hls', '-hls_time', '2', '-hls_segment_type', 'fmp4'],
    ...['-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', file('%d.m4s'), file('list.m3u8')],
  );
  return { init: readFileSync(file('init.mp4')), segment: readFileSync(file('1.m4s')) };
}

describe('cutEdge', function () {
  this.timeout(60_000);
  const picture = 'testsrc2=size=320x180:rate=30';

  for (const [codec, ...encoder] of [
    ['avc1.64000d', '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '60'],
    [
      'hvc1.1.6.L60.90',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-g',
      '60',
      '-tag:v',
      'hvc1',
      '-x265-params',
      'log-level=error',
    ],
  ] as [string, ...string[]][]) {
    it(`keeps just the frames of the range, on the clock of the media: ${codec.slice(0, 4)}`, async () => {
      const { init, segment } = track(picture, ...encoder);
      const clock = mediaStart(init, segment);
      const cut = await cutEdge({ kind: 'video', codec, init, segment, start: clock + 0.7, end: clock + 1.5 }, signal);
      const after = decodeFrames(Buffer.concat([cut.init, cut.media]), 'mp4', 'video');
      expect(after).to.have.length(24);
      for (const [at, { time }] of after.entries()) expect(time - after[0]!.time).to.be.closeTo(at / 30, 0.002);
      // Its first frame is the first that is shown at the start of the range or after it.
      expect(mediaStart(cut.init, cut.media)).to.be.within(clock + 0.7 - 0.002, clock + 0.7 + 1 / 30);
      if (codec.startsWith('avc1')) expect(avcCodec(cut.init)).to.match(/^avc1\.[0-9a-f]{6}$/);
    });
  }

  it('copies the sound, to a frame of it', async () => {
    const { init, segment } = track('sine=r=48000', '-c:a', 'aac');
    const before = decodeFrames(Buffer.concat([init, segment]), 'mp4', 'audio');
    const clock = mediaStart(init, segment);
    const cut = await cutEdge(
      { kind: 'audio', codec: 'mp4a.40.2', init, segment, start: clock + 0.5, end: clock + 1.5 },
      signal,
    );
    const after = decodeFrames(Buffer.concat([cut.init, cut.media]), 'mp4', 'audio');
    expect(after.length).to.be.within(46, 48);
    expect(mediaStart(cut.init, cut.media)).to.be.within(clock + 0.5, clock + 0.5 + 1024 / 48_000);
    expect(before.length).to.be.greaterThan(after.length);
  });

  it('says what is wrong where nothing lies in the range, and where there is no encoder', async () => {
    const { init, segment } = track(picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60');
    const edge = { kind: 'video', codec: 'avc1.64000d', init, segment, start: 100, end: 101 } as const;
    const failure = await cutEdge(edge, signal).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(failure).to.match(/no frame lies in the range|no moov/);
    const unknown = await cutEdge({ ...edge, codec: 'vp09.00.10.08' }, signal).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(unknown).to.equal('there is no encoder for vp09.00.10.08');
  });
});
