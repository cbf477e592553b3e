/** ffmpeg's command line as a typed description: what goes in, the filter graph, what comes out; never a shell string. */
import type { EncodedRendition } from '#plugin-api';

/** A live track that this process writes to one of ffmpeg's pipes. */
export interface LiveInput {
  kind: 'live';
  format: 'flv' | 'mp4';
  /** File descriptor. */
  pipe: number;
  /** Of the decoder. Each one more delays the picture by a frame. */
  threads: number;
}

export type Input = LiveInput;

export interface Filter {
  name: string;
  options: Record<string, string | number>;
}

/** Filters one after the other between labelled pads. `0:v` is the video of the first input. */
export interface Chain {
  from: string[];
  filters: Filter[];
  to: string[];
}

/** One encoded rendition of a live track, as fragmented MP4 on a pipe, each frame a fragment, on the input's clock in milliseconds. */
export interface LiveOutput {
  kind: 'live';
  /** Label in the filter graph. */
  from: string;
  rendition: EncodedRendition;
  /** Where keyframes are put: ffmpeg's `-force_key_frames`. */
  keyframes: string;
  pipe: number;
  threads: number;
}

export type Output = LiveOutput;

export interface Command {
  inputs: Input[];
  graph: Chain[];
  outputs: Output[];
  /** File descriptor that `-progress` is written to. */
  progressPipe: number;
}

/** The arguments for ffmpeg, without the program itself. */
export function commandLine(command: Command): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostats'],
    ...['-progress', `pipe:${command.progressPipe}`, '-stats_period', '1'],
    // Absolute timestamps from end to end: what comes out is on the clock of what went in.
    '-copyts',
    ...command.inputs.flatMap(inputArguments),
    ...['-filter_complex', command.graph.map(chainText).join(';')],
    ...command.outputs.flatMap(outputArguments),
  ];
}

function inputArguments(input: Input): string[] {
  return [
    // The first frames are wanted at once. An analysis of 0 never ends where there is only video.
    ...['-fpsprobesize', '0', '-analyzeduration', '100000'],
    ...['-threads', String(input.threads), '-f', input.format, '-i', `pipe:${input.pipe}`],
  ];
}

function outputArguments(output: Output): string[] {
  const { rendition } = output;
  return [
    ...['-map', `[${output.from}]`, '-c:v', 'libx264', '-preset', rendition.preset, '-profile:v', rendition.profile],
    // In both latencies: a picture leaves 50 ms after it came instead of 700, for three quarters of the CPU time.
    ...['-tune', 'zerolatency', '-threads', String(output.threads)],
    ...['-b:v', String(rendition.bitrate), '-maxrate', String(rendition.maxBitrate)],
    ...['-bufsize', String(rendition.bufferSize)],
    // No keyframe but the forced ones, so that all renditions have theirs at the same instants.
    ...['-sc_threshold', '0', '-g', '9999', '-force_key_frames', output.keyframes],
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1:1000', '-video_track_timescale', '1000'],
    ...['-avoid_negative_ts', 'disabled', '-use_editlist', '0'],
    // frag_discont keeps `tfdt` absolute: without it each process would start at 0.
    '-movflags',
    'empty_moov+default_base_moof+frag_every_frame+frag_discont+negative_cts_offsets+skip_trailer',
    ...['-flush_packets', '1', '-f', 'mp4', `pipe:${output.pipe}`],
  ];
}

function chainText(chain: Chain): string {
  const pads = (labels: string[]) => labels.map((label) => `[${label}]`).join('');
  return `${pads(chain.from)}${chain.filters.map(filterText).join(',')}${pads(chain.to)}`;
}

function filterText({ name, options }: Filter): string {
  const pairs = Object.entries(options).map(([key, value]) => `${key}=${escapeOption(String(value))}`);
  return pairs.length === 0 ? name : `${name}=${pairs.join(':')}`;
}

/** Escaped twice: once for the list of options, once for the graph around it (ffmpeg-filters, "Notes on filtergraph escaping"). */
function escapeOption(value: string): string {
  return value.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}
