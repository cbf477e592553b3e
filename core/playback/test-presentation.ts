/** A session made by hand, for the tests of this room: segments and parts appear when the test says so. */
import type { Latency } from '#plugin-api';
import type { TrackConfig } from '../pipeline/track.ts';
import type { Presentation, Rendition, Segment, SessionState } from '../segments/ring.ts';

/** 2026-01-01T00:00:00Z: where the timeline begins. */
export const EPOCH = Date.UTC(2026, 0, 1);

export const STREAM = `str_${'0'.repeat(31)}1`;
export const SESSION = `ses_${'0'.repeat(31)}1`;

export function videoConfig(width = 1280, height = 720, codecString = 'avc1.64001f'): TrackConfig {
  return { kind: 'video', codec: 'h264', codecString, width, height, frameRate: 30, description: Buffer.alloc(0) };
}

export function audioConfig(): TrackConfig {
  return {
    kind: 'audio',
    codec: 'aac',
    codecString: 'mp4a.40.2',
    sampleRate: 48000,
    channels: 2,
    samplesPerFrame: 1024,
    description: Buffer.alloc(0),
  };
}

export class TestPresentation implements Presentation {
  readonly sessionId: string = SESSION;
  readonly streamId: string = STREAM;
  readonly latency: Latency = 'low';
  readonly targetDuration: number;
  state: SessionState = 'live';
  renditions = new Map<string, Rendition>();
  version = 0;
  announced: readonly string[] = [];
  readonly #listeners = new Set<(rendition: Rendition | null) => void>();

  constructor(targetDuration = 1) {
    this.targetDuration = targetDuration;
  }

  /** All that are listed, and those that a test adds. */
  get offered(): readonly string[] {
    return [...[...this.renditions.values()].filter((each) => each.listed).map((each) => each.name), ...this.announced];
  }

  onChange(listener: (rendition: Rendition | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  rendition(name: string, config: TrackConfig, partTarget = 0.2): Rendition {
    const rendition: Rendition = {
      name,
      kind: config.kind,
      listed: true,
      partTarget,
      inits: [{ number: 0, config, bytes: Buffer.from(`init ${name}`) }],
      segments: [],
      discontinuitySequence: 0,
      peakBandwidth: 0,
      averageBandwidth: 0,
    };
    this.renditions.set(name, rendition);
    this.changed(null);
    return rendition;
  }

  /** Opens the next segment, of no duration yet. */
  open(rendition: Rendition, facts: Partial<Segment> = {}): Segment {
    const last = rendition.segments.at(-1);
    const start = last === undefined ? 0 : last.start + last.duration;
    const segment: Segment = {
      sequence: last === undefined ? 0 : last.sequence + 1,
      start,
      duration: 0,
      programDateTime: EPOCH + Math.round(start * 1000),
      discontinuity: false,
      init: 0,
      size: 0,
      complete: false,
      parts: [],
      storageKey: null,
      ...facts,
    };
    rendition.segments.push(segment);
    this.changed(rendition);
    return segment;
  }

  part(rendition: Rendition, bytes?: Buffer, duration = 0.2): void {
    const segment = rendition.segments.at(-1)!;
    const number = segment.parts!.length;
    const content = bytes ?? Buffer.from(`${rendition.name} ${segment.sequence}.${number};`);
    segment.parts!.push({ duration, independent: number === 0, bytes: content });
    segment.duration = Math.round((segment.duration + duration) * 1e6) / 1e6;
    segment.size += content.length;
    this.changed(rendition);
  }

  close(rendition: Rendition): void {
    rendition.segments.at(-1)!.complete = true;
    this.changed(rendition);
  }

  /** Whole segments of five parts. */
  segments(rendition: Rendition, count: number): void {
    for (let made = 0; made < count; made++) {
      this.open(rendition);
      for (let part = 0; part < 5; part++) this.part(rendition);
      this.close(rendition);
    }
  }

  enter(state: SessionState): void {
    this.state = state;
    this.changed(null);
  }

  changed(rendition: Rendition | null): void {
    this.version++;
    for (const listener of [...this.#listeners]) listener(rendition);
  }
}
