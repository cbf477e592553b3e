/**
 * Cuts the frames of a file's renditions into segments that begin at the same instants in all of them. Unlike the live packager it drops
 * and mends nothing, keeps every timestamp as it is, and waits for whoever is behind. Pure: frames in, segments out.
 *
 * One track leads: its keyframes decide. The others are cut at the same times, once the leader has come so far.
 */
import type { AssetInit, TranscodedSegment } from '#plugin-api';
import { fragment, initSegment } from '../pipeline/mp4.ts';
import { type Sample, type TrackConfig, VIDEO_TIMESCALE } from '../pipeline/track.ts';

/** Seconds: a segment ends at the last keyframe at which it is no longer. */
export const SEGMENT_SECONDS = 4;
/** Seconds by which a segment may be longer: clocks of keyframes are not exact. */
const TOLERANCE = 0.1;
/** Seconds within which a keyframe of another rendition is at the leader's: less than half a frame of 120 a second. */
const SAME_INSTANT = 0.004;

/** A frame with its times in seconds. */
export interface TimedFrame {
  dts: number;
  pts: number;
  /** Of the last one of a track; those before it last until the next. */
  duration: number;
  keyframe: boolean;
  data: Buffer;
}

export interface SegmenterOptions {
  leader: string;
  tracks: { name: string; listed: boolean; frameRate: number | null }[];
  /** Where the first segment begins: seconds, and its number. */
  from: { sequence: number; time: number };
  onInit(init: AssetInit): void;
  onSegment(segment: TranscodedSegment): void;
}

interface Track {
  name: string;
  listed: boolean;
  frameRate: number | null;
  config: TrackConfig | null;
  /** Ticks per second. */
  timescale: number;
  /** Comes before what is known of the leader's keyframes. */
  waiting: TimedFrame[];
  /** Frames of the open segment. */
  frames: TimedFrame[];
  /** Index in `boundaries` of the open segment; -1 before the first. */
  segment: number;
  /** Seconds that decode times are behind: they begin with the first picture, so that none is negative. */
  delay: number;
  ended: boolean;
}

export class Segmenter {
  readonly #options: SegmenterOptions;
  readonly #tracks = new Map<string, Track>();
  /** Seconds at which segments begin, by their number less the first. */
  readonly #boundaries: number[];
  /** Up to here all boundaries are known. */
  #horizon: number;
  #lastKey: number | null = null;
  #fragments = 0;

  constructor(options: SegmenterOptions) {
    this.#options = options;
    this.#boundaries = [options.from.time];
    this.#horizon = options.from.time;
    for (const track of options.tracks) {
      const state = { config: null, timescale: VIDEO_TIMESCALE, waiting: [], frames: [], segment: -1, delay: 0 };
      this.#tracks.set(track.name, { ...track, ...state, ended: false });
    }
  }

  /** Says how a track is coded, before its first frame. */
  config(name: string, config: TrackConfig): void {
    const track = this.#of(name);
    if (track.config !== null) return;
    track.config = config;
    track.timescale = config.kind === 'video' ? VIDEO_TIMESCALE : config.sampleRate;
    const video = config.kind === 'video' ? config : null;
    const audio = config.kind === 'audio' ? config : null;
    this.#options.onInit({
      rendition: name,
      number: 0,
      kind: config.kind,
      listed: track.listed,
      codec: config.codecString,
      width: video?.width ?? null,
      height: video?.height ?? null,
      frameRate: video ? (track.frameRate ?? video.frameRate) : null,
      sampleRate: audio?.sampleRate ?? null,
      channels: audio?.channels ?? null,
      bytes: initSegment(config),
    });
  }

  /** The next frame of a track, in decode order. What is shown before the beginning is left out. */
  frame(name: string, frame: TimedFrame): void {
    const track = this.#of(name);
    if (frame.pts < this.#options.from.time - SAME_INSTANT) return;
    if (name === this.#options.leader) this.#lead(track, frame);
    else if (track.waiting.length > 0 || frame.pts > this.#horizon + SAME_INSTANT) track.waiting.push(frame);
    else this.#follow(track, frame);
  }

  /** A track has no more frames. */
  end(name: string): void {
    const track = this.#of(name);
    track.ended = true;
    if (name === this.#options.leader) {
      this.#horizon = Number.POSITIVE_INFINITY;
      this.#close(track, null);
      for (const other of this.#tracks.values()) if (other !== track) this.#catchUp(other);
    }
    if (this.#horizon === Number.POSITIVE_INFINITY) {
      for (const other of this.#tracks.values()) if (other.ended) this.#close(other, null);
    }
  }

  #of(name: string): Track {
    const track = this.#tracks.get(name);
    if (!track) throw new RangeError(`there is no track ${name}`);
    return track;
  }

  #lead(track: Track, frame: TimedFrame): void {
    if (track.segment < 0) {
      // What cannot be decoded is no beginning.
      if (!frame.keyframe) return;
      this.#boundaries[0] = Math.max(frame.pts, this.#options.from.time);
      this.#open(track, 0, frame);
    } else if (frame.keyframe && this.#isFull(track, frame)) {
      this.#boundaries.push(frame.pts);
      this.#open(track, this.#boundaries.length - 1, frame);
    }
    track.frames.push(frame);
    if (!frame.keyframe) return;
    this.#lastKey = frame.pts;
    this.#horizon = frame.pts;
    for (const other of this.#tracks.values()) if (other !== track) this.#catchUp(other);
  }

  /** Whether the segment would become too long by going on to a keyframe as far again. */
  #isFull(track: Track, frame: TimedFrame): boolean {
    const interval = track.config?.kind === 'audio' ? frame.duration : frame.pts - (this.#lastKey ?? frame.pts);
    return frame.pts + interval - this.#boundaries.at(-1)! > SEGMENT_SECONDS + TOLERANCE;
  }

  #catchUp(track: Track): void {
    let taken = 0;
    for (const frame of track.waiting) {
      if (frame.pts > this.#horizon + SAME_INSTANT) break;
      this.#follow(track, frame);
      taken++;
    }
    track.waiting.splice(0, taken);
  }

  #follow(track: Track, frame: TimedFrame): void {
    const audio = track.config?.kind === 'audio';
    // Sound is cut at the frame nearest to the boundary, a picture at its keyframe there.
    const early = audio ? frame.duration / 2 : SAME_INSTANT;
    if (track.segment < 0) {
      if (frame.keyframe) this.#open(track, this.#numberAt(frame.pts + early), frame);
      else return;
    } else if (frame.keyframe) {
      const at = this.#numberAt(frame.pts + early);
      if (at > track.segment) this.#open(track, at, frame);
      else if (this.#outlasts(track, frame)) this.#open(track, this.#boundaries.push(frame.pts) - 1, frame);
    }
    track.frames.push(frame);
  }

  /** What goes on after the leader's end is cut by its own length. */
  #outlasts(track: Track, frame: TimedFrame): boolean {
    return (
      this.#horizon === Number.POSITIVE_INFINITY &&
      track.segment === this.#boundaries.length - 1 &&
      frame.pts - this.#boundaries.at(-1)! >= SEGMENT_SECONDS
    );
  }

  /** The segment that a time lies in. */
  #numberAt(time: number): number {
    let number = this.#boundaries.length - 1;
    while (number > 0 && this.#boundaries[number]! > time) number--;
    return number;
  }

  #open(track: Track, number: number, first: TimedFrame): void {
    if (track.segment < 0) track.delay = first.pts - first.dts;
    else this.#close(track, first);
    track.segment = number;
  }

  /** Hands the open segment on. `next`: the frame after its last; null at the end. */
  #close(track: Track, next: TimedFrame | null): void {
    const { frames, config, timescale, delay } = track;
    if (frames.length === 0 || config === null) return;
    track.frames = [];
    const ticks = (seconds: number) => Math.round(seconds * timescale);
    const samples: Sample[] = frames.map((frame, i) => {
      const dts = ticks(frame.dts + delay);
      const after = frames[i + 1] ?? next;
      const end = after ? ticks(after.dts + delay) : dts + ticks(frame.duration);
      return { dts, cts: ticks(frame.pts) - dts, duration: Math.max(1, end - dts), ...pick(frame) };
    });
    const start = Math.min(...frames.map(({ pts }) => pts));
    const end = next ? next.pts : Math.max(...frames.map(({ pts, duration }) => pts + duration));
    this.#options.onSegment({
      rendition: track.name,
      sequence: this.#options.from.sequence + track.segment,
      init: 0,
      start,
      duration: end - start,
      bytes: fragment(++this.#fragments, config.kind, samples),
    });
  }
}

function pick({ keyframe, data }: TimedFrame): Pick<Sample, 'keyframe' | 'data'> {
  return { keyframe, data };
}
