/** The command line of the live encoder, argument by argument where it matters. */
import { expect } from 'chai';
import type { EncodedRendition } from '#plugin-api';
import { commandLine } from './command.ts';
import { liveCommand } from './live-command.ts';
import type { VideoConfig } from './track.ts';

const source: VideoConfig = {
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001f',
  width: 1280,
  height: 720,
  frameRate: 30,
  description: Buffer.alloc(0),
};
const small: EncodedRendition = {
  name: '360p',
  width: 640,
  height: 360,
  bitrate: 990_000,
  maxBitrate: 1_188_000,
  bufferSize: 1_485_000,
  preset: 'veryfast',
  profile: 'high',
};
const middle: EncodedRendition = { ...small, name: '480p', width: 854, height: 480 };

/** The values that follow a flag, in order. */
function valuesOf(args: string[], flag: string): string[] {
  return args.flatMap((arg, i) => (arg === flag ? [args[i + 1]!] : []));
}

function live(over: Partial<Parameters<typeof liveCommand>[0]> = {}): string[] {
  const plan = { offerSource: true, renditions: [middle, small], keyframes: 'source' as const };
  return commandLine(liveCommand({ plan, source, format: 'flv', start: 0, joinAfter: null, cores: 2, ...over }));
}

describe('the live command', () => {
  it('decodes once, scales each rendition and writes it to its own pipe', () => {
    const args = live();
    expect(valuesOf(args, '-i')).to.deep.equal(['pipe:0']);
    expect(valuesOf(args, '-filter_complex')).to.deep.equal([
      '[0:v]split=outputs=2[s0][s1];' +
        '[s0]scale=w=854:h=480:flags=bilinear,setsar=sar=1,format=pix_fmts=yuv420p[v0];' +
        '[s1]scale=w=640:h=360:flags=bilinear,setsar=sar=1,format=pix_fmts=yuv420p[v1]',
    ]);
    expect(valuesOf(args, '-map')).to.deep.equal(['[v0]', '[v1]']);
    expect(args.filter((arg) => arg.startsWith('pipe:'))).to.deep.equal(['pipe:5', 'pipe:0', 'pipe:3', 'pipe:4']);
    expect(valuesOf(args, '-force_key_frames')).to.deep.equal(['source', 'source']);
  });

  it('states the keyframe grid on the clock of the session', () => {
    const plan = { offerSource: false, renditions: [small], keyframes: { every: 2 } };
    expect(valuesOf(live({ plan, start: 3_600_733 }), '-force_key_frames')).to.deep.equal([
      'expr:if(isnan(prev_forced_t),1,gt(floor((t+3600.733+.0005)/2),floor((prev_forced_t+3600.733+.0005)/2)))',
    ]);
  });

  it('puts one keyframe more where it takes over from another encoder', () => {
    const plan = { offerSource: false, renditions: [small], keyframes: { every: 2 } };
    expect(valuesOf(live({ plan, start: 1000, joinAfter: 3500 }), '-force_key_frames')).to.deep.equal([
      'expr:if(isnan(prev_forced_t),1,max(gt(floor((t+1+.0005)/2),floor((prev_forced_t+1+.0005)/2)),gt(t,2.5005)*lte(prev_forced_t,2.5005)))',
    ]);
  });

  it('uses one thread while that keeps up, and never more than there are cores', () => {
    const threads = (width: number, height: number, frameRate: number, cores: number) =>
      valuesOf(live({ source: { ...source, width, height, frameRate }, cores }), '-threads');
    expect(threads(1280, 720, 30, 8)).to.deep.equal(['1', '1', '1']);
    expect(threads(1920, 1080, 60, 2)).to.deep.equal(['2', '2', '2']);
    expect(threads(3840, 2160, 60, 8)).to.deep.equal(['4', '2', '2']);
    expect(threads(3840, 2160, 60, 1)).to.deep.equal(['1', '1', '1']);
  });
});

describe('commandLine', () => {
  it('escapes values of filters for the graph', () => {
    const graph = [{ from: ['0:v'], filters: [{ name: 'drawtext', options: { text: "a:b,c'[d]" } }], to: ['v'] }];
    const args = commandLine({ inputs: [], graph, outputs: [], progressPipe: 3 });
    expect(valuesOf(args, '-filter_complex')).to.deep.equal(["[0:v]drawtext=text=a\\\\:b\\,c\\\\\\'\\[d\\][v]"]);
  });
});
