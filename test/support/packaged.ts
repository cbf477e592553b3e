/** A sink that keeps all that a packager tells it, and reads the times out of the parts. */
import type { Init, PackagerSink, Part, Segment } from '../../core/segments/ring.ts';

export interface PackagedPart extends Part {
  /** Ticks of the track's timescale, as `tfdt` and `trun` say. */
  dts: number;
  end: number;
  samples: { duration: number; cts: number; size: number }[];
}

export interface PackagedSegment
  extends Pick<Segment, 'sequence' | 'start' | 'programDateTime' | 'discontinuity' | 'init'> {
  parts: PackagedPart[];
  complete: boolean;
}

export interface PackagedRendition {
  inits: { init: Init; partTarget: number }[];
  segments: PackagedSegment[];
}

/** Records calls, and throws where they come in an order that the contract does not allow. */
export class RecordingSink implements PackagerSink {
  readonly renditions = new Map<string, PackagedRendition>();

  of(name: string): PackagedRendition {
    let rendition = this.renditions.get(name);
    if (!rendition) {
      rendition = { inits: [], segments: [] };
      this.renditions.set(name, rendition);
    }
    return rendition;
  }

  init(name: string, init: Init, partTarget: number): void {
    this.of(name).inits.push({ init, partTarget });
  }

  open(name: string, segment: Omit<PackagedSegment, 'parts' | 'complete'>): void {
    const { segments, inits } = this.of(name);
    if (segments.at(-1)?.complete === false) throw new Error(`${name}: opened before the former was closed`);
    if (!inits.some(({ init }) => init.number === segment.init)) throw new Error(`${name}: no such init`);
    segments.push({ ...segment, parts: [], complete: false });
  }

  part(name: string, part: Part): void {
    const segment = this.of(name).segments.at(-1);
    if (!segment || segment.complete) throw new Error(`${name}: a part outside of a segment`);
    segment.parts.push({ ...part, ...readFragment(part.bytes) });
  }

  close(name: string): void {
    const segment = this.of(name).segments.at(-1);
    if (!segment || segment.complete) throw new Error(`${name}: closed without a segment`);
    segment.complete = true;
  }
}

/** Times of a fragment as `fragment()` writes it: `mfhd`, then one `traf` of `tfhd`, `tfdt` and `trun`. */
function readFragment(bytes: Buffer): Pick<PackagedPart, 'dts' | 'end' | 'samples'> {
  const tfdt = bytes.indexOf('tfdt');
  const trun = bytes.indexOf('trun');
  const dts = Number(bytes.readBigUInt64BE(tfdt + 8));
  const withOffsets = (bytes.readUInt32BE(trun + 4) & 0x800) !== 0;
  const count = bytes.readUInt32BE(trun + 8);
  const samples: PackagedPart['samples'] = [];
  let end = dts;
  for (let index = 0, at = trun + 16; index < count; index++, at += withOffsets ? 16 : 8) {
    const duration = bytes.readUInt32BE(at);
    samples.push({ duration, size: bytes.readUInt32BE(at + 4), cts: withOffsets ? bytes.readInt32BE(at + 12) : 0 });
    end += duration;
  }
  return { dts, end, samples };
}
