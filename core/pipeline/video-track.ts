/** A video rendition being cut: frames on 90 kHz ticks become samples, samples become parts. */
import type { Boundary } from './boundaries.ts';
import type { FrameGrid } from './frame-grid.ts';
import { type SegmentWriter, sameConfig } from './segment-writer.ts';
import { type Frame, type Sample, VIDEO_TIMESCALE, type VideoConfig } from './track.ts';

/** The length of parts in one run of a session: a whole number of frames. */
export interface PartLength {
  /** Ticks of 90 kHz, as far as frames can be counted; not always whole. */
  ticks: number;
  /** Seconds, rounded up: PART-TARGET. */
  target: number;
}

/** Parts of the whole number of frames that comes nearest to `seconds`. */
export function partLength(seconds: number, frame: number): PartLength {
  const ticks = Math.max(1, Math.round((seconds * VIDEO_TIMESCALE) / frame)) * frame;
  return { ticks, target: secondsRoundedUp(Math.ceil(ticks - 1e-6) / VIDEO_TIMESCALE) };
}

/** Up to the next hundredth of a millisecond, the precision that playlists are written in. */
export function secondsRoundedUp(seconds: number): number {
  return Math.ceil(seconds * 1e5 - 1e-6) / 1e5;
}

/**
 * Decode times are ours to choose as long as frames are shown when they should be. So samples always follow each other
 * without a gap: a part is closed when its last frame is there, at the length that the frame rate lets expect; where the next
 * frame then comes earlier or later than expected, it is decoded at the end of the part all the same, and its
 * composition offset makes up for it. A longer gap in the source thus is one long sample.
 * (Media Source Extensions drop all up to the next keyframe where decode times jump.)
 */
export class VideoTrack {
  readonly kind = 'video';
  readonly name: string;
  /** Frames that wait until the leader has come as far. */
  readonly held: Frame[] = [];
  /** Sequence number of the open segment; null before the first. */
  sequence: number | null = null;
  readonly #writer: SegmentWriter;
  #config: VideoConfig | null = null;
  /** A configuration that holds from the next segment on. */
  #nextConfig: VideoConfig | null = null;
  #samples: Sample[] = [];
  #part: PartLength = { ticks: 0, target: 0 };
  #end: number;
  #lastDts = Number.NEGATIVE_INFINITY;
  #lastPts = Number.NEGATIVE_INFINITY;

  constructor(name: string, writer: SegmentWriter, end: number) {
    this.name = name;
    this.#writer = writer;
    this.#end = end;
  }

  /** Ticks: where the next sample is due. */
  get end(): number {
    return this.#end;
  }

  get config(): VideoConfig | null {
    return this.#nextConfig ?? this.#config;
  }

  /** Whether frames cannot be taken before the next segment: they need another initialization section than the open one's. */
  get waits(): boolean {
    return this.#nextConfig !== null;
  }

  /** Answers whether it is another configuration than before. */
  configure(config: VideoConfig): boolean {
    const current = this.config;
    if (current !== null && sameConfig(current, config)) return false;
    this.#nextConfig = config;
    return current !== null;
  }

  /** Whether a restarted encoder sends again what is already out. */
  repeats(frame: Frame): boolean {
    return frame.dts < this.#lastDts || (frame.dts === this.#lastDts && frame.dts + frame.cts <= this.#lastPts);
  }

  /** Starts the segment of `boundary` with the frame decoded at `dts`. */
  open(boundary: Boundary, part: PartLength, dts: number): void {
    if (boundary.discontinuity) {
      this.#flush();
      this.#end = Math.max(this.#end, dts);
    } else if (this.sequence === null) {
      this.#end = dts;
    } else {
      this.#until(dts);
      this.#flush();
    }
    this.#config = this.config!;
    this.#nextConfig = null;
    this.#part = part;
    this.sequence = boundary.sequence;
    this.#writer.open(this.#config, part.target, {
      sequence: boundary.sequence,
      start: boundary.start / VIDEO_TIMESCALE,
      programDateTime: Math.round(boundary.programDateTime),
      discontinuity: boundary.discontinuity,
    });
  }

  /** Takes a frame into the open segment. */
  add(frame: Frame, dts: number, pts: number, grid: FrameGrid): void {
    this.#lastDts = frame.dts;
    this.#lastPts = frame.dts + frame.cts;
    this.#until(dts);
    const start = this.#end;
    const due = Math.max(grid.after(dts), start + 1);
    if (this.#samples.length > 0 && due > this.#full + 1) this.#flush();
    const alone = this.#samples.length === 0;
    const sample = { dts: start, cts: pts - start, duration: 0, keyframe: frame.keyframe, data: frame.data };
    this.#samples.push(sample);
    // A tick of rounding must not make a part longer than PART-TARGET.
    this.#end = alone ? due : Math.min(due, this.#full);
    sample.duration = this.#end - start;
    if (this.#end + grid.frame > this.#full + 1) this.#flush();
  }

  /** Writes what is there and closes the segment. */
  finish(): void {
    this.#flush();
    this.#writer.close();
  }

  /** The next sample is decoded at `dts`: the newest sample lasts until then, or until its part is full. */
  #until(dts: number): void {
    const newest = this.#samples.at(-1);
    if (newest === undefined) return;
    const full = this.#full;
    this.#end = Math.max(newest.dts + 1, Math.min(dts, full));
    newest.duration = this.#end - newest.dts;
    if (dts > full) this.#flush();
  }

  /** Ticks: the latest end of the part that has begun. */
  get #full(): number {
    return this.#samples[0]!.dts + Math.ceil(this.#part.ticks - 1e-6);
  }

  #flush(): void {
    const samples = this.#samples;
    if (samples.length === 0) return;
    this.#samples = [];
    this.#writer.part(samples, (this.#end - samples[0]!.dts) / VIDEO_TIMESCALE);
  }
}
