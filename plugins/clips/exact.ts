/** Exact clips: the first and the last segment of each rendition are cut to the range; all between them stay as they are. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type AssetInit, type AssetSegment, decodeTime, type JobRun, timescale } from '#plugin-api';
import { cutEdge } from './edge.ts';
import { joinParameterSets } from './parameter-sets.ts';

export interface ExactCut {
  asset_id: string;
  /** Seconds on the clip's own timeline. */
  start: number;
  end: number;
}

interface Media {
  inits: AssetInit[];
  segments: AssetSegment[];
}

/** Seconds that a boundary may be beside the range and still count as in it: half a frame at 60 frames a second. */
const TOLERANCE = 0.008;

/** Why the media cannot be cut to the frame; null where it can. */
export function obstacle({ inits }: Pick<Media, 'inits'>): string | null {
  const other = inits.find(({ kind, listed, codec }) => kind === 'video' && listed && !codec.startsWith('avc1'));
  return other ? `${other.rendition} is ${other.codec}, and only H.264 (avc1) can be cut to the frame.` : null;
}

/** Cuts the edges of a clip that has all its segments, and makes it ready. A try after one that broke off goes on with it. */
export async function cutExactly({ asset_id: id, start, end }: ExactCut, job: JobRun): Promise<void> {
  const { assets } = job.host;
  const media = await assets.media(id);
  // The segments are replaced all at once: where one is there already, all are.
  if (!media.segments.some(({ storageKey }) => storageKey.startsWith(`assets/${id}/`))) {
    const { inits, segments } = await cutEdges(media, { asset_id: id, start, end }, job);
    await assets.addInits(id, inits);
    await assets.replaceSegments(id, segments);
  }
  await assets.ready(id, { duration: end - start });
}

/** Answers what is to be added: initialization sections, and all segments that viewers are offered, on a timeline that begins with the range. */
async function cutEdges({ inits, segments }: Media, cut: ExactCut, job: JobRun): Promise<Media> {
  const made: AssetInit[] = [];
  const placed: AssetSegment[] = [];
  const offered = inits.filter(({ listed }) => listed);
  for (const [rendition, all] of Map.groupBy(segments, (segment) => segment.rendition)) {
    const own = offered.filter((init) => init.rendition === rendition);
    if (own.length === 0) continue;
    const edges = new Map<AssetInit, Buffer[]>();
    for (const [at, segment] of all.entries()) {
      const init = own.find(({ number }) => number === segment.init);
      if (!init) throw new Error(`the initialization section ${segment.init} of ${rendition} is missing`);
      const shift = (kept: AssetSegment) => ({ ...kept, start: Math.max(0, kept.start - cut.start) });
      if (contains(cut, segment)) {
        placed.push(shift(segment));
        continue;
      }
      const edge = await cutSegment(job, cut, { init, segment, first: at === 0 });
      placed.push(shift(edge.segment));
      if (init.kind === 'video') edges.set(init, [...(edges.get(init) ?? []), edge.init]);
    }
    let number = Math.max(...own.map((init) => init.number));
    for (const [init, others] of edges) {
      const { init: bytes, codec } = joinParameterSets(Buffer.from(init.bytes), others);
      made.push({ ...init, number: ++number, codec, bytes });
      for (const segment of placed) {
        if (segment.rendition === rendition && segment.init === init.number) segment.init = number;
      }
    }
    job.log(`${rendition} is cut.`);
    job.progress({ percent: (placed.length / segments.length) * 100 });
  }
  return { inits: made, segments: placed };
}

async function cutSegment(
  { host: { storage }, signal }: JobRun,
  { asset_id: id, start, end }: ExactCut,
  { init, segment, first }: { init: AssetInit; segment: AssetSegment; first: boolean },
): Promise<{ init: Buffer; segment: AssetSegment }> {
  const bytes = await buffer(await storage.read(segment.storageKey));
  const from = Math.max(start, segment.start);
  const until = Math.min(end, segment.start + segment.duration);
  // The media's own clock began with its session; the clip's with its first segment.
  const clock = decodeTime(bytes) / timescale(init.bytes) - segment.start;
  const range = { start: clock + from - TOLERANCE, end: clock + until - TOLERANCE };
  const { kind } = init;
  const made = await cutEdge({ kind, init: init.bytes, segment: bytes, first, ...range }, signal);
  const storageKey = `assets/${id}/${segment.rendition}/${segment.sequence}.m4s`;
  await storage.put(storageKey, made.media);
  const sha256 = createHash('sha256').update(made.media).digest();
  const placed = { start: from, duration: until - from, size: made.media.length, sha256, storageKey };
  return { init: made.init, segment: { ...segment, ...placed } };
}

function contains(range: { start: number; end: number }, { start, duration }: AssetSegment): boolean {
  return start >= range.start - TOLERANCE && start + duration <= range.end + TOLERANCE;
}
