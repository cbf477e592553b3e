/** What is known of a source as it plays: its configurations, its measured bitrate, the distance of its keyframes. */
import type { Source, SourceFacts } from '#plugin-api';
import type { AudioConfig, Frame, VideoConfig } from './track.ts';

/** Seconds of media over which the bitrate is measured. */
const BITRATE_WINDOW = 4;

export class SourceWatch {
  video: VideoConfig | null = null;
  audio: AudioConfig | null = null;
  /** Bits per second as the encoder states it. */
  statedVideoBitrate: number | null = null;
  statedFrameRate: number | null = null;

  #lastKeyframe: number | null = null;
  #longestGroup = 0;
  #first = 0;
  #newest = 0;
  #bytes = 0;
  /** Of the newest full window. */
  #measured: number | null = null;

  frame(frame: Frame): void {
    if (this.#lastKeyframe === null) {
      if (!frame.keyframe) return;
      this.#first = frame.dts;
    }
    this.#newest = frame.dts;
    this.#bytes += frame.data.length;
    if (frame.keyframe) {
      this.#longestGroup = this.keyframeInterval ?? 0;
      this.#lastKeyframe = frame.dts;
    }
    const seconds = (frame.dts - this.#first) / 1000;
    if (seconds >= BITRATE_WINDOW) {
      this.#measured = Math.round((this.#bytes * 8) / seconds);
      this.#first = frame.dts;
      this.#bytes = 0;
    }
  }

  /** A new connection may be an encoder with other tracks and settings: what was seen and said before counts no more. */
  interrupted(): void {
    this.video = null;
    this.audio = null;
    this.statedVideoBitrate = null;
    this.statedFrameRate = null;
    this.#lastKeyframe = null;
    this.#longestGroup = 0;
    this.#bytes = 0;
    this.#measured = null;
  }

  /** Longest distance of keyframes in seconds, the open group included. */
  get keyframeInterval(): number | null {
    if (this.#lastKeyframe === null) return this.#longestGroup || null;
    return Math.max(this.#longestGroup, (this.#newest - this.#lastKeyframe) / 1000);
  }

  /** What plans are made from: without what is measured, so that a plan does not change in the middle of a connection for it. */
  get stated(): Source {
    const { video, audio } = this.source;
    return { video: video && { ...video, bitrate: this.statedVideoBitrate }, audio };
  }

  get source(): Source {
    const { video, audio } = this;
    return {
      video: video && {
        codec: video.codec,
        codecString: video.codecString,
        width: video.width,
        height: video.height,
        frameRate: video.frameRate ?? this.statedFrameRate,
        bitrate: this.statedVideoBitrate ?? this.#measured,
        keyframeInterval: this.keyframeInterval,
      },
      audio: audio && { codec: audio.codec, sampleRate: audio.sampleRate, channels: audio.channels },
    };
  }

  /** The same, as events and the API tell of it. */
  get facts(): SourceFacts {
    const { video, audio } = this.source;
    return {
      video: video && {
        codec: video.codec,
        codec_string: video.codecString,
        width: video.width,
        height: video.height,
        frame_rate: video.frameRate,
        bitrate: video.bitrate,
        keyframe_interval: video.keyframeInterval,
      },
      audio: audio && { codec: audio.codec, sample_rate: audio.sampleRate, channels: audio.channels },
    };
  }
}
