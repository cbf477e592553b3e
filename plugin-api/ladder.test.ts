/** The ladder: what each kind of source gets, and what holds for all of them. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type LadderSettings, planLadder, RUNG_NAMES } from './ladder.ts';
import type { SourceVideo } from './media.ts';

const defaults: LadderSettings = { ladder: ['720p', '480p', '360p'], passthrough: 'auto', preset: 'veryfast' };
const hd: SourceVideo = {
  codec: 'h264',
  codecString: 'avc1.64001f',
  width: 1280,
  height: 720,
  frameRate: 30,
  bitrate: 2_500_000,
  keyframeInterval: 2,
};
const hevc = { codec: 'hevc', codecString: 'hvc1.1.6.L93.B0' } as const;

/** A plan in a line: `source + 480p 854x480 + 360p 640x360, on the source's keyframes`. */
function planOf(
  video: Partial<SourceVideo> = {},
  settings: Partial<LadderSettings> = {},
  context: { latency?: 'standard' | 'low'; shed?: number } = {},
): string {
  const { offerSource, renditions, keyframes } = planLadder(
    { ...defaults, ...settings },
    { video: { ...hd, ...video }, latency: 'standard', shed: 0, ...context },
  );
  const offered = renditions.map(({ name, width, height }) => `${name} ${width}x${height}`);
  const grid = keyframes === 'source' ? '' : `, every ${keyframes.every} s`;
  return [...(offerSource ? ['source'] : []), ...offered].join(' + ') + grid;
}

const UHD = { width: 3840, height: 2160 };
const FULL_HD = { width: 1920, height: 1080 };
const ALL = '720p 1280x720 + 480p 854x480 + 360p 640x360, every 2 s';
const PASSED = 'source + 480p 854x480 + 360p 640x360';

describe('the ladder', () => {
  const cases: [string, string, ...Parameters<typeof planOf>][] = [
    ['passes a fitting source through', PASSED, {}],
    ['passes one through of which little is known', PASSED, { frameRate: null, bitrate: null, keyframeInterval: null }],
    ['passes a slightly larger one through', PASSED, { width: 1366, height: 768 }],
    ['encodes all where passthrough is off', ALL, {}, { passthrough: 'off' }],
    ['encodes all of 1080p', ALL, { ...FULL_HD, frameRate: 60 }],
    [
      'passes 1080p through where it is in the ladder',
      `source + ${ALL.split(',')[0]}`,
      FULL_HD,
      { ladder: RUNG_NAMES.slice(0, 4) },
    ],
    ['encodes all of 4K60', ALL, { ...UHD, frameRate: 60, bitrate: 4e7 }],
    ['encodes all of HEVC', ALL, hevc],
    ['encodes all of AV1', ALL, { codec: 'av1', codecString: 'av01.0.05M.08' }],
    ['encodes all of H.264 with 10 bits', ALL, { codecString: 'avc1.6e001f' }],
    ['encodes all of H.264 4:4:4', ALL, { codecString: 'avc1.f4001f' }],
    ['encodes all where the bitrate is far above the rung', ALL, { bitrate: 8_000_000 }],
    ['takes a higher bitrate with 60 frames a second', PASSED, { bitrate: 6_000_000, frameRate: 60 }],
    ['allows keyframes 2.1 s apart', PASSED, { keyframeInterval: 2.1 }],
    ['encodes all where keyframes are further apart', ALL, { keyframeInterval: 2.2 }],
    ['has a grid of 1 s in low latency', ALL.replace('2 s', '1 s'), hevc, {}, { latency: 'low' }],
    ['turns with a portrait picture', 'source + 480p 480x854 + 360p 360x640', { width: 720, height: 1280 }],
    ['keeps the shape of a 4:3 picture', 'source + 480p 640x480 + 360p 480x360', { width: 960, height: 720 }],
    [
      'keeps the shape of a wide one',
      '720p 1720x720 + 480p 1146x480 + 360p 860x360, every 2 s',
      { width: 2580, height: 1080 },
    ],
    [
      'makes odd sizes even',
      '720p 1280x720 + 480p 852x480 + 360p 640x360, every 2 s',
      { ...hevc, width: 1281, height: 721 },
    ],
    ['takes a rung of the very size', 'source + 360p 640x360', { width: 854, height: 480 }],
    ['takes a size between rungs', 'source + 480p 854x480 + 360p 640x360', { width: 1024, height: 576 }],
    ['offers a small source alone', 'source', { width: 640, height: 360 }],
    ['offers a tiny source alone', 'source', { width: 160, height: 90 }],
    [
      'encodes a small one that is unfit in its own size',
      '180p 320x180, every 2 s',
      { ...hevc, width: 321, height: 181 },
    ],
    ['sorts the settings', PASSED, {}, { ladder: ['360p', '720p', '480p'] }],
    ['sheds the highest encoded rung', 'source + 360p 640x360', {}, {}, { shed: 1 }],
    ['leaves the source', 'source', {}, {}, { shed: 9 }],
    ['sheds from 4K60', '480p 854x480 + 360p 640x360, every 2 s', UHD, {}, { shed: 1 }],
    ['leaves the source of 4K60 when no rung can be kept up with', 'source, every 2 s', UHD, {}, { shed: 3 }],
  ];
  for (const [name, expected, ...args] of cases) it(name, () => expect(planOf(...args)).to.equal(expected));

  it('gives each rung its bitrate, and half as much again for twice the frames', () => {
    const bitrates = (frameRate: number) =>
      planLadder(
        { ...defaults, ladder: RUNG_NAMES },
        { video: { ...hd, ...UHD, bitrate: null, frameRate }, latency: 'standard', shed: 0 },
      ).renditions.map(({ bitrate }) => bitrate / 1000);
    expect(bitrates(30)).to.deep.equal([5140, 2800, 1520, 980, 530]);
    expect(bitrates(60)).to.deep.equal([7710, 4200, 2280, 1480, 800]);
    expect(bitrates(50)).to.deep.equal(bitrates(60));
    expect(bitrates(25)).to.deep.equal(bitrates(30));
  });

  const side = fc.integer({ min: 16, max: 8192 });
  const anyVideo: fc.Arbitrary<SourceVideo> = fc.record({
    codec: fc.constantFrom('h264', 'hevc', 'av1'),
    codecString: fc.constantFrom('avc1.64001f', 'avc1.f4001f', 'av01.0.05M.08'),
    width: side,
    height: side,
    frameRate: fc.option(fc.double({ min: 1, max: 240, noNaN: true })),
    bitrate: fc.option(fc.integer({ min: 10_000, max: 100_000_000 })),
    keyframeInterval: fc.option(fc.double({ min: 0, max: 20, noNaN: true })),
  });
  const anySettings: fc.Arbitrary<LadderSettings> = fc.record({
    ladder: fc.shuffledSubarray(RUNG_NAMES, { minLength: 1 }),
    passthrough: fc.constantFrom('auto', 'off'),
    preset: fc.constant('veryfast'),
  });

  it('holds for every source', () => {
    const latency = fc.constantFrom('standard' as const, 'low' as const);
    fc.assert(
      fc.property(anySettings, anyVideo, latency, fc.nat(6), (settings, video, latency, shed) => {
        const { offerSource, renditions, keyframes } = planLadder(settings, { video, latency, shed });
        expect(offerSource || renditions.length > 0, 'something is offered').to.equal(true);
        expect(new Set(renditions.map(({ name }) => name)).size).to.equal(renditions.length);
        if (offerSource && renditions.length > 0) expect(keyframes).to.equal('source');
        let above = { pixels: Number.POSITIVE_INFINITY, bitrate: Number.POSITIVE_INFINITY };
        for (const { width, height, bitrate, maxBitrate } of renditions) {
          expect([width % 2, height % 2]).to.deep.equal([0, 0]);
          expect(width).to.be.within(2, video.width);
          expect(height).to.be.within(2, video.height);
          expect(width * height).to.be.below(above.pixels);
          expect(bitrate).to.be.within(10_000, above.bitrate);
          if (video.bitrate !== null) expect(bitrate).to.be.at.most(video.bitrate);
          expect(maxBitrate).to.be.above(bitrate);
          // The shape stays, but for the rounding of either side to an even number.
          const shape = video.width / video.height;
          expect(width).to.be.closeTo(height * shape, 2 + 2 * shape);
          above = { pixels: width * height, bitrate };
        }
      }),
    );
  });

  it('only ever takes rungs away when it sheds', () => {
    fc.assert(
      fc.property(anySettings, anyVideo, fc.nat(6), (settings, video, shed) => {
        const whole = planLadder(settings, { video, latency: 'low', shed: 0 }).renditions;
        const left = planLadder(settings, { video, latency: 'low', shed }).renditions;
        expect(left).to.deep.equal(whole.slice(shed));
      }),
    );
  });
});
