/** An audio rendition being cut: time by count of samples, parts on the video's grid. */
import type { Boundary } from './boundaries.ts';
import { type SegmentWriter, sameConfig } from './segment-writer.ts';
import { silentFrame } from './silence.ts';
import { type AudioConfig, type Frame, type Sample, VIDEO_TIMESCALE } from './track.ts';
import { secondsRoundedUp } from './video-track.ts';

/** A publisher's audio times are off by their rounding and jitter; only beyond this is the count wrong (seconds). */
const TOLERANCE = 0.05;
/** RFC 8216bis, 4.4.4.9: a part lasts at least 85 % of PART-TARGET. */
const LEAST_OF_TARGET = 0.85;

export class AudioTrack {
  readonly kind = 'audio';
  readonly name: string;
  /** Frames that wait until the leader has come as far. */
  readonly held: Frame[] = [];
  /** Sequence number of the open segment; null before the first. */
  sequence: number | null = null;
  readonly #writer: SegmentWriter;
  #config: AudioConfig | null = null;
  #nextConfig: AudioConfig | null = null;
  #samples: Sample[] = [];
  /** Where the next sample belongs, in samples. */
  #next: number;
  #newest: Buffer | null = null;
  /** Samples: where the grid of the open segment's parts starts, and one part of it; a whole number of frames where parts are counted. */
  #gridStart = 0;
  #part = 0;
  #counted = false;
  #target = 0;
  #bound = 0;

  /** @param end Seconds: where its timeline stands. */
  constructor(name: string, writer: SegmentWriter, end: number) {
    this.name = name;
    this.#writer = writer;
    this.#next = end;
  }

  get config(): AudioConfig | null {
    return this.#nextConfig ?? this.#config;
  }

  get waits(): boolean {
    return this.#nextConfig !== null;
  }

  /** Ticks of 90 kHz: where the next sample belongs. Not always whole. */
  get end(): number {
    return this.sequence === null ? this.#next * VIDEO_TIMESCALE : this.#ticks(this.#next);
  }

  /** Ticks of one frame. */
  get frame(): number {
    const { samplesPerFrame, sampleRate } = this.config!;
    return (samplesPerFrame * VIDEO_TIMESCALE) / sampleRate;
  }

  /** Answers whether it is another configuration than before. */
  configure(config: AudioConfig): boolean {
    const current = this.config;
    if (current !== null && sameConfig(current, config)) return false;
    this.#nextConfig = config;
    return current !== null;
  }

  /**
   * How many frames of silence belong before the frame at `ms`; -1 where the count is so far ahead of the times that the frame
   * is to be left out.
   */
  missing(ms: number): number {
    const { sampleRate, samplesPerFrame } = this.#config!;
    const off = (ms * sampleRate) / 1000 - this.#next;
    if (off > TOLERANCE * sampleRate) return Math.round(off / samplesPerFrame);
    return off < -TOLERANCE * sampleRate ? -1 : 0;
  }

  /** What fills a gap: silence, or the newest frame again where none is known. */
  get filler(): Buffer {
    return silentFrame(this.#config!) ?? this.#newest!;
  }

  /**
   * Starts the segment of `boundary`. `partTicks` is the length of the video's parts. `at` (ms) is where the first
   * frame belongs, where the count of samples starts anew: at the first segment and after a discontinuity.
   */
  open(boundary: Boundary, partTicks: number, at: number): void {
    this.#flush();
    const first = this.sequence === null;
    const endSeconds = this.end / VIDEO_TIMESCALE;
    const config = this.config!;
    if (this.#config !== config || first || boundary.discontinuity) {
      this.#next = Math.max(
        Math.round((at * config.sampleRate) / 1000),
        Math.ceil(endSeconds * config.sampleRate - 1e-6),
      );
    }
    this.#config = config;
    this.#nextConfig = null;
    this.sequence = boundary.sequence;
    this.#layGrid(boundary, partTicks);
    this.#writer.open(config, this.#target, {
      sequence: boundary.sequence,
      start: this.#next / config.sampleRate,
      programDateTime: Math.round(
        boundary.programDateTime + ((this.#ticks(this.#next) - boundary.start) * 1000) / VIDEO_TIMESCALE,
      ),
      discontinuity: boundary.discontinuity,
    });
  }

  add(data: Buffer): void {
    const { samplesPerFrame } = this.#config!;
    this.#samples.push({ dts: this.#next, cts: 0, duration: samplesPerFrame, keyframe: true, data });
    this.#next += samplesPerFrame;
    this.#newest = data;
    if (this.#next < this.#bound - 1) return;
    this.#flush();
    this.#setBound();
  }

  /** Writes what is there as a part: the segment is over, or is about to be. */
  flush(): void {
    this.#flush();
  }

  finish(): void {
    this.#flush();
    this.#writer.close();
  }

  /**
   * Parts end with the first frame that ends at or after the video's part, so their counts alternate. Where frames are so
   * long that the smaller count would be less than 85 % of the larger one, all parts have the smaller count.
   */
  #layGrid(boundary: Boundary, partTicks: number): void {
    const { sampleRate, samplesPerFrame } = this.#config!;
    const videoPart = (partTicks * sampleRate) / VIDEO_TIMESCALE;
    const most = Math.ceil(videoPart / samplesPerFrame - 1e-6);
    const least = Math.max(1, Math.floor(videoPart / samplesPerFrame + 1e-6));
    this.#counted = least < most * LEAST_OF_TARGET;
    this.#part = this.#counted ? least * samplesPerFrame : videoPart;
    this.#target = secondsRoundedUp(((this.#counted ? least : most) * samplesPerFrame) / sampleRate);
    const boundaryStart = (boundary.start * sampleRate) / VIDEO_TIMESCALE;
    this.#gridStart = this.#counted || this.#next - boundaryStart > samplesPerFrame ? this.#next : boundaryStart;
    this.#setBound();
  }

  #setBound(): void {
    const parts = Math.max(0, Math.floor((this.#next - this.#gridStart + 1) / this.#part));
    this.#bound = this.#gridStart + (parts + 1) * this.#part;
  }

  #ticks(samples: number): number {
    return (samples * VIDEO_TIMESCALE) / this.#config!.sampleRate;
  }

  #flush(): void {
    const samples = this.#samples;
    if (samples.length === 0) return;
    this.#samples = [];
    this.#writer.part(samples, (this.#next - samples[0]!.dts) / this.#config!.sampleRate);
  }
}
