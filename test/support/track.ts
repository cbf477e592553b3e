/** Video tracks for tests, made by ffmpeg and taken apart into frames as a session has them. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, VideoConfig } from '../../core/pipeline/track.ts';
import type { VideoCodec } from '../../plugin-api/index.ts';
import { makeMedia } from './ffmpeg.ts';
import { temporaryFolder } from './folder.ts';

export interface Track {
  config: VideoConfig;
  /** In the order of decoding. */
  frames: Frame[];
}

export interface TrackOptions {
  seconds: number;
  codec?: VideoCodec;
  /** Further arguments for ffmpeg's encoder. */
  args?: string[];
  /** Of the picture, before it is encoded. */
  filter?: string;
  size?: string;
  /** Frames per second, also as a fraction: `30000/1001`. */
  rate?: string;
  /** Decode time of the first frame in milliseconds. */
  start?: number;
}

const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:bframes=2', '-g', '12'];
const ENCODERS: Record<VideoCodec, string[]> = {
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
  hevc: [...X265, '-pix_fmt', 'yuv420p'],
  av1: ['-c:v', 'libsvtav1', '-preset', '12', '-g', '12', '-pix_fmt', 'yuv420p'],
};

/** Makes a track with times in milliseconds, as a publisher would send it. */
export function makeTrack(options: TrackOptions): Track {
  const { seconds, codec = 'h264', args = [], filter = 'null', size = '320x180', rate = '30', start = 0 } = options;
  const media = makeMedia(
    'mp4',
    ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}`, '-t', String(seconds)],
    ...['-vf', filter, '-fps_mode', 'passthrough', ...ENCODERS[codec], ...args],
    ...['-video_track_timescale', '1000', '-use_editlist', '0'],
  );
  const { streams, packets } = packetsOf(media);
  const { width, height, extradata } = streams[0]!;
  const [numerator, denominator = 1] = rate.split('/').map(Number);
  const description = bytes(extradata);
  return {
    config: {
      kind: 'video',
      codec,
      codecString: codec,
      width,
      height,
      frameRate: numerator! / denominator,
      description,
    },
    frames: packets.map(({ pts, dts, flags, data }) => ({
      dts: start + dts - packets[0]!.dts,
      cts: pts - dts,
      keyframe: flags.startsWith('K'),
      data: bytes(data),
    })),
  };
}

interface Probed {
  streams: { width: number; height: number; extradata: string }[];
  packets: { pts: number; dts: number; flags: string; data: string }[];
}

function packetsOf(media: Buffer): Probed {
  const path = join(temporaryFolder(), 'track.mp4');
  writeFileSync(path, media);
  const args = ['-v', 'error', '-show_streams', '-show_packets', '-show_data', '-of', 'json', path];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 1 << 28 })) as Probed;
}

/** What ffprobe's hex dump shows: `00000000: 0164 001f …  .d..`. */
function bytes(dump: string): Buffer {
  return Buffer.from(dump.replace(/^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+).*$/gm, '$1').replaceAll(/\s/g, ''), 'hex');
}
