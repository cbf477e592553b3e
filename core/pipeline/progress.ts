/** How an encoder is doing: ffmpeg's `-progress` read, and its speed judged by what went in and what came out. */

/** One report of ffmpeg. All of it counts from the start of the process. */
export interface FfmpegProgress {
  /** Frames encoded. */
  frame: number;
  fps: number;
  /** Media time over wall time; null where ffmpeg does not know yet. */
  speed: number | null;
  /** Bits per second; null where the output has no known size. */
  bitrate: number | null;
  /** Frames that ffmpeg left out. */
  dropped: number;
  /** Milliseconds; null before the first frame. */
  outTime: number | null;
}

/** Longest line that is kept whole; ffmpeg's are under 40 characters. */
const MAX_LINE = 1024;

/** Reads `-progress` from chunks of any size: blocks of `key=value` lines, each ended by `progress=continue` or `progress=end`. */
export class ProgressReader {
  readonly #onProgress: (progress: FfmpegProgress) => void;
  #rest = '';
  #block = new Map<string, string>();

  constructor(onProgress: (progress: FfmpegProgress) => void) {
    this.#onProgress = onProgress;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop()!.slice(-MAX_LINE);
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    const equals = line.indexOf('=');
    if (equals < 1) return;
    const key = line.slice(0, equals);
    if (key !== 'progress') {
      this.#block.set(key, line.slice(equals + 1).trim());
      return;
    }
    const progress = {
      frame: this.#number('frame') ?? 0,
      fps: this.#number('fps') ?? 0,
      speed: this.#number('speed'),
      bitrate: scaled(this.#number('bitrate'), 1000),
      dropped: this.#number('drop_frames') ?? 0,
      // Microseconds, and so is `out_time_ms`, whatever its name says.
      outTime: scaled(this.#number('out_time_us'), 1 / 1000),
    };
    this.#block.clear();
    this.#onProgress(progress);
  }

  /** The number that a value starts with (`1.02x`, `843.2kbits/s`); null for `N/A`. */
  #number(key: string): number | null {
    const number = Number.parseFloat(this.#block.get(key) ?? '');
    return Number.isFinite(number) ? number : null;
  }
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : Math.round(value * factor);
}

/** How a session's encoder does, over the last seconds. */
export interface EncoderProgress {
  /** Frames encoded since the process started. */
  frame: number;
  fps: number;
  /** Media time made over wall time. 1 or more: it keeps up with what it is fed. Below 1: it falls behind. */
  speed: number;
  /** Bits per second of media, all renditions together; null before there is any. */
  bitrate: number | null;
  /** Frames that ffmpeg left out since the process started. */
  dropped: number;
  /** How far the slowest rendition is, in milliseconds on the session's timeline. */
  outTime: number;
}

/** Seconds are too short to tell load from chance. */
const WINDOW_MS = 5000;
/** How far an encoder that keeps up may lie behind: decoding out of order and zerolatency encoding take about 0.1 s. */
const LAG_ALLOWED_MS = 500;
/** Or so many frames, where they are far apart. */
const LAG_ALLOWED_FRAMES = 6;

interface Sample {
  /** Wall clock, milliseconds. */
  now: number;
  outTime: number;
  frame: number;
  bytes: number;
}

/**
 * Judges by the last timestamp of each rendition against what was fed and the wall clock. ffmpeg's own speed is an average since its start:
 * it hides for minutes that an encoder has become too slow, and shows a publisher's pause as slowness.
 */
export class Speedometer {
  readonly #out = new Map<string, number>();
  #fed: number;
  #interval = 0;
  #bytes = 0;
  #samples: Sample[];

  /**
   * @param renditions Those that must keep up.
   * @param start Time of the first frame, in milliseconds on the session's timeline.
   * @param now Wall clock in milliseconds.
   */
  constructor(renditions: string[], start: number, now: number) {
    for (const name of renditions) this.#out.set(name, start);
    this.#fed = start;
    this.#samples = [{ now, outTime: start, frame: 0, bytes: 0 }];
  }

  /** A frame went in that is shown at `time`. */
  fed(time: number): void {
    if (time <= this.#fed) return;
    this.#interval = time - this.#fed;
    this.#fed = time;
  }

  /** A frame came out. */
  made(rendition: string, time: number, bytes: number): void {
    if (!this.#out.has(rendition)) return;
    this.#out.set(rendition, time);
    this.#bytes += bytes;
  }

  /** A rendition that is made no more. */
  forget(rendition: string): void {
    this.#out.delete(rendition);
  }

  /** @param now Wall clock in milliseconds. */
  read(progress: Pick<FfmpegProgress, 'frame' | 'dropped'>, now: number): EncoderProgress {
    const last = this.#samples.at(-1)!;
    const outTime = Math.max(last.outTime, Math.min(...(this.#out.size > 0 ? this.#out.values() : [this.#fed])));
    this.#samples.push({ now, outTime, frame: progress.frame, bytes: this.#bytes });
    while (this.#samples.length > 2 && now - this.#samples[1]!.now >= WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const wall = Math.max(1, now - first.now);
    const made = outTime - first.outTime;
    const idle = this.#fed - outTime <= Math.max(LAG_ALLOWED_MS, LAG_ALLOWED_FRAMES * this.#interval);
    return {
      frame: progress.frame,
      fps: round(((progress.frame - first.frame) * 1000) / wall, 10),
      // One that waits for input is as fast as its input, and that is not its fault.
      speed: round(Math.max(made / wall, idle ? 1 : 0), 1000),
      bitrate: made > 0 ? Math.round(((this.#bytes - first.bytes) * 8000) / made) : null,
      dropped: progress.dropped,
      outTime,
    };
  }
}

function round(value: number, unit: number): number {
  return Math.round(value * unit) / unit;
}
