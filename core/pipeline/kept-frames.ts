/** The source's frames that an encoder may need again: from the last keyframe that all its renditions have finished. */
import type { Frame } from './track.ts';

/** Beyond this the oldest group goes: an encoder that is so far behind is shed, not waited for. */
const MAX_BYTES = 96 << 20;

export class KeptFrames {
  #frames: Frame[] = [];
  #bytes = 0;

  push(frame: Frame): void {
    if (this.#frames.length === 0 && !frame.keyframe) return;
    this.#frames.push(frame);
    this.#bytes += frame.data.length;
    if (this.#bytes > MAX_BYTES) this.#dropGroup();
  }

  /** Forgets what lies before the last keyframe shown at or before `time` (ms). */
  finished(time: number): void {
    let keep = 0;
    for (let i = 1; i < this.#frames.length; i++) {
      const frame = this.#frames[i]!;
      if (frame.dts + frame.cts > time && frame.dts > time) break;
      if (frame.keyframe && frame.dts + frame.cts <= time) keep = i;
    }
    this.#drop(keep);
  }

  /** Keeps the open group of pictures alone. */
  finishedAll(): void {
    let keep = 0;
    for (let i = this.#frames.length - 1; i > 0 && keep === 0; i--) if (this.#frames[i]!.keyframe) keep = i;
    this.#drop(keep);
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  /** When the last of them is shown (ms); null where none is kept. */
  get lastShown(): number | null {
    if (this.#frames.length === 0) return null;
    return this.#frames.reduce((last, { dts, cts }) => Math.max(last, dts + cts), Number.NEGATIVE_INFINITY);
  }

  /** From a keyframe on. */
  get frames(): readonly Frame[] {
    return this.#frames;
  }

  #dropGroup(): void {
    const next = this.#frames.findIndex((frame, i) => i > 0 && frame.keyframe);
    this.#drop(next === -1 ? this.#frames.length : next);
  }

  #drop(count: number): void {
    if (count === 0) return;
    for (let i = 0; i < count; i++) this.#bytes -= this.#frames[i]!.data.length;
    this.#frames.splice(0, count);
  }
}
