/** The command that makes the renditions of a file: one decode, HDR and turned pictures set right, one scale and encode a rendition. */
import type { EncodedRendition, FileFacts, FileVideo, PipelinePlan } from '#plugin-api';
import type { Chain, Command, Filter, Output } from '../pipeline/command.ts';

/** Names of what is not an encoded picture. */
export const SOURCE = 'source';
export const AUDIO = 'audio';

const FIRST_PIPE = 3;
/** Faster than this, pictures are left out: screen recorders write up to a thousand a second. */
const MAX_FRAME_RATE = 60;
const AUDIO_RATE = 48_000;
/** Bits per second and channel. */
const AUDIO_BITRATE = 80_000;

export interface FileCommandOptions {
  opened: string[];
  facts: FileFacts;
  plan: PipelinePlan;
  /** Seconds where it begins. */
  from: number;
  most: number;
}

/** What comes out of each pipe. */
export interface FileCommand {
  command: Command;
  tracks: { name: string; kind: 'video' | 'audio'; pipe: number; listed: boolean; frameRate: number | null }[];
}

export function fileCommand({ opened, facts, plan, from, most }: FileCommandOptions): FileCommand {
  const { video, audio } = facts;
  const outputs: Output[] = [];
  const tracks: FileCommand['tracks'] = [];
  const graph: Chain[] = [];
  const add = (name: string, kind: 'video' | 'audio', make: (pipe: number) => Output) => {
    const pipe = FIRST_PIPE + outputs.length;
    outputs.push(make(pipe));
    tracks.push({ name, kind, pipe, listed: true, frameRate: kind === 'video' ? frameRateOf(video) : null });
  };
  // The leader is the first: where the source's own frames are sent, all others have their keyframes at its.
  if (video && plan.offerSource) {
    add(SOURCE, 'video', (pipe) => ({ kind: 'copied-video', stream: video.index, pipe }));
  }
  if (video && plan.renditions.length > 0) {
    graph.push(...pictureGraph(video, plan.renditions));
    const keyframes = plan.keyframes === 'source' ? 'source' : gridExpression(plan.keyframes.every, from);
    plan.renditions.forEach((rendition, i) => {
      add(rendition.name, 'video', (pipe) => ({ kind: 'file-video', from: `v${i}`, rendition, keyframes, pipe }));
    });
  }
  if (audio) {
    const channels = Math.min(2, audio.channels);
    graph.push({ from: [`0:${audio.index}`], filters: soundFilters(from, video ? facts.duration : null), to: ['a'] });
    add(AUDIO, 'audio', (pipe) => {
      return { kind: 'file-audio', from: 'a', bitrate: channels * AUDIO_BITRATE, channels, pipe };
    });
  }
  const command: Command = {
    inputs: [{ kind: 'file', opened, from, most }],
    graph,
    outputs,
    progressPipe: FIRST_PIPE + outputs.length,
  };
  return { command, tracks };
}

function frameRateOf(video: FileVideo | null): number | null {
  return video?.frameRate ? Math.min(video.frameRate, MAX_FRAME_RATE) : null;
}

function pictureGraph(video: FileVideo, renditions: EncodedRendition[]): Chain[] {
  const before: Filter[] = [];
  if (video.interlaced) before.push({ name: 'yadif', options: { deint: 'interlaced' } });
  if ((video.frameRate ?? 0) > MAX_FRAME_RATE + 1) before.push({ name: 'fps', options: { fps: MAX_FRAME_RATE } });
  if (video.highDynamicRange) before.push(...toStandardRange(video.highDynamicRange, renditions[0]!));
  return [
    {
      from: [`0:${video.index}`],
      filters: [...before, { name: 'split', options: { outputs: renditions.length } }],
      to: renditions.map((_, i) => `s${i}`),
    },
    ...renditions.map(({ width, height }, i) => ({
      from: [`s${i}`],
      filters: [
        { name: 'scale', options: { w: width, h: height, flags: 'bicubic' } },
        { name: 'setsar', options: { sar: 1 } },
        { name: 'format', options: { pix_fmts: 'yuv420p' } },
      ],
      to: [`v${i}`],
    })),
  ];
}

/** Maps a picture of high dynamic range to BT.709, at the size of the largest rendition: in floats each pixel costs. */
function toStandardRange(transfer: 'pq' | 'hlg', { width, height }: EncodedRendition): Filter[] {
  const from = { min: 'bt2020nc', pin: 'bt2020', tin: transfer === 'pq' ? 'smpte2084' : 'arib-std-b67' };
  return [
    { name: 'zscale', options: { w: width, h: height, ...from, t: 'linear', npl: 203 } },
    { name: 'format', options: { pix_fmts: 'gbrpf32le' } },
    { name: 'zscale', options: { p: 'bt709' } },
    { name: 'tonemap', options: { tonemap: 'hable', desat: 0 } },
    { name: 'zscale', options: { t: 'bt709', m: 'bt709', r: 'tv' } },
    { name: 'format', options: { pix_fmts: 'yuv420p' } },
  ];
}

/** Without holes, from the beginning and at least to the end of the picture. `first_pts` counts in the rate of what comes in. */
function soundFilters(from: number, duration: number | null): Filter[] {
  const rest = duration === null ? 0 : duration - from;
  return [
    { name: 'aresample', options: { sample_rate: AUDIO_RATE } },
    { name: 'aresample', options: { async: 1000, first_pts: Math.round(from * AUDIO_RATE) } },
    ...(rest > 0 ? [{ name: 'apad', options: { whole_dur: rest.toFixed(3) } }] : []),
  ];
}

/** A keyframe on the first frame of each `every` seconds of the file, wherever it began. In ffmpeg 5.1 `t` counts from the process's first frame. */
function gridExpression(every: number, from: number): string {
  const line = (time: string) => `floor((${time}+${from}+.0005)/${every})`;
  return `expr:if(isnan(prev_forced_t),1,gt(${line('t')},${line('prev_forced_t')}))`;
}
