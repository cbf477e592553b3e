import { expect } from 'chai';
import fc from 'fast-check';
import { boxAt } from '../../../test/support/boxes.ts';
import { makeMedia } from '../../../test/support/ffmpeg.ts';
import type { TrackConfig } from '../track.ts';
import { aacConfig } from './aac.ts';
import { av1Config } from './av1.ts';
import { BitReader, CodecConfigError, withoutEmulationPrevention } from './bit-reader.ts';
import { h264Config } from './h264.ts';
import { hevcConfig } from './hevc.ts';
import { opusConfig, opusPacketSamples } from './opus.ts';

/** The configuration that ffmpeg writes for a picture of this kind. */
function made(boxes: string, size: string, rate: string, ...encoding: string[]): Buffer {
  const picture = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${rate}`, '-frames:v', '2', '-pix_fmt', 'yuv420p'];
  return boxAt(makeMedia('mp4', ...picture, ...encoding), `moov/trak/mdia/minf/stbl/stsd/${boxes}`);
}

/** Bits in text, spaces ignored, filled up to whole bytes. */
function fromBits(...bits: string[]): Buffer {
  const all = bits.join('').replaceAll(' ', '');
  const bytes = all.padEnd(Math.ceil(all.length / 8) * 8, '0').match(/.{8}/g)!;
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** Only a CodecConfigError may come of random bytes, of real ones with changes, and of real ones cut short. */
function expectSurvives(parse: (bytes: Buffer) => TrackConfig, real: Buffer): void {
  const survive = (bytes: Buffer): void => {
    try {
      parse(bytes);
    } catch (error) {
      expect(error).to.be.instanceOf(CodecConfigError);
    }
  };
  for (let length = 0; length < real.length; length++) survive(real.subarray(0, length));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => survive(Buffer.from(bytes))));
  const change = fc.tuple(fc.nat({ max: real.length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(real);
      for (const [at, value] of changes) bytes[at] = value;
      survive(bytes);
    }),
    { numRuns: 1000 },
  );
}

const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast'];
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1'];
const quiet = (params: string) => ['-x265-params', `log-level=error:${params}`];

describe('codec configurations', function () {
  this.timeout(120_000);

  describe('of H.264', () => {
    for (const [size, rate, frameRate, codecString, encoding] of [
      ['1920x1080', '30', 30, 'avc1.42c028', ['-pix_fmt', 'yuv420p', '-profile:v', 'baseline']],
      [
        '322x182',
        '24000/1001',
        24000 / 1001,
        'avc1.4d400d',
        ['-pix_fmt', 'yuv420p', '-profile:v', 'main', '-x264-params', 'cabac=1'],
      ],
      [
        '202x358',
        '60',
        60,
        'avc1.7a0015',
        ['-pix_fmt', 'yuv422p', '-profile:v', 'high422', '-x264-params', '8x8dct=1'],
      ],
      ['63x61', '25', 25, 'avc1.f4000a', ['-pix_fmt', 'yuv444p', '-profile:v', 'high444']],
      [
        '720x484',
        '30',
        30,
        'avc1.4d401f',
        ['-pix_fmt', 'yuv420p', '-profile:v', 'main', '-flags', '+ildct', '-x264-params', 'tff=1'],
      ],
      [
        '640x360',
        '30',
        30,
        'avc1.64001e',
        ['-pix_fmt', 'yuv420p', '-profile:v', 'high', '-x264-params', 'cqm=jvt:8x8dct=1'],
      ],
    ] as const) {
      it(`${size} at ${rate}, ${encoding.slice(0, 4).join(' ')}`, () => {
        const config = h264Config(made('avc1/avcC', size, rate, ...X264, ...encoding));
        expect(`${config.width}x${config.height}`).to.equal(size);
        expect(config.frameRate).to.be.closeTo(frameRate, 0.001);
        expect(config.codecString).to.equal(codecString);
      });
    }

    it('survives malformed ones', () => expectSurvives(h264Config, made('avc1/avcC', '322x182', '25', ...X264)));
  });

  describe('of HEVC', () => {
    for (const [size, rate, frameRate, codecString, encoding] of [
      ['640x360', '30', 30, 'hvc1.1.6.L63.90', ['-pix_fmt', 'yuv420p', ...quiet('bframes=4:b-pyramid=1')]],
      [
        '322x182',
        '24000/1001',
        24000 / 1001,
        'hvc1.1.6.L60.90',
        ['-pix_fmt', 'yuv420p', ...quiet('scaling-list=default:sar=4:range=full:colorprim=bt709')],
      ],
      ['200x120', '50', 50, 'hvc1.2.4.L60.90', ['-pix_fmt', 'yuv420p10le', ...quiet('temporal-layers=2:bframes=3')]],
      ['202x122', '25', 25, 'hvc1.4.10.L60.9D.8', ['-pix_fmt', 'yuv422p', ...quiet('pools=1')]],
    ] as const) {
      it(`${size} at ${rate}, ${encoding[1]}`, () => {
        const config = hevcConfig(made('hvc1/hvcC', size, rate, ...X265, ...encoding));
        expect(`${config.width}x${config.height}`).to.equal(size);
        expect(config.frameRate).to.be.closeTo(frameRate, 0.001);
        expect(config.codecString).to.equal(codecString);
      });
    }

    it('survives malformed ones', () =>
      expectSurvives(hevcConfig, made('hvc1/hvcC', '64x64', '25', ...X265, ...quiet(''))));
  });

  describe('of AV1', () => {
    const AOM = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'];

    for (const [size, rate, codecString, encoding] of [
      ['322x182', '30', 'av01.0.00M.08', ['-pix_fmt', 'yuv420p']],
      ['640x360', '25', 'av01.0.01M.10', ['-pix_fmt', 'yuv420p10le']],
    ] as const) {
      it(`${size} at ${rate}, ${encoding[1]}`, () => {
        const config = av1Config(made('av01/av1C', size, rate, ...AOM, ...encoding));
        expect(`${config.width}x${config.height}`).to.equal(size);
        expect(config.codecString).to.equal(codecString);
      });
    }

    it('with timing and operating points', () => {
      const header = fromBits(
        '000 0 0', // profile 0, moving, not reduced
        '1',
        (1001).toString(2).padStart(32, '0'),
        (30_000).toString(2).padStart(32, '0'),
        '1 1', // each picture one tick
        '1 00100',
        '0'.repeat(32),
        '00000 00000', // decoder model, delays of 5 bits
        '1 00001', // display delay, two operating points
        '000000000000 01000 1',
        '1 00000 00000 0',
        '1 0000',
        '000000000001 00100',
        '0',
        '0',
        '1010 1001',
        '11101010101',
        '1000000111', // 11 bits for 1878, 10 bits for 520
      );
      const config = av1Config(Buffer.concat([Buffer.from([0x81, 8, 0x80, 0, 0x0a, header.length]), header]));
      expect(config).to.include({ width: 1878, height: 520, codecString: 'av01.0.08H.08' });
      expect(config.frameRate).to.be.closeTo(29.97, 0.001);
    });

    it('without a sequence header is refused', () => {
      expect(() => av1Config(Buffer.from([0x81, 0, 0, 0]))).to.throw(CodecConfigError, 'no sequence header');
      expect(() => av1Config(Buffer.from([0x81, 0, 0, 0, 0x12, 0]))).to.throw(CodecConfigError, 'no sequence header');
    });

    it('survives malformed ones', () => expectSurvives(av1Config, made('av01/av1C', '64x64', '25', ...AOM)));
  });

  describe('of AAC', () => {
    const read = (...bits: string[]) => {
      const { codecString, sampleRate, channels, samplesPerFrame } = aacConfig(fromBits(...bits));
      return [codecString, sampleRate, channels, samplesPerFrame];
    };

    it('AAC-LC', () => {
      expect(read('00010 0011 0010 000')).to.deep.equal(['mp4a.40.2', 48_000, 2, 1024]);
      expect(read('00010 0100 0001 000')).to.deep.equal(['mp4a.40.2', 44_100, 1, 1024]);
      expect(read('00010 0011 0111 100')).to.deep.equal(['mp4a.40.2', 48_000, 8, 960]);
    });

    it('with a rate in 24 bits', () => {
      expect(read('00010 1111', (37_800).toString(2).padStart(24, '0'), '0010 000')).to.deep.equal([
        'mp4a.40.2',
        37_800,
        2,
        1024,
      ]);
    });

    it('HE-AAC and its second version', () => {
      expect(read('00101 0110 0010 0011 00010 000')).to.deep.equal(['mp4a.40.5', 48_000, 2, 2048]);
      expect(read('11101 0110 0001 0011 00010 000')).to.deep.equal(['mp4a.40.29', 48_000, 2, 2048]);
    });

    it('HE-AAC that old decoders can read as AAC-LC', () => {
      const lc = '00010 0110 0010 000';
      expect(read(lc, '01010110111 00101 1 0011')).to.deep.equal(['mp4a.40.5', 48_000, 2, 2048]);
      expect(read(lc, '01010110111 00101 0')).to.deep.equal(['mp4a.40.2', 24_000, 2, 1024]);
      const mono = '00010 0110 0001 000';
      expect(read(mono, '01010110111 00101 1 0011 10101001000 1')).to.deep.equal(['mp4a.40.29', 48_000, 2, 2048]);
    });

    it('with its channels listed', () => {
      const elements = '0000 01 0011 0010 0000 0001 01 000 0000 000';
      // Two in front (a single, a pair), one pair behind, one low-frequency.
      const listed = ['0 0000', '1 0001', '1 0010', '0000'];
      expect(read('00010 0011 0000 000', elements, ...listed, '00000', '00000000').slice(1, 3)).to.deep.equal([
        48_000, 6,
      ]);
    });

    it('of other kinds is refused', () => {
      expect(() => read('00001 0011 0010 000')).to.throw(CodecConfigError, 'object type 1');
      expect(() => read('11111 001010 0011 0010 000')).to.throw(CodecConfigError, 'object type 42');
      expect(() => read('00010 1101 0010 000')).to.throw(CodecConfigError, 'sample rate');
      expect(() => read('00010 0011 1000 000')).to.throw(CodecConfigError, 'channel configuration 8');
    });

    it('survives malformed ones', () =>
      expectSurvives(aacConfig, fromBits('00010 0110 0010 000', '01010110111 00101 1 0011 10101001000 1')));
  });

  describe('of Opus', () => {
    const STEREO = Buffer.from('4f707573486561640102380180bb0000000000', 'hex');
    const SURROUND = Buffer.concat([
      Buffer.from('4f707573486561640106380180bb0000000001', 'hex'),
      Buffer.from([4, 2, 0, 4, 1, 2, 3, 5]),
    ]);

    it('turns its header into dOps', () => {
      const config = opusConfig(STEREO);
      expect(config).to.include({ codecString: 'opus', sampleRate: 48_000, channels: 2 });
      expect(config.description.toString('hex')).to.equal('0002' + '0138' + '0000bb80' + '0000' + '00');
      const surround = opusConfig(SURROUND);
      expect(surround.channels).to.equal(6);
      expect(surround.description.toString('hex')).to.equal(
        '0006' + '0138' + '0000bb80' + '0000' + '01' + '0402000401020305',
      );
    });

    it('counts the samples of a packet', () => {
      const samples = (configuration: number, code: number, ...rest: number[]) =>
        opusPacketSamples(Buffer.from([(configuration << 3) | code, ...rest]));
      expect([samples(0, 0), samples(3, 0), samples(13, 0), samples(16, 0), samples(31, 0)]).to.deep.equal([
        480, 2880, 960, 120, 960,
      ]);
      expect([samples(31, 1), samples(30, 2), samples(28, 3, 5), samples(3, 3, 63), samples(31, 3)]).to.deep.equal([
        1920, 960, 600, 960, 960,
      ]);
    });

    it('survives malformed ones', () => expectSurvives(opusConfig, SURROUND));
  });
});

describe('the bit reader', () => {
  it('reads Exp-Golomb codes', () => {
    const reader = new BitReader(fromBits('1 010 011 00100 00111 0001000'));
    expect([1, 2, 3, 4, 5].map(() => reader.unsigned())).to.deep.equal([0, 1, 2, 3, 6]);
    const signed = new BitReader(fromBits('1 010 011 00100 00101'));
    expect([1, 2, 3, 4, 5].map(() => signed.signed())).to.deep.equal([0, 1, -1, 2, -2]);
  });

  it('does not read beyond the end', () => {
    expect(() => new BitReader(Buffer.from([1])).bits(9)).to.throw(CodecConfigError);
    expect(() => new BitReader(Buffer.from([1])).skip(9)).to.throw(CodecConfigError);
    expect(() => new BitReader(Buffer.alloc(40)).unsigned()).to.throw(CodecConfigError, '32 bits');
  });

  it('takes out emulation prevention bytes', () => {
    const nal = Buffer.from([0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3, 0, 3]);
    expect([...withoutEmulationPrevention(nal)]).to.deep.equal([0, 0, 1, 0, 0, 0, 0, 3, 0, 3]);
  });
});
