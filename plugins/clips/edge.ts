/** One edge of an exact clip: a segment cut anew, so that it holds just what lies in the range. */
import { spawn } from 'node:child_process';
import { splitInit } from './cut-file.ts';

/** Encoders by the first four characters of RFC 6381's name: an edge is made in the codec of the segments beside it. */
const ENCODERS: Record<string, string[]> = {
  avc1: ['libx264', '-preset', 'veryfast', '-crf', '18'],
  hvc1: ['libx265', '-preset', 'veryfast', '-crf', '20', '-tag:v', 'hvc1', '-x265-params', 'log-level=error'],
  av01: ['libsvtav1', '-preset', '10', '-crf', '28'],
};

/** What ffmpeg says is kept up to so many characters, for the error. */
const SAID = 2000;

export interface Edge {
  kind: 'video' | 'audio';
  codec: string;
  init: Uint8Array;
  segment: Uint8Array;
  /** Seconds on the media's own clock: frames from `start` to before `end` are kept. */
  start: number;
  end: number;
}

/**
 * Cuts it. A picture is encoded again, since it must begin with a keyframe; sound is copied, a frame of it lasts 21 ms. The
 * clock of the media goes on as it was. Throws what ffmpeg says where it fails, and where nothing lies in the range.
 */
export async function cutEdge(edge: Edge, signal: AbortSignal): Promise<{ init: Buffer; media: Buffer }> {
  const file = await runFfmpeg(edgeArguments(edge), [edge.init, edge.segment], signal);
  const { init, media } = splitInit(file);
  if (media.length === 0) throw new Error('no frame lies in the range');
  return { init, media };
}

function edgeArguments({ kind, codec, start, end }: Edge): string[] {
  const encoder = ENCODERS[codec.slice(0, 4)];
  if (kind === 'video' && !encoder) throw new Error(`there is no encoder for ${codec}`);
  const output =
    kind === 'video'
      ? [
          ...[
            '-map',
            '0:v',
            '-vf',
            `select='gte(t,${start})*lt(t,${end})'`,
            '-c:v',
            ...encoder!,
            '-bf',
            '0',
            '-g',
            '9999',
          ],
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
    const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
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
