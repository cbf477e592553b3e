/** What is in a file, as ffprobe says within limits. */
import type { Readable } from 'node:stream';
import type { FileAudio, FileFacts, FileVideo, InputFile, LivestreamsError } from '#plugin-api';
import { mediaRefused } from './errors.ts';
import { allocationLimit, fileInput, isDecoded, MAX_PIXELS, MAX_STREAMS } from './file-input.ts';
import { linesOf, spawnLimited } from './limited-process.ts';

/** ffprobe reads what a file begins with; a file that keeps it longer, or larger, is made for that. */
const PROBE_LIMITS = { memory: 2 * 1024 ** 3, cpu: 30 };
const PROBE_MS = 60_000;
/** Reading all packets of a file takes as long as reading the file. */
const SCAN_LIMITS = { memory: 2 * 1024 ** 3, cpu: 600 };
const SCAN_MS = 30 * 60_000;
const MAX_OUTPUT = 4 * 1024 * 1024;
const KEPT_MESSAGES = 3;

interface Stream {
  index: number;
  codec_type?: string;
  codec_name?: string;
  profile?: string;
  level?: number;
  width?: number;
  height?: number;
  pix_fmt?: string;
  sample_aspect_ratio?: string;
  field_order?: string;
  color_transfer?: string;
  avg_frame_rate?: string;
  bit_rate?: string;
  channels?: number;
  disposition?: Record<string, number>;
  tags?: Record<string, string>;
  side_data_list?: { side_data_type?: string; rotation?: number }[];
}

interface Probed {
  streams?: Stream[];
  format?: { duration?: string; bit_rate?: string };
}

export async function probe(file: InputFile, signal: AbortSignal): Promise<FileFacts> {
  const args = [
    '-v',
    'error',
    ...allocationLimit(),
    '-show_format',
    '-show_streams',
    '-of',
    'json',
    ...fileInput(file),
  ];
  let text = '';
  await ffprobe(args, { limits: PROBE_LIMITS, milliseconds: PROBE_MS, signal }, (line) => {
    text += `${line}\n`;
    if (text.length > MAX_OUTPUT) throw mediaRefused('The file describes more than a video has.');
  });
  const { streams = [], format = {} } = JSON.parse(text) as Probed;
  if (streams.length >= MAX_STREAMS) throw mediaRefused(`The file has ${streams.length} streams or more.`);
  const picture = streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1);
  const sounds = streams.filter((stream) => stream.codec_type === 'audio' && stream.channels);
  const sound = sounds.find((stream) => stream.disposition?.default === 1) ?? sounds[0];
  for (const { codec_name: codec = 'unknown' } of [picture, sound].filter((stream) => stream !== undefined)) {
    if (!isDecoded(codec)) throw codecRefused(codec);
  }
  if (!picture && !sound) throw mediaRefused('There is neither a picture nor a sound in it.');
  const duration = positive(format.duration);
  return {
    duration,
    video: picture ? videoOf(picture, format) : null,
    audio: sound ? audioOf(sound) : null,
    audioStreams: sounds.length,
  };
}

export async function keyframeInterval(file: InputFile, video: FileVideo, signal: AbortSignal): Promise<number | null> {
  const args = ['-v', 'error', ...allocationLimit(), '-select_streams', String(video.index)];
  const shown = ['-show_entries', 'packet=pts_time,flags:format=start_time', '-of', 'csv=p=0'];
  let first: number | null = null;
  let last = 0;
  let longest = 0;
  let begins = true;
  await ffprobe(
    [...args, ...shown, ...fileInput(file)],
    { limits: SCAN_LIMITS, milliseconds: SCAN_MS, signal },
    (line) => {
      const [time, flags] = line.split(',');
      const pts = Number.parseFloat(time ?? '');
      if (!Number.isFinite(pts) || flags === undefined) return;
      // What an edit list cuts off would be shown where the packets are sent as they are.
      if (flags.includes('D')) begins = false;
      if (!flags.startsWith('K')) {
        longest = Math.max(longest, pts - last);
        if (first === null) begins = false;
        return;
      }
      first ??= pts;
      longest = Math.max(longest, pts - Math.max(last, first));
      last = pts;
    },
  );
  return begins && first !== null ? longest : null;
}

/** Runs ffprobe and hands on the lines that it prints; a throw of `onLine` ends it. */
async function ffprobe(
  args: string[],
  {
    limits,
    milliseconds,
    signal,
  }: { limits: { memory: number; cpu: number }; milliseconds: number; signal: AbortSignal },
  onLine: (line: string) => void,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawnLimited('ffprobe', args, limits, ['ignore', 'pipe', 'pipe']);
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, milliseconds);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  // Awaited below, after what it prints.
  ended.catch(() => {});
  const messages: string[] = [];
  try {
    const [code] = await Promise.all([
      ended,
      (async () => {
        for await (const line of linesOf(child.stdout as Readable)) onLine(line);
      })(),
      (async () => {
        for await (const line of linesOf(child.stderr as Readable)) {
          if (messages.length < KEPT_MESSAGES) messages.push(plain(line));
        }
      })(),
    ]);
    signal.throwIfAborted();
    if (code === null) throw mediaRefused('Looking into the file took more time or memory than any video needs.');
    const codec = /Codec \((\w+)\) not on whitelist/.exec(messages.join(' '))?.[1];
    if (codec) throw codecRefused(codec);
    if (code !== 0) throw mediaRefused(`It cannot be read${messages.length > 0 ? `: ${messages.join('; ')}` : ''}.`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function codecRefused(codec: string): LivestreamsError {
  return mediaRefused(`Its codec ${codec} is not one that is decoded here.`);
}

/** Without what names places of this machine. */
export function plain(line: string): string {
  return line
    .replace(/^\[[^\]]*\] /, '')
    .replace(/(file:)?\/[^\s:'"]+/g, 'the file')
    .replace(/\.$/, '');
}

function videoOf(stream: Stream, format: NonNullable<Probed['format']>): FileVideo {
  const { width = 0, height = 0 } = stream;
  if (width === 0 || height === 0) throw mediaRefused('Its picture is too large, or damaged.');
  if (width < 16 || height < 16) throw mediaRefused(`A picture of ${width}x${height} is too small.`);
  if (width * height > MAX_PIXELS) throw mediaRefused(`A picture of ${width}x${height} is too large.`);
  const rotation = Math.abs(Math.round(rotationOf(stream))) % 360;
  const aspect = ratio(stream.sample_aspect_ratio?.replace(':', '/')) ?? 1;
  const turned = rotation === 90 || rotation === 270;
  const [across, down] = [Math.round(width * aspect), height];
  const interlaced = ['tt', 'bb', 'tb', 'bt'].includes(stream.field_order ?? '');
  const ordinary = stream.pix_fmt === 'yuv420p' || stream.pix_fmt === 'yuvj420p';
  return {
    index: stream.index,
    codec: stream.codec_name ?? 'unknown',
    codecString: codecString(stream),
    width: turned ? down : across,
    height: turned ? across : down,
    frameRate: ratio(stream.avg_frame_rate),
    bitrate: positive(stream.bit_rate) ?? positive(format.bit_rate),
    plain: ordinary && rotation === 0 && aspect === 1 && !interlaced && width % 2 === 0 && height % 2 === 0,
    interlaced,
    highDynamicRange:
      stream.color_transfer === 'smpte2084' ? 'pq' : stream.color_transfer === 'arib-std-b67' ? 'hlg' : null,
  };
}

function rotationOf({ side_data_list: list = [], tags = {} }: Stream): number {
  const matrix = list.find((data) => data.rotation !== undefined)?.rotation;
  return matrix ?? (Number.parseInt(tags.rotate ?? '0', 10) || 0);
}

/** ITU-T H.264, annex A.2: profiles by ffprobe's names. */
const PROFILES: Record<string, string> = {
  'Constrained Baseline': '42e0',
  Baseline: '4200',
  Main: '4d00',
  High: '6400',
};

function codecString({ codec_name: codec = 'unknown', profile = '', level = 0 }: Stream): string {
  const known = PROFILES[profile];
  return codec === 'h264' && known ? `avc1.${known}${level.toString(16).padStart(2, '0')}` : codec;
}

function audioOf({ index, codec_name: codec = 'unknown', channels = 0, tags = {} }: Stream): FileAudio {
  return { index, codec, channels, language: tags.language ?? null };
}

function ratio(text: string | undefined): number | null {
  const [numerator = 0, denominator = 0] = (text ?? '').split('/').map(Number);
  const value = numerator / denominator;
  return Number.isFinite(value) && value > 0 ? value : null;
}

function positive(text: string | undefined): number | null {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) && value > 0 ? value : null;
}
