import { expect } from 'chai';
import fc from 'fast-check';
import { readFrames } from '../../test/support/boxes.ts';
import { makeMedia } from '../../test/support/ffmpeg.ts';
import { fragment, initSegment } from './mp4.ts';
import { Mp4Error, Mp4Reader } from './mp4-reader.ts';
import type { Sample, VideoConfig } from './track.ts';

/** As the live encoder is told to write. */
const LIVE = [
  '-fps_mode',
  'passthrough',
  '-enc_time_base',
  '1:1000',
  '-video_track_timescale',
  '1000',
  '-avoid_negative_ts',
  'disabled',
  '-use_editlist',
  '0',
  '-flush_packets',
  '1',
  '-movflags',
  'empty_moov+default_base_moof+frag_every_frame+frag_discont+negative_cts_offsets+skip_trailer',
];

function encode(size: string, ...encoding: string[]): Buffer {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=1`];
  return makeMedia('mp4', ...picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10', ...encoding, ...LIVE);
}

interface Heard {
  configs: [VideoConfig, number][];
  samples: Sample[];
}

function read(bytes: Buffer, piece = 1000): Heard {
  const heard: Heard = { configs: [], samples: [] };
  const reader = new Mp4Reader({
    config: (config, timescale) => heard.configs.push([config, timescale]),
    sample: (sample) => heard.samples.push(sample),
  });
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return heard;
}

describe('the reader of live fMP4', function () {
  this.timeout(120_000);

  for (const [name, encoding] of [
    ['without B-frames', ['-tune', 'zerolatency']],
    ['with B-frames', ['-bf', '2']],
  ] as const) {
    it(`reads what ffmpeg writes ${name}`, () => {
      const file = encode('322x182', ...encoding);
      const { configs, samples } = read(file);
      expect(configs.length).to.equal(1);
      const [config, timescale] = configs[0]!;
      expect(timescale).to.equal(1000);
      expect(config).to.include({ codec: 'h264', width: 322, height: 182 });
      const expected = readFrames(file).map(({ dts, cts, data }) => ({ dts, cts, data: data.toString('hex') }));
      expect(samples.map(({ dts, cts, data }) => ({ dts, cts, data: data.toString('hex') }))).to.deep.equal(expected);
      expect(samples.map(({ keyframe }) => keyframe)).to.deep.equal(samples.map((_, i) => i % 10 === 0));
      expect(samples.map(({ dts, cts }) => dts + cts).sort((a, b) => a - b)).to.deep.equal(
        samples.map((_, i) => 40 * i + Math.min(...samples.map(({ dts, cts }) => dts + cts))),
      );
      expect(samples.every(({ duration }) => duration === 40)).to.equal(true);
    });
  }

  it('reads the same however it is cut', () => {
    const file = encode('64x64');
    const whole = read(file, file.length);
    for (const piece of [1, 7, 4096]) expect(read(file, piece)).to.deep.equal(whole);
  });

  it('tells of a new configuration when the encoder starts anew', () => {
    const { configs, samples } = read(Buffer.concat([encode('64x64'), encode('128x96')]));
    expect(configs.map(([{ width, height }]) => [width, height])).to.deep.equal([
      [64, 64],
      [128, 96],
    ]);
    expect(samples.length).to.equal(50);
  });

  it('reads back our own fragments', () => {
    const { configs, samples } = read(encode('64x64', '-bf', '2'));
    const own = Buffer.concat([initSegment(configs[0]![0]), fragment(1, 'video', samples)]);
    expect(read(own).samples).to.deep.equal(samples);
  });

  it('refuses what is no such file', () => {
    const box = (size: number, type: string) => {
      const header = Buffer.alloc(Math.max(8, Math.min(size, 64)));
      header.writeUInt32BE(size);
      header.write(type, 4, 'latin1');
      return header;
    };
    expect(() => read(box(4, 'free'))).to.throw(Mp4Error, 'of 4 bytes');
    expect(() => read(box(0x7f_ff_ff_ff, 'mdat'))).to.throw(Mp4Error, 'of 2147483647 bytes');
    expect(() => read(box(8, 'moov'))).to.throw(Mp4Error, '0 tracks');
    expect(() => read(box(8, 'moof'))).to.throw(Mp4Error, 'before the moov');
    const sound = makeMedia('mp4', '-f', 'lavfi', '-i', 'sine=duration=0.1', '-c:a', 'aac', '-movflags', 'empty_moov');
    expect(() => read(sound)).to.throw(Mp4Error, 'no box');
  });

  it('survives random changes with an Mp4Error at most', () => {
    const real = encode('64x64');
    const change = fc.tuple(fc.oneof(fc.nat({ max: 1500 }), fc.nat({ max: real.length - 1 })), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
        const bytes = Buffer.from(real);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          read(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(Mp4Error);
        }
      }),
      { numRuns: 500 },
    );
  });
});
