/** Files that people bring, looked into and transcoded by an ffmpeg that is let at nothing but the file. */
import type { AssetInit } from './assets.ts';
import type { PipelinePlan } from './media.ts';

/** Forms of files that are taken: MP4 and MOV, Matroska and WebM. */
export type Container = 'mov' | 'matroska';

export interface InputFile {
  /** Absolute. */
  path: string;
  /** As its first bytes show it. ffmpeg is never left to guess: what looks like a playlist would be followed. */
  container: Container;
}

export interface FileVideo {
  /** Of the stream in the file. */
  index: number;
  /** ffmpeg's name: `h264`, `hevc`, `vp9`, `av1`, `prores`. */
  codec: string;
  /** RFC 6381 where it is H.264, as far as profile and level go; else the codec's name. */
  codecString: string;
  /** Pixels as displayed: turned as the file says, and square. */
  width: number;
  height: number;
  /** Mean frames per second; null where the file does not say. */
  frameRate: number | null;
  /** Bits per second; null where not known. */
  bitrate: number | null;
  /** Its pictures can be sent as they are: 8 bits, 4:2:0, upright, of square pixels and progressive. */
  plain: boolean;
  interlaced: boolean;
  /** Transfer function of a picture with high dynamic range; null for an ordinary one. */
  highDynamicRange: 'pq' | 'hlg' | null;
}

export interface FileAudio {
  index: number;
  codec: string;
  channels: number;
  /** ISO 639-2; null where the file does not say. */
  language: string | null;
}

export interface FileFacts {
  /** Seconds; null where the file does not say. */
  duration: number | null;
  /** The first that is no cover picture. */
  video: FileVideo | null;
  /** The one marked as default, else the first. */
  audio: FileAudio | null;
  /** How many audio streams there are. */
  audioStreams: number;
}

export interface TranscodedSegment {
  rendition: string;
  sequence: number;
  /** Number of its initialization section. */
  init: number;
  /** Seconds on the file's timeline, which starts at 0, and of length. */
  start: number;
  duration: number;
  bytes: Buffer;
}

export interface TranscodeProgress {
  frame: number;
  /** Frames a second. */
  fps: number;
  /** Media time over wall time. */
  speed: number;
  /** Bits per second, all renditions together; null before there is any. */
  bitrate: number | null;
  /** Seconds on the file's timeline that all renditions have reached. */
  time: number;
}

/** A file on its way to renditions: H.264 and AAC, in segments that begin at the same instants in all of them. */
export interface TranscodeWork {
  file: InputFile;
  /** What of the file is taken, as `probe` answered it. */
  facts: FileFacts;
  /** Which qualities are made of its picture. `offerSource`: its own frames are one, `source`, and are not encoded again. */
  plan: PipelinePlan;
  /** Where to begin: 0 and 0, or where what was made before ends. */
  from: { sequence: number; time: number };
  /** Seconds of media after which it ends, whatever the file says. */
  maxDuration: number;
  signal: AbortSignal;
  /** Once for each rendition, before its first segment. */
  onInit(init: AssetInit): void;
  /** In order within a rendition. ffmpeg waits while too much is unanswered; a rejection ends the work with it. */
  onSegment(segment: TranscodedSegment): Promise<void>;
  onProgress(progress: TranscodeProgress): void;
  /** What ffmpeg says. */
  onLine(line: string): void;
}

/** The server's tools for media. All of them run ffmpeg with low priority and within limits, so that live pictures come first. */
export interface Media {
  /** What is in a file. Errors: `LS_MEDIA_REFUSED`, with the reason. */
  probe(file: InputFile, signal: AbortSignal): Promise<FileFacts>;
  /**
   * Longest distance between two keyframes in seconds, all packets read; null where its own frames cannot be segments: it does not begin
   * with a keyframe at its start. Errors: `LS_MEDIA_REFUSED`.
   */
  keyframeInterval(file: InputFile, video: FileVideo, signal: AbortSignal): Promise<number | null>;
  /**
   * Makes segments of a file until its end; answers how long it is, in seconds. Aborted, it ends ffmpeg at once and rejects with the
   * signal's reason. Errors: `LS_MEDIA_REFUSED`, `LS_TRANSCODE_FAILED`.
   */
  transcode(work: TranscodeWork): Promise<{ duration: number }>;
}
