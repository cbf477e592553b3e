/** Renditions that are cut at the same instants: one leads, and the others follow its boundaries when they come to them. */
import type { AudioTrack } from './audio-track.ts';
import type { Boundaries, Boundary } from './boundaries.ts';
import { FrameGrid, JITTER, measuredRate } from './frame-grid.ts';
import { type Frame, VIDEO_TIMESCALE, type VideoConfig } from './track.ts';
import { type PartLength, partLength, type VideoTrack } from './video-track.ts';

const TICKS_PER_MS = VIDEO_TIMESCALE / 1000;
/** A segment may be this much longer than its target, for a keyframe that is a frame late. */
const CUT_TOLERANCE = 50 * TICKS_PER_MS;
/** Where the bitstream does not state the frame rate, so many frames are looked at before the first part. */
const MEASURED_FRAMES = 5;
/** What is ahead of the leader waits for it so long (ms); longer only where the leader has stopped. */
const MOST_AHEAD = 2000;
/** The same where the leader is yet to start, or to start anew: an encoder has to come up first. */
const MOST_BEFORE_START = 10_000;
/** Sound this far behind the picture is taken to be missing: silence goes on for it, or no viewer could play on (ms). */
const MOST_BEHIND = 2000;
/** Boundaries that all have passed are kept for a rendition that starts late, from its encoder's kept frames. */
const KEPT_BOUNDARIES = 4;
/** Presentation times of the leader's frames that are kept for renditions behind it: more than half a minute of 60 a second. */
const KEPT_TIMES = 2048;

/**
 * `boundary_without_keyframe`: a rendition had to be cut at a frame that is none. `frames_dropped`: they could not be decoded where
 * they belong. `sound_missing`: silence was put in. `sound_ahead`: frames of sound were left out, there were more than time.
 */
export type IrregularityKind = 'boundary_without_keyframe' | 'frames_dropped' | 'sound_missing' | 'sound_ahead';

/** Something in a session's frames that the packager could only make the best of. */
export interface Irregularity {
  kind: IrregularityKind;
  rendition: string;
  /** Milliseconds on the session's timeline. */
  at: number;
}

/** A discontinuity that comes with the leader's next keyframe after `after` (ms). */
interface Change {
  after: number;
  /** Whether PROGRAM-DATE-TIME is set anew. */
  reanchor: boolean;
  /** Whether nothing between `after` and that keyframe is of use, in any rendition. */
  everything: boolean;
}

export interface GroupOptions {
  boundaries: Boundaries;
  /** Seconds. */
  segmentTarget: number;
  partTarget: number;
  report(kind: IrregularityKind, rendition: string, at: number): void;
}

export class AlignedGroup {
  readonly boundaries: Boundaries;
  readonly #options: GroupOptions;
  readonly #tracks = new Map<string, VideoTrack | AudioTrack>();
  /** How many video renditions there are. */
  #pictures = 0;
  #leader: VideoTrack | AudioTrack | null = null;
  #grid: FrameGrid | null = null;
  /** The configuration that the grid was laid for. */
  #gridConfig: VideoConfig | null = null;
  #part: PartLength;
  /** The leader's first frames, where its rate must be measured first. */
  #measuring: Frame[] | null = null;
  #change: Change | null = null;
  /** Milliseconds: the leader's newest frame in decode order, and its last one in the order shown. */
  #leaderAt = Number.NEGATIVE_INFINITY;
  #leaderShown = Number.NEGATIVE_INFINITY;
  /** Ticks: the leader's newest keyframe. */
  #lastKey = 0;
  /** Ticks: no boundary that is not known yet will lie before it. */
  #horizon = Number.NEGATIVE_INFINITY;
  /** Ticks: a new leader makes no boundary that others have passed already. */
  #notBefore = Number.NEGATIVE_INFINITY;
  /** The leader's presentation times, from milliseconds to ticks. */
  readonly #times = new Map<number, number>();

  constructor(options: GroupOptions) {
    this.#options = options;
    this.boundaries = options.boundaries;
    this.#part = { ticks: options.partTarget * VIDEO_TIMESCALE, target: options.partTarget };
  }

  get tracks(): ReadonlyMap<string, VideoTrack | AudioTrack> {
    return this.#tracks;
  }

  /** Whether its leader has sent a keyframe. */
  get begun(): boolean {
    return this.boundaries.last !== null || this.#measuring !== null;
  }

  join(track: VideoTrack | AudioTrack): void {
    this.#tracks.set(track.name, track);
    if (track.kind === 'video') this.#pictures++;
  }

  /** The track goes on elsewhere or not at all. Its segment stays open. */
  leave(track: VideoTrack | AudioTrack): void {
    this.#release(track);
    this.#tracks.delete(track.name);
    if (track.kind === 'video') this.#pictures--;
    if (this.#leader === track) this.#leader = null;
  }

  lead(track: VideoTrack | AudioTrack): void {
    if (this.#leader === track) return;
    this.#leader = track;
    this.#measuring = null;
    this.#gridConfig = null;
    this.#notBefore = Math.max(this.#notBefore, this.#horizon);
    for (const other of this.#tracks.values()) {
      if (other.sequence !== null) this.#notBefore = Math.max(this.#notBefore, other.end);
    }
    // What waited for the former leader has no reason to wait for this one, which may lie behind.
    for (const frame of track.held.splice(0)) this.frame(track, frame);
  }

  /** The leader's next keyframe after `after` (ms) begins something new: a discontinuity in all renditions. */
  change({ after, reanchor, everything }: Change): void {
    const former = this.#change;
    this.#change = {
      after: Math.max(after, former?.after ?? after),
      reanchor: reanchor || (former?.reanchor ?? false),
      everything: everything || (former?.everything ?? false),
    };
  }

  /** One of its tracks, already under way, is coded in another way from its next frame on. */
  reconfigured(track: VideoTrack | AudioTrack): void {
    if (track === this.#leader) {
      this.change({ after: this.#leaderAt, reanchor: false, everything: true });
    } else if (track.kind === 'audio') {
      this.change({ after: Number.NEGATIVE_INFINITY, reanchor: false, everything: false });
    }
    // A rung that an encoder makes changes with the source, at the source's own cut. Alone, it waits for the next boundary.
  }

  frame(track: VideoTrack | AudioTrack, frame: Frame): void {
    if (track === this.#leader) {
      this.#leaderAt = Math.max(this.#leaderAt, frame.dts);
      if (track.kind === 'video') this.#leadVideo(track, frame);
      else this.#leadAudio(track, frame);
    } else if (track.held.length > 0 || this.#isAhead(track, frame)) {
      track.held.push(frame);
      const starting = this.boundaries.last === null || this.#isNew(track, track.held[0]!);
      const most = starting ? MOST_BEFORE_START : MOST_AHEAD;
      if (frame.dts - track.held[0]!.dts > most) this.#giveUpWaiting(track);
    } else {
      this.#follow(track, frame);
    }
  }

  /** Takes in what waits, and closes all parts and segments. */
  finish(): void {
    if (this.#measuring && this.#leader?.kind === 'video') this.#measured(this.#leader);
    for (const track of this.#tracks.values()) {
      this.#release(track);
      track.finish();
    }
  }

  #leadVideo(track: VideoTrack, frame: Frame): void {
    if (track.config === null || track.repeats(frame)) return;
    const change = this.#change !== null && frame.dts > this.#change.after ? this.#change : null;
    const undecodable = track.sequence === null || change?.everything;
    if (undecodable && !frame.keyframe && this.#measuring === null) return;
    if (this.#grid === null || this.#gridConfig !== track.config) {
      this.#measuring ??= [];
      this.#measuring.push(frame);
      const { frameRate } = track.config;
      const span = frame.dts - this.#measuring[0]!.dts;
      const enough = this.#measuring.length >= MEASURED_FRAMES || span >= this.#options.partTarget * 1000;
      if (frameRate !== null || (enough && span > 0)) this.#measured(track);
      return;
    }
    this.#leadGridded(track, frame, change, this.#grid);
  }

  /** Settles the frame rate, then takes the frames that waited for that. */
  #measured(track: VideoTrack): void {
    const frames = this.#measuring ?? [];
    this.#measuring = null;
    const rate = track.config!.frameRate ?? measuredRate(frames.map(({ dts }) => dts)) ?? 30;
    this.#grid = new FrameGrid(rate);
    this.#gridConfig = track.config;
    this.#part = partLength(this.#options.partTarget, this.#grid.frame);
    for (const frame of frames) this.#leadVideo(track, frame);
  }

  #leadGridded(track: VideoTrack, frame: Frame, change: Change | null, grid: FrameGrid): void {
    if (frame.keyframe && change?.everything) grid.reset();
    const dts = grid.snap(frame.dts);
    const pts = grid.composed(dts, frame.cts);
    this.#leaderShown = Math.max(this.#leaderShown, frame.dts + frame.cts);
    if (this.#pictures > 1) this.#remember(frame.dts + frame.cts, pts);
    if (frame.keyframe) {
      const boundary = this.#boundaryAt(track, pts, change);
      if (boundary !== null) track.open(boundary, this.#part, dts);
      this.#lastKey = pts;
    }
    if (track.sequence === null || track.waits) return;
    track.add(frame, dts, pts, grid);
    this.#advance(track.end);
  }

  /** The boundary that the leader's keyframe at `pts` makes, or meets; null where the segment goes on. */
  #boundaryAt(track: VideoTrack | AudioTrack, pts: number, change: Change | null): Boundary | null {
    const { last } = this.boundaries;
    if (change === null && last !== null) {
      if (track.sequence === null) {
        const met = this.boundaries.at(pts, JITTER);
        if (met !== null) return met;
      }
      if (pts < this.#notBefore) return null;
      const interval = track.kind === 'audio' ? track.frame : pts - this.#lastKey;
      const tolerance = track.kind === 'audio' ? 1 : CUT_TOLERANCE;
      const fits = pts - last.start + interval <= this.#options.segmentTarget * VIDEO_TIMESCALE + tolerance;
      if (track.sequence !== null && fits) return null;
    }
    if (change === null) return this.boundaries.add(pts, null);
    this.#change = null;
    // Where only one track is new, the others are good up to the cut.
    const from = change.everything ? change.after : pts / TICKS_PER_MS - 1;
    return this.boundaries.add(pts, { from, reanchor: change.reanchor });
  }

  #leadAudio(track: AudioTrack, frame: Frame): void {
    if (track.config === null) return;
    const change = this.#change !== null && frame.dts > this.#change.after ? this.#change : null;
    if (track.sequence === null || change !== null) {
      const start = Math.max(frame.dts * TICKS_PER_MS, track.end);
      const boundary = this.#boundaryAt(track, start, change);
      if (boundary === null) return;
      track.open(boundary, this.#part.ticks, frame.dts);
    } else {
      const missing = track.missing(frame.dts);
      if (missing < 0) {
        this.#options.report('sound_ahead', track.name, frame.dts);
        return;
      }
      if (missing > 0) this.#options.report('sound_missing', track.name, frame.dts);
      for (let filled = 0; filled < missing; filled++) this.#leadSample(track, track.filler, frame.dts);
    }
    this.#leadSample(track, frame.data, frame.dts);
    this.#advance(track.end);
  }

  #leadSample(track: AudioTrack, data: Buffer, ms: number): void {
    const boundary = this.#boundaryAt(track, track.end, null);
    if (boundary !== null && boundary.sequence !== track.sequence) track.open(boundary, this.#part.ticks, ms);
    track.add(data);
    const over = track.end + track.frame - this.boundaries.last!.start;
    if (over > this.#options.segmentTarget * VIDEO_TIMESCALE + 1) track.flush();
  }

  /** Whether it comes after the change whose boundary is not made yet. An encoder's decode times are the source's presentation times. */
  #isNew(track: VideoTrack | AudioTrack, frame: Frame): boolean {
    const change = this.#change;
    if (change === null || !change.everything) return false;
    return frame.dts > (track.kind === 'video' ? Math.max(change.after, this.#leaderShown) : change.after);
  }

  #isAhead(track: VideoTrack | AudioTrack, frame: Frame): boolean {
    return this.#isNew(track, frame) || (frame.dts + frame.cts) * TICKS_PER_MS >= this.#horizon;
  }

  #advance(horizon: number): void {
    this.#horizon = Math.max(this.#horizon, horizon);
    let passed = this.#leader!.sequence!;
    for (const track of this.#tracks.values()) {
      if (track === this.#leader) continue;
      while (track.held.length > 0 && !this.#isAhead(track, track.held[0]!)) this.#follow(track, track.held.shift()!);
      if (track.kind === 'audio') this.#fillSilence(track);
      if (track.sequence !== null) passed = Math.min(passed, track.sequence);
    }
    this.boundaries.forget(passed - KEPT_BOUNDARIES);
  }

  /** Sound that has stopped while the picture goes on. */
  #fillSilence(track: AudioTrack): void {
    if (track.sequence === null || track.waits || this.#change !== null) return;
    const missing = Math.floor((this.#horizon - track.end - MOST_BEHIND * TICKS_PER_MS) / track.frame);
    if (missing <= 0) return;
    const boundary = this.boundaries.after(track.sequence);
    if (boundary?.discontinuity) return;
    this.#options.report('sound_missing', track.name, track.end / TICKS_PER_MS);
    for (let filled = 0; filled < missing; filled++) this.#followSample(track, track.filler);
  }

  #giveUpWaiting(track: VideoTrack | AudioTrack): void {
    const frame = track.held.shift()!;
    if (this.#isNew(track, frame)) {
      this.#options.report('frames_dropped', track.name, frame.dts);
    } else {
      this.#follow(track, frame);
    }
  }

  #release(track: VideoTrack | AudioTrack): void {
    for (const frame of track.held.splice(0)) {
      if (!this.#isNew(track, frame)) this.#follow(track, frame);
    }
  }

  #follow(track: VideoTrack | AudioTrack, frame: Frame): void {
    if (track.config === null || this.boundaries.last === null) return;
    if (track.kind === 'video') this.#followVideo(track, frame);
    else this.#followAudio(track, frame);
  }

  #followVideo(track: VideoTrack, frame: Frame): void {
    const grid = this.#grid;
    if (grid === null || track.repeats(frame)) return;
    const ms = frame.dts + frame.cts;
    const pts = this.#times.get(ms) ?? grid.nearest(ms);
    const boundary = track.sequence === null ? this.boundaries.at(pts, JITTER) : this.boundaries.after(track.sequence);
    const reached = boundary !== null && pts >= boundary.start - JITTER;
    const exact = reached && pts - boundary.start <= JITTER ? boundary.start : pts;
    const dts = grid.composed(exact, -frame.cts);
    if (reached) {
      if (track.sequence === null && !frame.keyframe) return;
      if (!frame.keyframe) this.#options.report('boundary_without_keyframe', track.name, frame.dts);
      track.open(boundary, this.#part, dts);
    }
    if (track.sequence === null) return;
    if (track.waits) {
      this.#options.report('frames_dropped', track.name, frame.dts);
      return;
    }
    track.add(frame, dts, exact, grid);
  }

  #followAudio(track: AudioTrack, frame: Frame): void {
    if (track.sequence === null) {
      const boundary = this.boundaries.before(frame.dts * TICKS_PER_MS + TICKS_PER_MS / 2);
      if (boundary !== null) this.#openAudio(track, boundary, frame);
      return;
    }
    const next = this.boundaries.after(track.sequence);
    if (next?.discontinuity && frame.dts > next.from) {
      if (frame.dts * TICKS_PER_MS >= next.start - TICKS_PER_MS / 2) this.#openAudio(track, next, frame);
      return;
    }
    if (track.waits) return;
    const missing = track.missing(frame.dts);
    if (missing < 0) {
      this.#options.report('sound_ahead', track.name, frame.dts);
      return;
    }
    if (missing > 0) this.#options.report('sound_missing', track.name, frame.dts);
    for (let filled = 0; filled < missing; filled++) this.#followSample(track, track.filler);
    this.#followSample(track, frame.data);
  }

  #openAudio(track: AudioTrack, boundary: Boundary, frame: Frame): void {
    track.open(boundary, this.#part.ticks, frame.dts);
    track.add(frame.data);
  }

  /** A sample where the count says. One boundary at a time, so that every segment has sound even where it comes too late for two. */
  #followSample(track: AudioTrack, data: Buffer): void {
    const next = this.boundaries.after(track.sequence!);
    const reached = next !== null && !next.discontinuity && track.end >= next.start - TICKS_PER_MS / 2;
    if (reached) track.open(next, this.#part.ticks, track.end / TICKS_PER_MS);
    track.add(data);
  }

  #remember(ms: number, pts: number): void {
    this.#times.set(ms, pts);
    if (this.#times.size <= KEPT_TIMES) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      break;
    }
  }
}
