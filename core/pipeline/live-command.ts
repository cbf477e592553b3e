/** The command of a session's encoder: one decode, one scale and one encode a rendition, each on a pipe of its own. */
import type { EncodedRendition, PipelinePlan } from '#plugin-api';
import type { Chain, Command, LiveInput } from './command.ts';
import type { VideoConfig } from './track.ts';

export const INPUT_PIPE = 0;
/** The first descriptor after stdin, stdout and stderr. The progress pipe follows the renditions'. */
export const FIRST_OUTPUT_PIPE = 3;

/**
 * Pixels a second, decoded and encoded, that one thread does in about 0.6 of real time: three renditions of 720p30 are 74 million. One thread
 * for everything costs the least CPU time and delay as long as it keeps up; 1080p60 into three renditions it does not (1.28 of real time, and
 * 0.92 with two for 7 % more CPU).
 */
const PIXEL_RATE_OF_THREAD = 80e6;
/** Slices of a small picture cost quality, and threads of the decoder a frame of delay each. */
const MAX_RENDITION_THREADS = 2;
const MAX_DECODER_THREADS = 4;
const UNKNOWN_FRAME_RATE = 30;

export interface LiveCommandOptions {
  plan: PipelinePlan;
  source: VideoConfig;
  format: LiveInput['format'];
  /** When the first frame is shown, in milliseconds on the session's timeline: where the keyframe grid is counted from. */
  start: number;
  /** Milliseconds on the session's timeline: the first frame shown after it is a keyframe too, where the plan has a grid. Null: none. */
  joinAfter: number | null;
  /** Cores of the machine. */
  cores: number;
}

export function liveCommand({ plan, source, format, start, joinAfter, cores }: LiveCommandOptions): Command {
  const { renditions } = plan;
  const needed = threadsFor(source, renditions);
  const keyframes = plan.keyframes === 'source' ? 'source' : gridExpression(plan.keyframes.every, start, joinAfter);
  return {
    inputs: [{ kind: 'live', format, pipe: INPUT_PIPE, threads: Math.min(needed, cores, MAX_DECODER_THREADS) }],
    graph: [
      {
        from: ['0:v'],
        filters: [{ name: 'split', options: { outputs: renditions.length } }],
        to: renditions.map((_, i) => `s${i}`),
      },
      ...renditions.map(scaleChain),
    ],
    outputs: renditions.map((rendition, i) => ({
      kind: 'live',
      from: `v${i}`,
      rendition,
      keyframes,
      pipe: FIRST_OUTPUT_PIPE + i,
      threads: Math.min(needed, cores, MAX_RENDITION_THREADS),
    })),
    progressPipe: FIRST_OUTPUT_PIPE + renditions.length,
  };
}

function scaleChain({ width, height }: EncodedRendition, i: number): Chain {
  return {
    from: [`s${i}`],
    filters: [
      { name: 'scale', options: { w: width, h: height, flags: 'bilinear' } },
      // Else 854x480 of 1280x720 gets an aspect ratio of its own, and the track header says 853.
      { name: 'setsar', options: { sar: 1 } },
      { name: 'format', options: { pix_fmts: 'yuv420p' } },
    ],
    to: [`v${i}`],
  };
}

function threadsFor(source: VideoConfig, renditions: EncodedRendition[]): number {
  const pixels = renditions.reduce((sum, { width, height }) => sum + width * height, source.width * source.height);
  return Math.max(1, Math.ceil((pixels * (source.frameRate ?? UNKNOWN_FRAME_RATE)) / PIXEL_RATE_OF_THREAD));
}

/**
 * A keyframe on the first frame of each `every` seconds of the session's timeline, whenever the process was started. In ffmpeg 5.1 `t`
 * counts from the process's first frame; half a millisecond makes up for the rounding of a sum of two fractions.
 */
function gridExpression(every: number, start: number, joinAfter: number | null): string {
  const line = (time: string) => `floor((${time}+${start / 1000}+.0005)/${every})`;
  const onGrid = `gt(${line('t')},${line('prev_forced_t')})`;
  if (joinAfter === null || joinAfter <= start) return `expr:if(isnan(prev_forced_t),1,${onGrid})`;
  const join = (joinAfter - start) / 1000 + 0.0005;
  return `expr:if(isnan(prev_forced_t),1,max(${onGrid},gt(t,${join})*lte(prev_forced_t,${join})))`;
}
