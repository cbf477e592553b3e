/**
 * Cuts a session's frames into segments and parts (RFC 8216bis), the same in every rendition. Pure: frames in, calls of the sink out.
 *
 * - One rendition leads: its keyframes decide where segments begin. The others are cut at the same presentation time with the
 *   same sequence number, however far behind they are; what is ahead of the leader waits for it.
 * - A part is closed when its last frame is there. PART-TARGET is a whole number of frames.
 * - A segment ends at the last keyframe at which it does not exceed its target; where none comes it grows, and parts go on.
 * - A new connection and a new configuration begin a segment with a DISCONTINUITY in all renditions.
 */
import type { Latency } from '#plugin-api';
import type { PackagerSink } from '../segments/ring.ts';
import { AlignedGroup, type Irregularity, type IrregularityKind } from './aligned-group.ts';
import { AudioTrack } from './audio-track.ts';
import { Boundaries, ProgramClock } from './boundaries.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type Frame, type TrackConfig, VIDEO_TIMESCALE } from './track.ts';
import { VideoTrack } from './video-track.ts';

export type { Irregularity } from './aligned-group.ts';

/** Seconds: how long segments and parts are meant to be. */
export const LENGTHS: Readonly<Record<Latency, { segment: number; part: number }>> = {
  standard: { segment: 2, part: 0.5 },
  low: { segment: 1, part: 0.2 },
};

/** The audio rendition's name; every other is a video rendition. */
const AUDIO = 'audio';
/** One kind of irregularity in one rendition is told once in so many milliseconds of the timeline. */
const REPORT_INTERVAL = 10_000;

/** Where a session that another process began goes on. A discontinuity follows. */
export interface ResumePoint {
  /** The first sequence number that is free in every rendition. */
  sequence: number;
  /** Milliseconds on the session's timeline: nothing is packaged before it. */
  endTime: number;
  /** By rendition: the first number that is free for an initialization section. Absent: 0. */
  inits: Readonly<Record<string, number>>;
}

export interface PackagerPlan {
  /** Whose keyframes decide: one of `video`, or `audio` where there is no picture. */
  leader: string;
  /** Video renditions that are cut together. */
  video: readonly string[];
  /** Whether there is a rendition `audio`. */
  audio: boolean;
  /**
   * Video renditions that nobody is offered beside the others, and whose keyframes are elsewhere: the source of a session whose
   * rungs have keyframes of their own. Each is cut at its own keyframes, with its own sequence numbers.
   */
  apart?: readonly string[];
}

export interface PackagerOptions {
  latency: Latency;
  sink: PackagerSink;
  /** Milliseconds since 1970. */
  now?: () => number;
  resume?: ResumePoint;
  onIrregularity?(irregularity: Irregularity): void;
}

export class Packager {
  readonly #options: PackagerOptions;
  readonly #clock: ProgramClock;
  readonly #configs = new Map<string, TrackConfig>();
  readonly #tracks = new Map<string, VideoTrack | AudioTrack>();
  /** The group of each track. */
  readonly #groups = new Map<string, AlignedGroup>();
  readonly #writers = new Map<string, SegmentWriter>();
  readonly #reported = new Map<string, number>();
  readonly #main: AlignedGroup;
  /** Milliseconds: the newest frame of any rendition. */
  #newest: number;

  constructor(options: PackagerOptions) {
    this.#options = options;
    this.#clock = new ProgramClock(options.now ?? Date.now);
    this.#newest = options.resume?.endTime ?? Number.NEGATIVE_INFINITY;
    this.#main = this.#group(options.resume?.sequence ?? 0);
    if (options.resume) {
      this.#main.change({ after: Number.NEGATIVE_INFINITY, reanchor: true, everything: true });
    }
  }

  /**
   * Sets which renditions exist from now on, and which one leads. The segments of those that are gone are closed; a new one
   * begins at the first boundary at which it has a keyframe, with that boundary's sequence number.
   */
  plan(plan: PackagerPlan): void {
    const together = plan.audio ? [...plan.video, AUDIO] : plan.video;
    const apart = plan.apart ?? [];
    for (const [name, track] of this.#tracks) {
      if (together.includes(name) || apart.includes(name)) continue;
      this.#groups.get(name)!.leave(track);
      track.finish();
      this.#writers.get(name)!.forget();
      this.#tracks.delete(name);
      this.#groups.delete(name);
    }
    for (const name of apart) {
      const group = this.#groups.get(name);
      if (group !== undefined && group !== this.#main) continue;
      this.#move(name, this.#group(this.#main.boundaries.next));
      this.#groups.get(name)!.lead(this.#tracks.get(name)!);
    }
    for (const name of together) {
      const former = this.#groups.get(name);
      if (former === this.#main) continue;
      if (former) this.#main.boundaries.skipTo(former.boundaries.next);
      this.#move(name, this.#main);
    }
    const leader = this.#tracks.get(plan.leader);
    if (!leader || this.#groups.get(plan.leader) !== this.#main) throw new RangeError(`${plan.leader} cannot lead`);
    this.#main.lead(leader);
  }

  /** Says how a rendition is coded from its next frame on. May come before the plan that names it; repeated, it changes nothing. */
  config(rendition: string, config: TrackConfig): void {
    this.#configs.set(rendition, config);
    const track = this.#tracks.get(rendition);
    if (track) this.#configure(track, config);
  }

  /** Takes a rendition's next frame in decode order. Frames of renditions that are not in the plan are ignored. */
  frame(rendition: string, frame: Frame): void {
    const track = this.#tracks.get(rendition);
    if (!track) return;
    if (frame.dts > this.#newest) this.#newest = frame.dts;
    this.#groups.get(rendition)!.frame(track, frame);
  }

  /**
   * A new connection: what is after the newest frame so far is another publisher's. What an encoder still makes of the former
   * one's frames goes where it belongs.
   */
  publisherChanged(): void {
    for (const group of this.#allGroups()) {
      if (!group.begun) continue;
      group.change({ after: this.#newest, reanchor: true, everything: true });
    }
  }

  /** The publisher has gone and all that it sent has been handed in: closes what is open. What follows is as after `publisherChanged`. */
  flush(): void {
    this.end();
    this.publisherChanged();
  }

  /** Takes in what waits, and closes all parts and segments. */
  end(): void {
    for (const group of this.#allGroups()) group.finish();
  }

  #allGroups(): Set<AlignedGroup> {
    return new Set([this.#main, ...this.#groups.values()]);
  }

  #group(sequence: number): AlignedGroup {
    const { segment, part } = LENGTHS[this.#options.latency];
    return new AlignedGroup({
      boundaries: new Boundaries(sequence, this.#clock),
      segmentTarget: segment,
      partTarget: part,
      report: (kind, rendition, at) => this.#report(kind, rendition, at),
    });
  }

  #move(name: string, group: AlignedGroup): void {
    let track = this.#tracks.get(name);
    if (track) {
      this.#groups.get(name)!.leave(track);
    } else {
      track = this.#track(name);
      this.#tracks.set(name, track);
    }
    this.#groups.set(name, group);
    group.join(track);
    const config = this.#configs.get(name);
    if (config) this.#configure(track, config);
  }

  #track(name: string): VideoTrack | AudioTrack {
    const { resume, sink } = this.#options;
    let writer = this.#writers.get(name);
    if (writer === undefined) {
      writer = new SegmentWriter(name, sink, resume?.inits[name] ?? 0);
      this.#writers.set(name, writer);
    }
    const end = resume?.endTime ?? 0;
    return name === AUDIO
      ? new AudioTrack(name, writer, end / 1000)
      : new VideoTrack(name, writer, Math.round((end * VIDEO_TIMESCALE) / 1000));
  }

  #configure(track: VideoTrack | AudioTrack, config: TrackConfig): void {
    const changed =
      track.kind === 'video'
        ? config.kind === 'video' && track.configure(config)
        : config.kind === 'audio' && track.configure(config);
    if (!changed || track.sequence === null) return;
    this.#groups.get(track.name)!.reconfigured(track);
  }

  #report(kind: IrregularityKind, rendition: string, at: number): void {
    const key = `${kind} ${rendition}`;
    const last = this.#reported.get(key);
    if (last !== undefined && at - last < REPORT_INTERVAL) return;
    this.#reported.set(key, at);
    this.#options.onIrregularity?.({ kind, rendition, at });
  }
}
