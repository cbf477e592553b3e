/** Edges of exact clips: what is left of a segment when it is cut. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeTime, timescale } from '#plugin-api';
import { decodeFrames, ffmpeg } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { cutEdge } from './edge.ts';
import { joinParameterSets } from './parameter-sets.ts';

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

  it('keeps just the frames of the range, on the clock of the media', async () => {
    const { init, segment } = track(picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '60');
    const clock = mediaStart(init, segment);
    const range = { start: clock + 0.7, end: clock + 1.5 };
    const cut = (await cutEdge({ kind: 'video', init, segment, first: true, ...range }, signal))!;
    const after = decodeFrames(Buffer.concat([cut.init, cut.media]), 'mp4', 'video');
    expect(after).to.have.length(24);
    for (const [at, { time }] of after.entries()) expect(time - after[0]!.time).to.be.closeTo(at / 30, 0.002);
    // Its first frame is the first that is shown at the start of the range or after it.
    expect(mediaStart(cut.init, cut.media)).to.be.within(clock + 0.7 - 0.002, clock + 0.7 + 1 / 30);
  });

  it('is decoded by one initialization section with what is beside it', async () => {
    const { init, segment } = track(
      picture,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-profile:v',
      'baseline',
      '-g',
      '60',
    );
    const clock = mediaStart(init, segment);
    const edge = { kind: 'video', init, segment, start: clock + 0.5, end: clock + 1.5 } as const;
    const first = (await cutEdge({ ...edge, first: true }, signal))!;
    const last = (await cutEdge({ ...edge, first: false }, signal))!;
    const joined = joinParameterSets(init, [first.init, last.init]);
    expect(joined.codec).to.match(/^avc1\.64/);
    for (const media of [first.media, segment, last.media]) {
      const frames = decodeFrames(Buffer.concat([joined.init, media]), 'mp4', 'video');
      expect(frames).to.have.length(media === segment ? 60 : 30);
    }
  });

  it('copies the sound, to a frame of it', async () => {
    const { init, segment } = track('sine=r=48000', '-c:a', 'aac');
    const before = decodeFrames(Buffer.concat([init, segment]), 'mp4', 'audio');
    const clock = mediaStart(init, segment);
    const edge = { kind: 'audio', init, segment, first: true, start: clock + 0.5, end: clock + 1.5 } as const;
    const cut = (await cutEdge(edge, signal))!;
    const after = decodeFrames(Buffer.concat([cut.init, cut.media]), 'mp4', 'audio');
    expect(after.length).to.be.within(46, 48);
    expect(mediaStart(cut.init, cut.media)).to.be.within(clock + 0.5, clock + 0.5 + 1024 / 48_000);
    expect(before.length).to.be.greaterThan(after.length);
  });

  it('is null where nothing lies in the range', async () => {
    const { init, segment } = track(picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60');
    const edge = { kind: 'video', init, segment, first: true, start: 100, end: 101 } as const;
    expect(await cutEdge(edge, signal)).to.equal(null);
  });
});
