/** One rendition's way to the sink: initialization sections, segments and parts, in the order that the sink asks for. */
import type { PackagerSink, Segment } from '../segments/ring.ts';
import { fragment, initSegment } from './mp4.ts';
import type { Sample, TrackConfig } from './track.ts';

export class SegmentWriter {
  readonly rendition: string;
  readonly #sink: PackagerSink;
  #nextInit: number;
  #init: { number: number; config: TrackConfig } | null = null;
  #partTarget = 0;
  #fragments = 0;
  #open = false;

  constructor(rendition: string, sink: PackagerSink, nextInit: number) {
    this.rendition = rendition;
    this.#sink = sink;
    this.#nextInit = nextInit;
  }

  /** Opens a segment, with a new initialization section before it where the configuration or a longer part asks for one. */
  open(
    config: TrackConfig,
    partTarget: number,
    segment: Pick<Segment, 'sequence' | 'start' | 'programDateTime' | 'discontinuity'>,
  ): void {
    this.close();
    let init = this.#init;
    if (init === null || !sameConfig(init.config, config) || partTarget > this.#partTarget) {
      init = { number: this.#nextInit++, config };
      this.#init = init;
      this.#partTarget = partTarget;
      this.#sink.init(this.rendition, { ...init, bytes: initSegment(config) }, partTarget);
    }
    this.#sink.open(this.rendition, { ...segment, init: init.number });
    this.#open = true;
  }

  /** Writes samples as one part. `duration` in seconds. */
  part(samples: Sample[], duration: number): void {
    const { kind } = this.#init!.config;
    const bytes = fragment(++this.#fragments, kind, samples);
    this.#sink.part(this.rendition, { duration, independent: kind === 'audio' || samples[0]!.keyframe, bytes });
  }

  /** The rendition is gone: should it come back, it begins with an initialization section of its own. */
  forget(): void {
    this.#init = null;
    this.#partTarget = 0;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#sink.close(this.rendition);
  }
}

/** Whether two configurations decode alike: then no new initialization section is due. */
export function sameConfig(a: TrackConfig, b: TrackConfig): boolean {
  return a.kind === b.kind && a.codecString === b.codecString && a.description.equals(b.description);
}
