/** The hot ring: what exists of one session's renditions, and the bytes of the newest parts and segments. */
import type { Latency } from '#plugin-api';
import type { AudioConfig, TrackConfig, VideoConfig } from '../pipeline/track.ts';

/** What is known of a track from the ledger: all that playlists say of it. */
export type TrackFormat = Omit<VideoConfig, 'description'> | Omit<AudioConfig, 'description' | 'samplesPerFrame'>;

export interface Init {
  number: number;
  config: TrackConfig | TrackFormat;
  bytes: Buffer;
}

export interface Part {
  /** Seconds. */
  duration: number;
  /** Starts with a keyframe (all audio parts do). */
  independent: boolean;
  bytes: Buffer;
}

export interface Segment {
  /** Media sequence number: the same instant has the same number in every rendition. */
  sequence: number;
  /** Seconds on the session's timeline. */
  start: number;
  /** Seconds so far; final once `complete`. */
  duration: number;
  /** Milliseconds since 1970; NaN for what never was live. */
  programDateTime: number;
  discontinuity: boolean;
  /** Number of its initialization section. */
  init: number;
  size: number;
  complete: boolean;
  /** Newest bytes; null once they are only in storage. */
  parts: Part[] | null;
  /** Where a complete segment is stored; null while it is only in memory. */
  storageKey: string | null;
}

export interface Rendition {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  /** Whether viewers are offered it. */
  listed: boolean;
  /** Seconds; the longest part that will ever be in it. Grows at most with a new init. */
  partTarget: number;
  inits: Init[];
  /** Oldest first; the last may be incomplete. */
  segments: Segment[];
  /** Storage keys of what has just left `segments`, by sequence number: late viewers may ask for it still (RFC 8216bis, 6.2.2). */
  departed?: ReadonlyMap<number, string>;
  /** Discontinuities that have left `segments`. */
  discontinuitySequence: number;
  /** Bits per second over finished segments. */
  peakBandwidth: number;
  averageBandwidth: number;
}

/** What the packager tells as it cuts. Called in the order in which things happen. */
export interface PackagerSink {
  init(rendition: string, init: Init, partTarget: number): void;
  open(
    rendition: string,
    segment: Pick<Segment, 'sequence' | 'start' | 'programDateTime' | 'discontinuity' | 'init'>,
  ): void;
  part(rendition: string, part: Part): void;
  /** The open segment is complete. One without a part never was. */
  close(rendition: string): void;
}

export type SessionState = 'live' | 'reconnecting' | 'ended';

/** One session as viewers can see it now. The ring of a live session, or read back from the ledger. */
export interface Presentation {
  readonly sessionId: string;
  readonly streamId: string;
  readonly latency: Latency;
  /** Seconds; the longest segment, fixed when the session starts (RFC 8216bis, 4.4.3.1). */
  targetDuration: number;
  state: SessionState;
  /** In the order of the multivariant playlist. */
  renditions: Map<string, Rendition>;
  /** Names of the renditions that viewers are offered, those included that have nothing yet: players read the list only once. */
  readonly offered: readonly string[];
  /** Raised with every change: what was rendered from one version can be kept until the next. */
  version: number;
  /** Called after every change, with the rendition that changed; null for the state and the list of renditions. */
  onChange(listener: (rendition: Rendition | null) => void): () => void;
}
