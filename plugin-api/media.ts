/** What plugins and core say about pictures and sound: sources, renditions and the plan of a session's pipeline. */

export type VideoCodec = 'h264' | 'hevc' | 'av1';
export type AudioCodec = 'aac' | 'opus';
export type Latency = 'standard' | 'low';

/** The video of a source as its codec configuration and its frames show it. */
export interface SourceVideo {
  codec: VideoCodec;
  /** RFC 6381, `avc1.64001f`: says the profile, and so whether a browser can be expected to play it. */
  codecString: string;
  /** Pixels as displayed (cropping applied). */
  width: number;
  height: number;
  /** Frames per second; null where the stream does not say (or varies). */
  frameRate: number | null;
  /** Bits per second: the encoder's own statement, else what was measured; null until known. */
  bitrate: number | null;
  /** Longest distance between two keyframes seen so far, in seconds, counting a group still open; null before the first frame. */
  keyframeInterval: number | null;
}

export interface SourceAudio {
  codec: AudioCodec;
  sampleRate: number;
  channels: number;
}

/** What a publisher sends. At least one of the two is there. */
export interface Source {
  video: SourceVideo | null;
  audio: SourceAudio | null;
}

/** A source as events and the API tell of it. */
export interface SourceFacts {
  video: {
    codec: VideoCodec;
    codec_string: string;
    width: number;
    height: number;
    frame_rate: number | null;
    bitrate: number | null;
    keyframe_interval: number | null;
  } | null;
  audio: { codec: AudioCodec; sample_rate: number; channels: number } | null;
}

/** One quality made by the session's encoder. */
export interface EncodedRendition {
  /** Unique in the session, lower-case letters, digits and `-`; also a path segment: `720p`. */
  name: string;
  /** Even numbers of pixels. */
  width: number;
  height: number;
  /** Target, peak and buffer: bits per second, bits per second, bits. */
  bitrate: number;
  maxBitrate: number;
  bufferSize: number;
  /** x264 preset. */
  preset: string;
  /** H.264 profile. */
  profile: 'baseline' | 'main' | 'high';
}

/** What a session's pipeline makes, beside the `source` rendition and audio that are always there. */
export interface PipelinePlan {
  /** Whether viewers are offered `source`. It is in any case where nothing is encoded. */
  offerSource: boolean;
  /** Whether `source` is made also where viewers are not offered it; not where absent. */
  keepSource?: boolean;
  /** Highest first. Empty: no encoder runs. */
  renditions: EncodedRendition[];
  /** Where the encoded renditions put their keyframes: on the source's own, or on a grid of so many seconds. */
  keyframes: 'source' | { every: number };
}
