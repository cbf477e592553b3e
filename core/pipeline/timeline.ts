/** One monotonic clock for a session: publishers' 32-bit timestamps in, milliseconds that never fall out, across wraps, jumps and reconnects. */

export type Track = 'video' | 'audio';

/** A clock may run ahead of, or a track behind, what is there by this much; beyond it the publisher has set its clock anew. */
const MAX_JUMP = 10_000;
/** A frame this much before its track's last one is a small reordering; beyond it the clock was set back. */
const MAX_REORDERING = 1_000;
/** Frame durations that are believed when time has to go on by one frame. */
const MAX_FRAME = 1_000;
const USUAL_FRAME = 33;

export interface MappedTime {
  /** Milliseconds on the session's timeline; strictly rising in each track. */
  time: number;
  /** The publisher's clock was set anew at this frame, or its connection is new: what follows is discontinuous to what was. */
  jumped: boolean;
}

/** A publisher's clock, by the newest frame that went by it. */
interface Clock {
  raw: number;
  time: number;
}

interface TrackState {
  /** The clock that the track's newest frame went by. */
  clock: Clock | null;
  /** Time of the newest frame; null before the first. */
  last: number | null;
  /** Duration of the newest frame but one. */
  frame: number;
}

/**
 * Maps timestamps of both tracks of a session.
 *
 * A publisher's time is unwrapped by its signed 32-bit distance to the newest frame, and shifted so that the first frame of all has the time
 * `start`. When a frame is more than 10 s from the end of the timeline, or more than 1 s before its own track's last frame, the publisher has
 * set its clock anew: the new clock is shifted so that this frame comes one frame's duration after the end of the timeline. Frames of the
 * other track that still go by the old clock (they were interleaved) keep to it. A frame equal to or slightly before its track's last is moved
 * to 1 ms after it.
 */
export class Timeline {
  readonly #start: number;
  #end: number | null = null;
  #clock: Clock | null = null;
  readonly #tracks: Record<Track, TrackState> = {
    video: { clock: null, last: null, frame: USUAL_FRAME },
    audio: { clock: null, last: null, frame: USUAL_FRAME },
  };

  /** @param start Milliseconds: the time that the first frame gets. */
  constructor(start = 0) {
    this.#start = start;
  }

  /** The newest time given out, in milliseconds; null before the first frame. */
  get end(): number | null {
    return this.#end;
  }

  /** @param raw Milliseconds as the publisher sent them (decode time), unsigned 32 bits. */
  map(track: Track, raw: number): MappedTime {
    const state = this.#tracks[track];
    const known = this.#fit(state, this.#clock, raw) ?? this.#fit(state, state.clock, raw);
    const jumped = known === null && this.#end !== null;
    const clock = known ?? this.#newClock(state, raw);
    state.clock = clock;

    const earliest = state.last === null ? this.#start : state.last + 1;
    const time = Math.max(clock.time, earliest);
    if (state.last !== null) state.frame = Math.min(time - state.last, MAX_FRAME);
    state.last = time;
    this.#end = Math.max(this.#end ?? time, time);
    return { time, jumped };
  }

  /** Says that a new connection begins: its first frame continues after the end of what was, and counts as a jump. */
  rebase(): void {
    this.#clock = null;
    this.#tracks.video.clock = null;
    this.#tracks.audio.clock = null;
  }

  /** Moves the clock on to the frame and answers it, if the frame's time by that clock is plausible. */
  #fit(state: TrackState, clock: Clock | null, raw: number): Clock | null {
    if (clock === null || this.#end === null) return null;
    const time = clock.time + ((raw - clock.raw) | 0);
    if (Math.abs(time - this.#end) > MAX_JUMP) return null;
    if (state.last !== null && time < state.last - MAX_REORDERING) return null;
    clock.raw = raw;
    clock.time = time;
    return clock;
  }

  #newClock(state: TrackState, raw: number): Clock {
    this.#clock = { raw, time: this.#end === null ? this.#start : this.#end + state.frame };
    return this.#clock;
  }
}
