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

/** A file that is read from a time on, by arguments that say how it may be opened. */
export interface FileInput {
  kind: 'file';
  /** `-i` and what stands before it. */
  opened: string[];
  /** Seconds on the file's timeline, which starts at 0. */
  from: number;
  /** Seconds of media after which it ends, whatever the file says. */
  most: number;
}

export type Input = LiveInput | FileInput;

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

/** One encoded rendition of a file, as fragmented MP4 on a pipe, each frame a fragment; looks ahead for the sake of the picture. */
export interface FileVideoOutput {
  kind: 'file-video';
  from: string;
  rendition: EncodedRendition;
  keyframes: string;
  pipe: number;
}

/** A file's own frames, in the same form. */
export interface CopiedVideoOutput {
  kind: 'copied-video';
  /** Stream of the first input. */
  stream: number;
  pipe: number;
}

/** A file's sound as AAC in FLV. */
export interface FileAudioOutput {
  kind: 'file-audio';
  from: string;
  bitrate: number;
  channels: number;
  pipe: number;
}

export type Output = LiveOutput | FileVideoOutput | CopiedVideoOutput | FileAudioOutput;

/** Seconds; less than half a frame of 120 a second. Who reads the output leaves out what comes before the time that was asked for. */
const SEEK_MARGIN = 0.002;

/** Seconds that outputs of a file lie behind it, so that no time is negative: neither FLV nor fragments can say one. */
export const FILE_OFFSET = 10;

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
    ...(command.graph.length > 0 ? ['-filter_complex', command.graph.map(chainText).join(';')] : []),
    ...command.outputs.flatMap(outputArguments),
  ];
}

function inputArguments(input: Input): string[] {
  if (input.kind === 'file') {
    // A little early: a frame that begins a hair before the rounded second would be left out.
    const from = input.from > 0 ? ['-ss', (input.from - SEEK_MARGIN).toFixed(6)] : [];
    return ['-start_at_zero', ...from, '-t', String(input.most), ...input.opened];
  }
  return [
    // The first frames are wanted at once. An analysis of 0 never ends where there is only video.
    ...['-fpsprobesize', '0', '-analyzeduration', '100000'],
    ...['-threads', String(input.threads), '-f', input.format, '-i', `pipe:${input.pipe}`],
  ];
}

function outputArguments(output: Output): string[] {
  if (output.kind === 'live') return liveOutput(output);
  if (output.kind === 'file-audio') return audioOutput(output);
  const picture =
    output.kind === 'copied-video' ? ['-map', `0:${output.stream}`, '-c:v', 'copy'] : encodedPicture(output);
  return [
    ...picture,
    ...['-video_track_timescale', '90000', '-avoid_negative_ts', 'disabled', '-use_editlist', '0'],
    ...['-output_ts_offset', String(FILE_OFFSET)],
    ...['-movflags', 'empty_moov+default_base_moof+frag_every_frame+frag_discont+negative_cts_offsets+skip_trailer'],
    ...['-f', 'mp4', `pipe:${output.pipe}`],
  ];
}

function encodedPicture({ from, rendition, keyframes }: FileVideoOutput): string[] {
  return [
    ...['-map', `[${from}]`, '-c:v', 'libx264', '-preset', rendition.preset, '-profile:v', rendition.profile],
    ...['-b:v', String(rendition.bitrate), '-maxrate', String(rendition.maxBitrate)],
    ...['-bufsize', String(rendition.bufferSize)],
    ...['-sc_threshold', '0', '-g', '9999', '-force_key_frames', keyframes],
    // The file's own times, whatever its rate and however that varies.
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
  ];
}

function audioOutput({ from, bitrate, channels, pipe }: FileAudioOutput): string[] {
  return [
    ...['-map', `[${from}]`, '-c:a', 'aac', '-b:a', String(bitrate), '-ac', String(channels)],
    ...[
      '-avoid_negative_ts',
      'disabled',
      '-output_ts_offset',
      String(FILE_OFFSET),
      '-flvflags',
      'no_duration_filesize',
    ],
    ...['-f', 'flv', `pipe:${pipe}`],
  ];
}

function liveOutput(output: LiveOutput): string[] {
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
