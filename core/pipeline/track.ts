/** What the rooms of the pipeline say to each other: a track's configuration and its samples. */
import type { AudioCodec, VideoCodec } from '#plugin-api';

/** Ticks per second of every video track; audio tracks count in their sample rate. */
export const VIDEO_TIMESCALE = 90_000;

export interface VideoConfig {
  kind: 'video';
  codec: VideoCodec;
  /** RFC 6381: `avc1.64001f`. */
  codecString: string;
  width: number;
  height: number;
  /** Frames per second as the bitstream states it; null where it does not. */
  frameRate: number | null;
  /** Payload of `avcC`, `hvcC` or `av1C`. */
  description: Buffer;
}

export interface AudioConfig {
  kind: 'audio';
  codec: AudioCodec;
  codecString: string;
  sampleRate: number;
  channels: number;
  /** PCM frames in one sample: 1024 with AAC-LC, usually 960 with Opus. */
  samplesPerFrame: number;
  /** AudioSpecificConfig, or the payload of `dOps`. */
  description: Buffer;
}

export type TrackConfig = VideoConfig | AudioConfig;

/** One coded frame, on its track's timescale. */
export interface Sample {
  /** Decode time in ticks. */
  dts: number;
  /** Composition offset in ticks; may be negative. */
  cts: number;
  duration: number;
  keyframe: boolean;
  data: Buffer;
}

/** One coded frame as a source sends it, on the session's timeline in milliseconds. */
export interface Frame {
  dts: number;
  cts: number;
  keyframe: boolean;
  data: Buffer;
}
