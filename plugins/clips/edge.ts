/** One edge of an exact clip: a segment cut anew, so that it holds just what lies in the range. */
import { spawn } from 'node:child_process';
import { splitInit } from './parameter-sets.ts';

/** Near the best of H.264: what is beside it was made by another encoder, and nobody should see where one ends. */
const ENCODER = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-bf', '0', '-g', '9999'];
/** Numbers of the parameter sets of a clip's first and last segment, which no encoder of something live uses. */
const FIRST_SET = 7;
const LAST_SET = 8;

/** What ffmpeg says is kept up to so many characters, for the error. */
const SAID = 2000;

export interface Edge {
  kind: 'video' | 'audio';
  init: Uint8Array;
  segment: Uint8Array;
  /** Of the clip; else its last. */
  first: boolean;
  /** Seconds on the media's own clock: frames from `start` to before `end` are kept. */
  start: number;
  end: number;
}

/**
 * Cuts it. A picture is encoded again in H.264, since it must begin with a keyframe; sound is copied, a frame of it lasts 21 ms. The
 * clock of the media goes on as it was. Null where no frame lies in the range. Throws what ffmpeg says where it fails.
 */
export async function cutEdge(edge: Edge, signal: AbortSignal): Promise<{ init: Buffer; media: Buffer } | null> {
  const file = await runFfmpeg(edgeArguments(edge), [edge.init, edge.segment], signal);
  const { init, media } = splitInit(file);
  return media.length === 0 ? null : { init, media };
}

function edgeArguments({ kind, start, end, first }: Edge): string[] {
  const output =
    kind === 'video'
      ? [
          ...['-map', '0:v', '-vf', `select='gte(t,${start})*lt(t,${end})'`, ...ENCODER],
          ...['-x264-params', `sps-id=${first ? FIRST_SET : LAST_SET}`],
          ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-video_track_timescale', '90000'],
        ]
      : ['-map', '0:a', '-c:a', 'copy', '-bsf:a', `noise=amount='0':drop='lt(pts*tb,${start})+gte(pts*tb,${end})'`];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-copyts', '-f', 'mp4', '-i', 'pipe:0'],
    ...output,
    ...['-avoid_negative_ts', 'disabled', '-use_editlist', '0', '-frag_duration', '2000000000'],
    ...['-movflags', 'empty_moov+default_base_moof+frag_discont+negative_cts_offsets+skip_trailer'],
    ...['-f', 'mp4', 'pipe:1'],
  ];
}

function runFfmpeg(args: string[], input: Uint8Array[], signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Live goes before clips of it.
    const nice = ['-n', '10', 'ffmpeg', ...args];
    const child = spawn('nice', nice, { stdio: ['pipe', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
    const output: Buffer[] = [];
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-SAID);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new Error(`ffmpeg ended with ${code}: ${said.trim()}`));
    });
    // It may end before it has read all; what it says of that is in its exit.
    child.stdin.on('error', () => undefined);
    for (const part of input) child.stdin.write(part);
    child.stdin.end();
  });
}
